"""However the input is split into runs, files and partitions: the tables of one run over all of it.

The gate looks at one input, for a run takes some twenty seconds; `--hypothesis-profile many` at thirty.
"""

import random
import tempfile
from pathlib import Path

from hypothesis import given, strategies as st
from pyspark.sql import SparkSession

from tests.equal import differences
from tests.spark.runs import Runs, dealt, made_input


@given(st.randoms(use_true_random=False))
def test_run__any_split_of_the_input_gives_the_same_tables(
    spark: SparkSession, chosen: random.Random
) -> None:
    whole = made_input(chosen)
    with tempfile.TemporaryDirectory() as folder:
        once, often = (Runs(spark, Path(folder, name)) for name in ("once", "often"))
        once.deliver("all", whole)
        once.run()
        for number, share in enumerate(dealt(whole, 2, chosen)):
            often.deliver(f"{chosen.random()}-{number}", share)
            _run_with_partitions(often, chosen.randint(1, 5))
        assert differences(spark, once.warehouse, often.warehouse) == []


def _run_with_partitions(runs: Runs, partitions: int) -> None:
    before = runs.spark.conf.get("spark.sql.shuffle.partitions")
    runs.spark.conf.set("spark.sql.shuffle.partitions", str(partitions))
    try:
        runs.run()
    finally:
        runs.spark.conf.set("spark.sql.shuffle.partitions", str(before))
