"""How large the report of many learners is, and how long a browser takes to open it.

    python -m tests.benchmarks.large_report --learners 100000

Gold tables of invented learners (300 schools, three languages, some twelve phases and 60 responses each) are
written as Parquet; the report is made from them as publish_report makes it, and opened five times in
Chromium. Printed are the seconds that figures and page take, the page's bytes, and the seconds from the
address to the last chart drawn.
"""

import argparse
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from statistics import median

from pyspark.sql import Column, DataFrame, SparkSession, functions as F

from engagement.config import VoiceSettings
from engagement.report.collect import ReportRules, ReportTables, collect_figures
from engagement.report.model_cards import model_cards
from engagement.report.page import render
from engagement.schemas import (
    FORECASTS,
    INSIGHTS,
    LEARNER_GROUPS,
    PHASE_ENGAGEMENT,
    RESPONSE_ENGAGEMENT,
    Table,
)
from tests.benchmarks.sessions import benchmark_session
from tests.browser.devtools import browser

SCHOOLS, PHASES, RESPONSES_OF_LEARNER, INSIGHTS_OF_LEARNER = 300, 12, 60, 20
OPENED = 5
_DRIVERS = (
    "days_away",
    "visit_answers",
    "answered",
    "idling",
    "accuracy_gain",
    "boredom",
    "fluency",
    "prosody",
)
_GROUPS = ("thriving", "coasting", "trying_hard", "struggling", "fading", "steady", "silent")
_LEVEL = "concat('m', cast(1 + (learner + part div 2) % 15 as int))"
_PHASE = "if(part % 2 = 0, 'practice', 'showcase')"


def main() -> None:
    """Invent, make, open, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--learners", type=int, default=100_000, help="learners (default: 100000)")
    parser.add_argument("--cores", type=int, default=2, help="cores of Spark (default: 2)")
    parser.add_argument("--page", type=Path, help="keep the page here")
    options = parser.parse_args()
    spark = benchmark_session(options.cores)
    with tempfile.TemporaryDirectory(prefix="report-benchmark-") as folder:
        tables = _tables(spark, options.learners, folder)
        began = time.monotonic()
        figures = collect_figures(tables, cohort="all", rules=ReportRules(cards=model_cards(VoiceSettings())))
        collected = time.monotonic() - began
        began = time.monotonic()
        page = render(figures, generated_for="Many", generated_at=datetime(2025, 3, 3))
        rendered = time.monotonic() - began
        spark.stop()
        file = options.page or Path(folder) / "report.html"
        file.write_text(page, encoding="utf-8")
        _say(f"{figures.learners:,} learners: figures in {collected:.1f} s, page in {rendered:.1f} s")
        _say(f"{len(page.encode()):,} bytes")
        seconds = _seconds_to_open(file)
        fastest, slowest = min(seconds), max(seconds)
        _say(f"opened in {median(seconds):.2f} s (median of {OPENED}, {fastest:.2f} to {slowest:.2f})")


def _seconds_to_open(file: Path) -> list[float]:
    with browser() as running:
        running.resize(1280)
        return [running.open(file) for _ in range(OPENED)]


def _tables(spark: SparkSession, learners: int, folder: str) -> ReportTables:
    def written(table: Table, rows: DataFrame, columns: Mapping[str, str | Column]) -> DataFrame:
        told = {name: F.expr(made) if isinstance(made, str) else made for name, made in columns.items()}
        empty = F.lit(None)
        place = f"{folder}/{table.name}"
        rows.select(
            *(told.get(each.name, empty).cast(each.dataType).alias(each.name) for each in table.columns)
        ).write.parquet(place)
        return spark.read.parquet(place)

    everybody = spark.range(learners, numPartitions=8).selectExpr("id as learner")
    who = {
        "cohort": "'all'",
        "learner_id": "substr(sha2(cast(learner as string), 256), 1, 32)",
        "school_id": f"substr(sha2(concat('s', cast(learner div 3 % {SCHOOLS} as int)), 256), 1, 32)",
        "language": "element_at(array('en', 'ta', 'hi'), cast(1 + learner % 3 as int))",
    }
    scores = {
        "engagement": "least(100, greatest(0, 50 + 8 * randn(2)))",
        "engagement_low": "45",
        "engagement_high": "55",
        **dict.fromkeys(("behavioural", "cognitive", "emotional", "vocal"), "50 + 9 * randn(3)"),
    }
    begun = "timestamp'2024-06-03' + make_interval(0, 0, 0, cast(learner % 60 + 20 * part as int))"
    stage = {"level": _LEVEL, "phase": _PHASE}
    phases = everybody.withColumn("part", F.explode(F.sequence(F.lit(0), F.lit(PHASES - 1))))
    answers = everybody.withColumn("part", F.explode(F.sequence(F.lit(0), F.lit(RESPONSES_OF_LEARNER - 1))))
    told = everybody.withColumn("part", F.explode(F.sequence(F.lit(0), F.lit(INSIGHTS_OF_LEARNER - 1))))
    driver = f"element_at(array{_DRIVERS}, cast(1 + (learner + part) % {len(_DRIVERS)} as int))"
    group = f"element_at(array{_GROUPS}, cast(1 + learner % {len(_GROUPS)} as int))"
    insight = {
        **who, **stage, "driver": driver, "direction": "if(part % 3 = 0, 'up', 'down')",
        "contribution": "if(part % 3 = 0, 1, -1) * (1 + rand(5))", "rank": "1 + part",
        "sentence": "'The learner does little in one visit.'",
        "next_step": "'Set a small goal for the visit, five answers say, and praise it when it is met.'",
    }  # fmt: skip
    insight = {name: made for name, made in insight.items() if name in INSIGHTS.column_names}
    phase = {
        **who, **stage, **scores, "started_at": begun, "ended_at": f"{begun} + interval 15 days",
        "responses": "30", "active_seconds": "900", "trend": "randn(6)", "trend_low": "randn(7) - 1",
        "trend_high": "randn(8) + 1", "formula_version": "'1.2'",
    }  # fmt: skip
    answered = {
        **who, **stage, **scores, "response_id": "uuid()", "session_id": "'s'", "voice_status": "'ok'",
        "responded_at": "timestamp'2024-06-03' + make_interval(0, 0, 0, int(learner % 60 + 5 * part))",
    }  # fmt: skip
    placed = {
        **who, "group_name": group, "engagement": "50 + 8 * randn(9)", "trend": "randn(10)",
        "achievement": "100 * rand(11)", "responses": "60", "last_response_at": "timestamp'2025-02-27'",
        "reason": "concat('Engagement is falling: ', round(randn(12), 1), ' points a week (90 % interval "
        "−2.1 to −0.3). Engagement ', cast(learner % 100 as int), ': above that of 41 % of the learners.')",
    }  # fmt: skip
    foreseen = {
        **{name: who[name] for name in ("cohort", "learner_id", "language")},
        "as_of": "date'2025-03-03'", "horizon_days": "14", "stop_probability": "rand(13)",
    }  # fmt: skip
    made = {
        RESPONSE_ENGAGEMENT: (answers, answered),
        PHASE_ENGAGEMENT: (phases, phase),
        LEARNER_GROUPS: (everybody, placed),
        INSIGHTS: (told, insight),
        FORECASTS: (everybody, foreseen),
    }
    return ReportTables.of(
        lambda table: written(table, *made[table]) if table in made else _empty(spark, table)
    )


def _empty(spark: SparkSession, table: Table) -> DataFrame:
    return spark.createDataFrame([], table.schema)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
