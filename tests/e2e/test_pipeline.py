"""The whole way on a small class: what comes in is accounted for, and runs can be repeated and split."""

import csv
import shutil
from collections.abc import Callable

import pytest
from pyspark.sql import functions as F

from engagement.errors import ConfigurationError
from engagement.pseudonyms import pseudonym
from engagement.schemas import (
    INGESTED_FILES,
    INSIGHTS,
    LEARNER_GROUPS,
    PHASE_ENGAGEMENT,
    REFERENCES,
    REJECTED,
    RESPONSE_ENGAGEMENT,
    RESPONSES,
    VOICE_SCORES,
)
from jobs.all import PIPELINE
from tests.e2e.conftest import SECRET, Scored
from tests.equal import differences

_SCORING = {name: PIPELINE[name] for name in ("score_voice", "score_engagement", "find_groups")}


def test_ledger__accounts_for_every_line_and_row(scored_class: Scored) -> None:
    totals = {
        row["kind"]: row.asDict()
        for row in scored_class.table(INGESTED_FILES)
        .groupBy("kind")
        .agg(*(F.sum(name).alias(name) for name in ("lines", "events", "kept", "duplicates", "rejected")))
        .collect()
    }
    told = scored_class.truth["telemetry"]
    exports = scored_class.truth["exports"].values()
    expected = {
        "telemetry": {**told, "rejected": sum(told["rejected"].values())},
        "export": {
            **{name: sum(e[name] for e in exports) for name in ("lines", "events", "kept", "duplicates")},
            "rejected": sum(sum(e["rejected"].values()) for e in exports),
        },
    }
    assert {kind: {name: row[name] for name in expected[kind]} for kind, row in totals.items()} == expected


def test_rejected__every_reason_is_found_again(scored_class: Scored) -> None:
    counted = scored_class.table(REJECTED).groupBy("reason").count().collect()
    found = {row["reason"]: row["count"] for row in counted}
    expected = dict(scored_class.truth["telemetry"]["rejected"])
    for export in scored_class.truth["exports"].values():
        for reason, count in export["rejected"].items():
            expected[reason] = expected.get(reason, 0) + count
    assert found == expected


def test_voice_scores__every_recording_has_its_fate(scored_class: Scored) -> None:
    scores = scored_class.table(VOICE_SCORES)
    found = {row["status"]: row["count"] for row in scores.groupBy("status").count().collect()}
    told = scored_class.truth["audio"]
    assert sum(found.values()) == told["keys"]
    assert {status: found.get(status, 0) for status in told["faults"]} == told["faults"]
    assert found["no_speech"] == told["silent"]
    assert scores.where("status = 'ok' and (tone_fluency is null or emotion_neutral is null)").isEmpty()


def test_responses__phase_is_right_where_exports_tell(scored_class: Scored) -> None:
    with (scored_class.source / "truth" / "responses.csv").open(encoding="utf-8") as lines:
        hashed = {
            (pseudonym(SECRET.encode(), "learner", row["learner"]), int(row["ets_milliseconds"])): (
                row["level"],
                row["phase"],
            )
            for row in csv.DictReader(lines)
        }
    known = scored_class.table(RESPONSES).where("phase_source = 'export'").collect()
    right = [
        (row["level"], row["phase"]) == hashed[key]
        for row in known
        if (key := (row["learner_id"], round(row["responded_at"].timestamp() * 1000))) in hashed
    ]
    assert len(right) > 50
    assert sum(right) / len(right) >= 0.98


def test_drivers__sum_with_fifty_to_the_score(scored_class: Scored) -> None:
    phases = scored_class.table(PHASE_ENGAGEMENT).where("engagement is not null")
    total = F.expr("50 + aggregate(drivers, 0D, (sum, each) -> sum + each.contribution)")
    off = phases.where(F.abs(total - F.col("engagement")) > 1e-9)
    assert phases.count() > 5
    assert off.isEmpty()
    assert scored_class.table(LEARNER_GROUPS).where("reason is null").isEmpty()


def test_run__again_changes_nothing_and_scores_nothing_twice(
    scored_class: Scored, beside: Callable[[], Scored]
) -> None:
    again = beside()
    shutil.copytree(scored_class.root, again.root)
    counts = again.run(run_id="second")
    assert differences(scored_class.spark, scored_class.warehouse, again.warehouse) == []
    retried = scored_class.table(VOICE_SCORES).where("status in ('not_found', 'unreadable')").count()
    assert again.table(VOICE_SCORES).where("run_id = 'second'").count() == retried
    assert counts["ingest_events"].rows_out == 0


def test_cohort__scores_its_own_and_leaves_the_rest_alone(
    scored_class: Scored, beside: Callable[[], Scored]
) -> None:
    chosen = beside()
    shutil.copytree(scored_class.root, chosen.root)
    chosen.run(["cohort.name=tamil", "cohort.languages=[ta]"], steps=_SCORING)
    for table in (RESPONSE_ENGAGEMENT, PHASE_ENGAGEMENT, LEARNER_GROUPS, INSIGHTS):
        everyone = chosen.table(table).where("cohort = 'all'")
        assert everyone.count() == scored_class.table(table).count()
    lineage = ("run_id", "written_at", "cohort")
    mine = chosen.table(RESPONSE_ENGAGEMENT).where("cohort = 'tamil'").drop(*lineage)
    same = scored_class.table(RESPONSE_ENGAGEMENT).where("language = 'ta'").drop(*lineage)
    assert mine.count() == same.count() > 0
    assert mine.exceptAll(same).isEmpty()
    references = [w.table(REFERENCES).drop("run_id", "written_at") for w in (chosen, scored_class)]
    assert references[0].exceptAll(references[1]).isEmpty()


def test_cohort__nothing_matches_says_what_there_is(scored_class: Scored) -> None:
    with pytest.raises(ConfigurationError, match=r"cohort\.languages=\[xx\]\. There is: .*language .*ta \("):
        scored_class.run(["cohort.languages=[xx]"], steps=_SCORING)
