#!/usr/bin/env bash
# The one entrance: sets everything up, then submits a step of jobs/ to Spark.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
VENV="$ROOT/.venv"
LOG="$VENV/setup.log"
EMR_PYTHON='' # of the driver, where the cluster is EMR's
JAVA_HELP="Install a Java 17 runtime (Debian, Ubuntu: sudo apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@17), or point JAVA_HOME at one."
NETWORK_HELP="The first start downloads packages from the Python package index and Maven Central: check the network or the proxy, then run the command again."

usage() {
  cat <<USAGE
Engagement Prediction System: engagement scores from learning telemetry and voice recordings.

  ./spark-submit.sh demo [--out DIR] [--learners N] [--weeks N] [--seed N] [--recordings DIR] [--set KEY=VALUE]...
        simulates a class, runs the whole pipeline on it, prints the scores and the report's path
  ./spark-submit.sh test [unit|spark|e2e|browser|gpu|lint|spark35]...
        passes the tests (all but spark35 when none is named; spark35: the pipeline on Spark 3.5, in .venv-spark35)
  ./spark-submit.sh STEP|all [--env NAME] [--from DATE] [--to DATE] [--set KEY=VALUE]... [--verbose]
                             [--master URL] [--conf KEY=VALUE]... [--gpu] [the step's own options]
        submits one step, or all of them in order, to Spark; --gpu: on executors with GPUs (conf/spark/gpu.conf)
  ./spark-submit.sh emr STEP|all --cluster ID|--application ID --role ARN --artifacts s3://BUCKET/PREFIX [options]
        submits to Amazon EMR from outside and waits for the end; on the master node itself: STEP|all --env emr
  ./spark-submit.sh notebook [--warehouse DIR] [--audio DIR] [Jupyter's own options]
        opens Jupyter on the tables, and on their recordings (the demo's, when none are named)
  ./spark-submit.sh reveal [FILE]
        raw ids, one a line, from a file or the standard input → CSV of raw id and learner_id; nothing is stored
  ./spark-submit.sh bom [--out FILE]
        writes the software bill of materials (CycloneDX) of what is installed: packages, versions, licences
  ./spark-submit.sh doctor [--env NAME] [--set KEY=VALUE]...
        looks at what a run needs on this machine, and says what to do where something is missing

Steps: $(steps | paste -sd' ').
Options of a step: ./spark-submit.sh STEP --help. Settings: conf/base.yaml; conf/<env>.yaml goes over it.
Learners' ids are hashed with the secret in ENGAGEMENT_SECRET (the demo makes one of its own).
Exit status: 0 done; 2 bad usage or configuration; 3 a quality gate stopped the run; 1 anything else.
USAGE
}

steps() { for file in "$ROOT"/jobs/*.py; do basename "$file" .py; done | grep -vx -e __init__ -e all || true; }

fail() { echo "spark-submit.sh: $*" >&2; exit 2; }

say() { echo "[set-up] $*"; }

# Whoever may list the processes of a machine reads their arguments.
refuse_secrets() {
  local argument key
  for argument in "$@"; do
    argument=${argument#--conf=}
    argument=${argument#--set=}
    key=${argument%%=*}
    shopt -s nocasematch
    if [[ $argument == *=* && $key =~ (secret|password|token|(secret|access)[._]?key)$ ]]; then
      fail "$key on the command line is seen by everybody who may list the processes: give it in the environment (ENGAGEMENT_SECRET, AWS_SECRET_ACCESS_KEY …), in a file, or by a role of the machine."
    fi
    shopt -u nocasematch
  done
}

# Runs a command with its output in the log, a word on the screen every 5 seconds, and its status as ours.
quietly() {
  local what=$1 began=$SECONDS pid; shift
  say "$what"
  "$@" >>"$LOG" 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1
    if (( (SECONDS - began) % 5 == 4 )) && kill -0 "$pid" 2>/dev/null; then
      say "  $((SECONDS - began)) s: $(tail -n 1 "$LOG" | tr -cd '[:print:]' | cut -c1-90)"
      sleep 1
    fi
  done
  wait "$pid"
}

find_java() {
  local candidate version
  for candidate in "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(command -v java || true)" /usr/lib/jvm/*17*/bin/java \
    /opt/homebrew/opt/openjdk@17/bin/java; do
    [[ -n $candidate && -x $candidate ]] || continue
    version=$("$candidate" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
    if [[ $version == 17 || $version == 21 ]]; then
      JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$candidate")")")
      export JAVA_HOME
      return
    fi
  done
  fail "No Java 17 found. $JAVA_HELP"
}

find_python() {
  local candidate
  for candidate in python3.11 python3.12 python3; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
    then command -v "$candidate"; return; fi
  done
  fail "No Python 3.11 found. Install it (Debian, Ubuntu: sudo apt-get install python3.11 python3.11-venv)."
}

fingerprint() { # of the files named, whatever their dates
  (cd "$ROOT" && find "$@" -type f ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 cat | sha256sum | cut -c1-16)
}

make_venv() {
  [[ -x $VENV/bin/python && -f $VENV/.made ]] && return
  local python
  python=$(find_python)
  say "making .venv with $("$python" --version)"
  rm -rf "$VENV"
  "$python" -m venv "$VENV" >/dev/null || fail "No venv module. Debian, Ubuntu: sudo apt-get install python3.11-venv."
  : >"$LOG"
  quietly "installing the build tools" "$VENV/bin/pip" install --disable-pip-version-check 'setuptools>=77' wheel ||
    { rm -rf "$VENV"; fail "The Python package index did not answer. $NETWORK_HELP"; }
  touch "$VENV/.made"
}

# Installs the packages that an extra of setup.py names, once for each state of setup.py and the lock.
install_extra() {
  local extra=$1 stamp
  stamp="$VENV/.extra-$1-$(fingerprint setup.py conf/lock)"
  [[ -f $stamp ]] && return
  # The demo's packages are named one by one, with their hashes; elsewhere setup.py's ranges hold.
  local -a packages=("${WHEEL}[$extra]")
  [[ $extra != demo ]] || packages=(--require-hashes --requirement "$ROOT/conf/lock/demo.txt")
  quietly "installing what '$extra' needs (some minutes the first time; log: .venv/setup.log)" \
    "$VENV/bin/pip" install --disable-pip-version-check --progress-bar off "${packages[@]}" ||
    fail "Installing failed: $(grep -E '^ERROR' "$LOG" | tail -n 1). $NETWORK_HELP"
  rm -f "$VENV/.extra-$extra-"*
  touch "$stamp"
  # What a larger extra of setup.py brings, the smaller ones need not install again.
  case $extra in
    test) touch "${stamp/extra-test/extra-emr}" "${stamp/extra-test/extra-demo}" "${stamp/extra-test/extra-notebook}" "${stamp/extra-test/extra-spark}" ;;
    demo | notebook) touch "${stamp/extra-$extra/extra-spark}" ;;
  esac
}

build_wheel() {
  local stamp
  stamp="$VENV/.wheel-$(fingerprint setup.py engagement jobs models conf)"
  WHEEL=$(ls "$ROOT"/dist/engagement_prediction-*.whl 2>/dev/null | head -n 1 || true)
  [[ -f $stamp && -n $WHEEL ]] && return
  rm -rf "$ROOT/build" "$ROOT/dist" "$VENV"/.wheel-*
  quietly "building the wheel" env -C "$ROOT" "$VENV/bin/pip" wheel --no-deps --no-build-isolation -q -w dist . ||
    fail "The wheel could not be built; see .venv/setup.log."
  rm -rf "$ROOT/build" "$ROOT"/*.egg-info
  WHEEL=$(ls "$ROOT"/dist/engagement_prediction-*.whl)
  quietly "installing the wheel" "$VENV/bin/pip" install --disable-pip-version-check -q --no-deps --force-reinstall "$WHEEL" ||
    fail "The wheel could not be installed; see .venv/setup.log."
  touch "$stamp"
}

# Delta's jars go to Spark's own jars, where EMR and Databricks have them too.
install_delta() {
  local jars scala version
  jars="$SPARK_HOME/jars"
  compgen -G "$jars/*delta-storage-*.jar" >/dev/null && return
  scala=$(ls "$jars" | sed -n 's/^scala-library-\(2\.[0-9]*\).*/\1/p')
  version=$("$VENV/bin/python" -c 'from importlib.metadata import version; print(version("delta-spark"))')
  echo 'print("resolved")' >"$VENV/resolve.py"
  quietly "fetching Delta Lake $version from Maven Central" "$SPARK_HOME/bin/spark-submit" --master 'local[1]' \
    --packages "io.delta:delta-spark_$scala:$version" --conf "spark.jars.ivy=$VENV/ivy" "$VENV/resolve.py" ||
    fail "Delta Lake $version could not be fetched. $NETWORK_HELP"
  cp "$VENV"/ivy/jars/io.delta_*.jar "$jars/"
}

# On the master node of EMR: the cluster's own Spark, Delta and Java; executors get our packages as an archive.
set_up_emr() { # $1: --gpu, or nothing
  local spark archive
  SPARK_HOME=${SPARK_HOME:-/usr/lib/spark}
  [[ -x $SPARK_HOME/bin/spark-submit ]] ||
    fail "--env emr takes the cluster's Spark, and there is none in $SPARK_HOME: run it on the master node, or submit from here with ./spark-submit.sh emr."
  spark=$(find "$SPARK_HOME/jars/" -name 'spark-core_*.jar' | sed -n 's/.*spark-core_[0-9.]*-\(.*\)\.jar$/\1/p' | head -n 1)
  make_venv
  build_wheel
  install_extra emr
  say "packing the packages for Spark $spark (some minutes the first time)"
  archive=$("$VENV/bin/python" -m engagement.deployment.environment --wheel "$WHEEL" --work-folder "$VENV/emr" \
    --spark "$spark" ${1:+"$1"}) || exit 2
  EMR_ARCHIVE=$archive
  EMR_PYTHON="${archive%.tar.gz}/bin/python"
  if [[ ! -e $EMR_PYTHON ]]; then
    mkdir -p "${archive%.tar.gz}"
    tar -xzf "$archive" -C "${archive%.tar.gz}"
  fi
  [[ -x $EMR_PYTHON ]] || fail "The master node lacks $(readlink "$EMR_PYTHON"), which releases from emr-spark-8.0.0 on bring."
  export SPARK_HOME
}

set_up() { # $1: the extra of setup.py that the command needs
  find_java
  make_venv
  build_wheel
  install_extra "$1"
  SPARK_HOME=$("$VENV/bin/python" -c 'import pathlib, pyspark; print(pathlib.Path(pyspark.__file__).parent)')
  # Without these, Spark's workers take the first python3 of the PATH, and every pandas UDF fails.
  export SPARK_HOME PYSPARK_PYTHON="$VENV/bin/python" PYSPARK_DRIVER_PYTHON="$VENV/bin/python"
  install_delta
}

lay_under() { # the properties of a file, beneath those that the command line gives
  local key value
  while read -r key value; do
    [[ -z $key || $key == \#* ]] || spark=(--conf "$key=$value" ${spark[@]+"${spark[@]}"})
  done <"$1"
}

submit() { # STEP and all that follows it
  local step=$1 env=local master='' verbose='' gpu='' where java_options properties
  local collector='-XX:+UseParallelGC'
  # The parse of a line becomes one large method of generated code, which Java would not compile otherwise; a batch
  # job wants throughput of its garbage collector, not short pauses.
  # EMR names a collector of its own: with two of them Java does not start.
  [[ -z $EMR_PYTHON ]] || collector=''
  java_options="-XX:-DontCompileHugeMethods $collector ${JAVA_OPTIONS:-}"
  local -a spark=() own=() submit_command=()
  shift
  while (($#)); do
    case $1 in
      --master) master=${2:?--master needs a URL}; shift 2 ;;
      --conf) spark+=(--conf "${2:?--conf needs key=value}"); shift 2 ;;
      --env) env=${2:?--env needs a name}; own+=(--env "$env"); shift 2 ;;
      --verbose) verbose=yes; own+=(--verbose); shift ;;
      --gpu) gpu=yes; shift ;;
      *) own+=("$1"); shift ;;
    esac
  done
  properties="$ROOT/conf/spark/$env.conf"
  # What is right for Spark on one machine is wrong for any other master, such as a driver on loopback.
  if [[ ! -f $properties || ($env == local && -n $master && $master != local*) ]]; then
    properties="$ROOT/conf/spark/cpu.conf"
  fi
  [[ -z $EMR_PYTHON ]] || master=${master:-yarn}
  where=${master:-$(sed -n 's/^spark\.master  *//p' "$properties")}
  where=${where:-local}
  if [[ -n $gpu ]]; then # before the command line's own, which go over it
    # Spark on one machine shares out no GPUs: its tasks would wait for ever.
    [[ $where != local* ]] || fail "--gpu needs a cluster (--master URL); on one machine the tasks take the first GPU without it."
    lay_under "$ROOT/conf/spark/gpu.conf"
    spark+=(--files "$ROOT/conf/spark/find_gpus.sh")
  fi
  submit_command=("$SPARK_HOME/bin/spark-submit")
  if [[ -n $EMR_PYTHON ]]; then # a properties file would take the place of the cluster's spark-defaults.conf
    lay_under "$properties"
    spark+=(--archives "$EMR_ARCHIVE#environment" --conf spark.pyspark.python=./environment/bin/python)
    spark+=(--conf "spark.pyspark.driver.python=$EMR_PYTHON")
  else
    submit_command+=(--properties-file "$properties")
  fi
  [[ -n $master ]] && spark+=(--master "$master")
  [[ -n $verbose ]] || java_options+=" -Dlog4j2.configurationFile=file:$ROOT/conf/spark/log4j2.properties"
  spark+=(--conf "spark.driver.extraJavaOptions=$java_options")
  spark+=(--conf "spark.executor.extraJavaOptions=-XX:-DontCompileHugeMethods $collector")
  # Executors elsewhere have nothing of ours: the wheel brings code, models and configuration.
  # As .zip: Spark puts no .whl on the path of a worker.
  if [[ $where != local* ]]; then
    cp -u "$WHEEL" "${WHEEL%.whl}.zip"
    spark+=(--py-files "${WHEEL%.whl}.zip")
  fi
  if [[ -n $verbose ]]; then
    "${submit_command[@]}" "${spark[@]}" "$ROOT/jobs/$step.py" "${own[@]}"
  else
    "${submit_command[@]}" "${spark[@]}" "$ROOT/jobs/$step.py" "${own[@]}" \
      2> >(grep -v -e 'Using incubator modules' -e 'Using Spark.s default log4j' >&2)
  fi
}

demo() {
  local out="$ROOT/demo" began=$SECONDS
  local -a simulate=() own=()
  while (($#)); do
    case $1 in
      --out) out=$(realpath -m "${2:?--out needs a folder}"); shift 2 ;;
      --learners | --weeks | --seed | --recordings) simulate+=("$1" "${2:?$1 needs a value}"); shift 2 ;;
      --set | --conf | --master) own+=("$1" "${2:?$1 needs a value}"); shift 2 ;;
      --verbose) own+=("$1"); shift ;;
      --help | -h) usage; exit 0 ;;
      *) fail "demo does not know $1. See ./spark-submit.sh --help." ;;
    esac
  done
  set_up demo
  if [[ -z ${ENGAGEMENT_SECRET:-} ]]; then
    mkdir -p "$out"
    [[ -f $out/secret ]] || (umask 077 && "$VENV/bin/python" -c 'import secrets; print(secrets.token_hex(32))' >"$out/secret")
    ENGAGEMENT_SECRET=$(<"$out/secret")
    export ENGAGEMENT_SECRET
    echo "No ENGAGEMENT_SECRET is set: learner ids are hashed with the demo's own, in $out/secret."
  fi
  # A class is so small that the second compiler costs more than it brings; the first fills more than its 48 MB.
  JAVA_OPTIONS="-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m"
  "$VENV/bin/python" -m engagement.demo --out "$out/input" "${simulate[@]}"
  submit all --set "paths.telemetry=$out/input/telemetry" --set "paths.exports=$out/input/exports" \
    --set "paths.audio=$out/input/audio" --set "paths.warehouse=$out/warehouse" --set "paths.report=$out/report.html" \
    "${own[@]}"
  echo "The whole demo took $((SECONDS - began)) s."
}

test_side_by_side() { # each line begins with the part that says it; fails where one of them does
  local part pid status=0
  local -a pids=()
  for part in "$@"; do
    python -m pytest -v --durations=20 -p no:cacheprovider "tests/$part" > >(sed -u "s/^/[$part] /") 2>&1 &
    pids+=($!)
  done
  # What runs in the background of a script does not hear Ctrl-C.
  trap 'kill "${pids[@]}" 2>/dev/null; exit 130' INT TERM
  for pid in "${pids[@]}"; do wait "$pid" || status=$?; done
  return "$status"
}

# The pipeline and the tables on the other Spark that the project runs on, in an environment of its own.
test_spark35() (
  VENV="$ROOT/.venv-spark35"
  LOG="$VENV/setup.log"
  set_up spark35
  cd "$ROOT"
  "$VENV/bin/python" -m pytest -p no:cacheprovider tests/spark/test_tables.py tests/spark/test_catalog.py \
    tests/e2e/test_pipeline.py -k "not run__ and not cohort__"
)

run_tests() {
  local part
  local -a parts=("$@")
  ((${#parts[@]})) || parts=(lint unit spark e2e browser gpu)
  if [[ ${parts[*]} == spark35 ]]; then test_spark35; return; fi
  set_up test
  cd "$ROOT"
  export PATH="$VENV/bin:$PATH"
  # The longest two run side by side: a driver that plans leaves a core idle.
  if [[ " ${parts[*]} " == *' spark '* && " ${parts[*]} " == *' e2e '* ]]; then
    parts=(${parts[@]/%spark/spark+e2e})
    parts=(${parts[@]/#e2e/})
  fi
  for part in "${parts[@]}"; do
    echo "== $part"
    case $part in
      spark35) test_spark35 ;;
      spark+e2e) test_side_by_side spark e2e ;;
      lint)
        ruff check .
        ruff format --check .
        mypy
        lint-imports
        ;;
      unit | spark | e2e | browser | gpu) python -m pytest "tests/$part" ;;
      *) fail "test does not know $part; it knows lint, unit, spark, e2e, browser, gpu, spark35." ;;
    esac
  done
}

notebook() {
  local warehouse="$ROOT/demo/warehouse" audio="$ROOT/demo/input/audio"
  local -a own=()
  while (($#)); do
    case $1 in
      --warehouse) warehouse=$(absolute "${2:?--warehouse needs a folder}"); shift 2 ;;
      --audio) audio=$(absolute "${2:?--audio needs a folder}"); shift 2 ;;
      --help | -h) usage; exit 0 ;;
      *) own+=("$1"); shift ;;
    esac
  done
  set_up notebook
  export ENGAGEMENT_WAREHOUSE="$warehouse" ENGAGEMENT_AUDIO="$audio"
  exec "$VENV/bin/jupyter" lab --notebook-dir "$ROOT/notebooks" ${own[@]+"${own[@]}"}
}

absolute() { [[ $1 == *://* ]] && echo "$1" || realpath -m "$1"; } # an object store's address stays as it is

# Of the packages that a run uses, by a tool in a place of its own.
bill_of_materials() {
  local out="$ROOT/bom.json"
  [[ ${1:-} == --out ]] && out=$(realpath -m "${2:?--out needs a file}")
  set_up demo
  if [[ ! -x $VENV/bom/bin/cyclonedx-py ]]; then
    "$VENV/bin/python" -m venv "$VENV/bom"
    quietly "installing the tool that writes it" \
      "$VENV/bom/bin/pip" install --disable-pip-version-check -q 'cyclonedx-bom>=7,<8' ||
      { rm -rf "$VENV/bom"; fail "Installing failed. $NETWORK_HELP"; }
  fi
  "$VENV/bom/bin/cyclonedx-py" environment --gather-license-texts --output-reproducible --output-file "$out" "$VENV/bin/python"
  echo "$out"
}

refuse_secrets "$@"
case ${1:-} in
  '' | --help | -h) usage; [[ -n ${1:-} ]] || exit 2 ;;
  demo) shift; demo "$@" ;;
  test) shift; run_tests "$@" ;;
  notebook) shift; notebook "$@" ;;
  reveal) shift; set_up spark >&2; exec "$VENV/bin/python" -m engagement.reveal "$@" ;;
  bom) shift; bill_of_materials "$@" ;;
  doctor) shift; set_up spark; exec "$VENV/bin/python" -m engagement.doctor "$@" ;;
  emr)
    shift
    make_venv
    build_wheel
    install_extra emr
    exec "$VENV/bin/python" -m engagement.deployment.emr --wheel "$WHEEL" --root "$ROOT" --work-folder "$VENV/emr" "$@"
    ;;
  *)
    step=$1
    [[ $step == all || -n $(steps | grep -x -e "$step") ]] || fail "No step '$step'. Steps: $(steps | paste -sd' '), all."
    for argument in "$@"; do
      [[ $argument != --help && $argument != -h ]] || { set_up spark; exec "$VENV/bin/python" "$ROOT/jobs/$step.py" --help; }
    done
    if [[ " $* " != *' --env emr '* ]]; then set_up spark
    elif [[ " $* " == *' --gpu '* ]]; then set_up_emr --gpu
    else set_up_emr; fi
    submit "$@"
    ;;
esac
