"""A seeded sample of the fuzzer; all of it: `python -m tests.benchmarks.fuzz_lines`."""

from pathlib import Path

from pyspark.sql import SparkSession

from tests.benchmarks.fuzz_lines import fuzz
from tests.benchmarks.line_mutants import mutants, telemetry_lines
from tests.spark.bronze_rows import line


def test_ingest__mutants_balance_and_deal_equal(spark: SparkSession, tmp_path: Path) -> None:
    plain = [line(mid=str(number), edata={"type": "SPEAK", "values": [{"a": 1}]}) for number in range(5)]
    made = mutants([text.encode() for text in plain], 400, seed=3)
    wrong, counts = fuzz(spark, tmp_path, made, seed=3)
    assert wrong == []
    assert counts["lines"] >= 390
    assert min(counts["kept"], counts["duplicates"], counts["rejected"]) > 20


def test_mutants__the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"eid":"START"}\n\n{"eid":"END"}\n')
    lines = telemetry_lines(tmp_path)
    assert lines == [b'{"eid":"START"}', b'{"eid":"END"}']
    assert mutants(lines, 200, seed=1) == mutants(lines, 200, seed=1) != mutants(lines, 200, seed=2)
