#!/bin/sh
# Tells Spark the GPUs of this machine (spark.executor.resource.gpu.discoveryScript).
set -e
indices=$(nvidia-smi --query-gpu=index --format=csv,noheader)
echo "{\"name\":\"gpu\",\"addresses\":[$(echo "$indices" | sed 's/.*/"&"/' | paste -sd, -)]}"
