"""No raw id and no secret in what a run leaves: tables and their logs, event log, logs, report, notebook.

The search is tried first on a planted id, in each kind of place that it must look into.
"""

import gzip
import re
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.e2e.conftest import COMMAND_LINE_ID, SECRET, Scored
from tests.e2e.id_search import places_of, raw_ids

# Greater than any hex: it stands in the statistics.
_CANARY = "zz-canary-learner-4711"


@pytest.fixture(scope="module")
def planted(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the canary in every kind of place; the table's row is deleted, its files are there."""
    folder = tmp_path_factory.mktemp("planted")
    table = folder / "table"
    rows = spark.range(400).selectExpr(
        f"if(id = 7, '{_CANARY}', sha(cast(id as string))) as learner_id",
        # Neither the least nor the greatest of its column: it stands in no footer.
        f"array(named_struct('name', if(id = 7, '{_CANARY}-deep', if(id > 7, 'a', 'zzz')))) as names",
        f"map('who', if(id = 7, '{_CANARY}-mapped', 'x')) as pairs",
    )
    writer = rows.coalesce(1).write.format("delta").option("compression", "gzip").mode("append")
    writer = writer.option("delta.checkpointInterval", "1").option("delta.enableChangeDataFeed", "true")
    for _ in range(2):
        writer.save(str(table))
    spark.sql(f"DELETE FROM delta.`{table}` WHERE length(names[0].name) > 3")
    (folder / "telemetry.gz").write_bytes(gzip.compress(_CANARY.encode()))
    (folder / f"{_CANARY}.wav").write_bytes(b"")
    return folder


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (_CANARY, r"^table/part-\S+ \(values of learner_id\)$"),
        (f"{_CANARY}-deep", r"^table/part-\S+ \(values of names\)$"),
        (f"{_CANARY}-mapped", r"^table/part-\S+ \(values of pairs\)$"),
        (_CANARY, r"^table/part-\S+ \(footer\)$"),
        (_CANARY, r"^table/_change_data/\S+ \(values of learner_id\)$"),
        (_CANARY, r"^table/_delta_log/\d+\.json \(bytes\)$"),
        (_CANARY, r"^table/_delta_log/\d+\.crc \(bytes\)$"),
        (_CANARY, r"^table/_delta_log/\d+\.checkpoint\S* \(values of add\)$"),
        (_CANARY, r"^telemetry\.gz \(unpacked\)$"),
        (_CANARY, r"^zz-canary\S+\.wav \(name\)$"),
    ],
)
def test_places_of__finds_the_canary_wherever_it_is(planted: Path, text: str, place: str) -> None:
    assert [found for found in places_of(planted, [text]) if re.match(place, found)]


def test_places_of__finds_what_a_search_of_bytes_does_not(planted: Path) -> None:
    hidden = f"{_CANARY}-deep".encode()
    assert not [file for file in planted.rglob("part-*") if hidden in file.read_bytes()]


def test_run__leaves_no_raw_id_and_no_secret(scored_class: Scored, logs: Path) -> None:
    raw = raw_ids(scored_class.source)
    assert len(raw) > 12
    assert {place.split(" ")[0] for place in places_of(scored_class.source / "telemetry", raw)} >= {
        "quiz.jsonl"
    }
    written = {file.name for file in logs.rglob("*") if file.is_file() and file.stat().st_size > 500}
    assert {"jvm.log", "python.log", "screen.txt"} <= written
    assert [name for name in written if name.startswith("events_")]
    assert (scored_class.root / "report.html").stat().st_size > 10_000
    for folder in (scored_class.root, logs):
        assert places_of(folder, [*raw, SECRET]) == []
    # What the JVM was started with, a step's options among it, is an event of the log.
    assert len(places_of(logs / "events", ["engagement.tests.command"])) == 1
    assert places_of(logs / "events", [COMMAND_LINE_ID]) == []
