"""What stops a run before anything is published downstream: rejects, failed recordings, a fall in volume.

A gate judges what no run before has let through, so the same run started again stops again, until the input
heals or an operator lets it pass with `--accept`.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from pyspark.sql import DataFrame, functions as F

from engagement.config import Ingest, VoiceSettings
from engagement.errors import GateError
from engagement.schemas.enums import Reject, RunStatus, VoiceStatus

ACCEPTED = "accepted_"
_RUNS_REMEMBERED = 14
# Nobody asked for these recordings: they are not judged.
_BARRED = (VoiceStatus.NO_CONSENT, VoiceStatus.EXPIRED)
# Facts of the product, told by its own telemetry: the app swallows upload errors, and learners stay silent.
_NO_FAILURE = (VoiceStatus.OK, VoiceStatus.NO_SPEECH, VoiceStatus.NOT_FOUND)


@dataclass(frozen=True)
class Finding:
    """A limit that was passed.

    Attributes:
        gate: Name of the gate.
        percent: What was found, percent.
        told: It in one sentence, with the limit.
    """

    gate: str
    percent: int
    told: str


def add_accept(parser: argparse.ArgumentParser) -> None:
    """Add `--accept`."""
    parser.add_argument(
        "--accept", action="store_true", help="let what a quality gate found pass; ops.runs keeps that"
    )


def let_pass(findings: Sequence[Finding], counts: Mapping[str, int], *, accept: bool) -> dict[str, int]:
    """Return what is accepted, percent by `accepted_<gate>`: nothing where nothing was found.

    Args:
        findings: The limits passed.
        counts: What the step has counted so far; a run that is stopped keeps it in ops.runs.
        accept: Whether the operator lets them pass.

    Raises:
        GateError: a limit was passed and nobody accepts it.
    """
    if findings and not accept:
        told = " ".join(each.told for each in findings)
        raise GateError(f"{told} Nothing was published; --accept lets it pass.", counts)
    return {f"{ACCEPTED}{each.gate}": each.percent for each in findings}


def too_many_rejects(counts: Mapping[str, int], kind: str, limits: Ingest) -> list[Finding]:
    """Judge the share of rejected events among those of the files that are new, forgotten learners' aside."""
    forgotten = counts.get(f"rejected_{Reject.FORGOTTEN}", 0)
    rejected, events = counts["rejected"] - forgotten, counts["events"] - forgotten
    share = rejected / max(events, 1)
    if share <= limits.max_rejected_share:
        return []
    told = (
        f"{rejected} of {events} {kind} events were rejected ({share:.0%}); "
        f"ingest.max_rejected_share is {limits.max_rejected_share:.0%}. bronze.rejected tells which and why."
    )
    return [Finding("rejected_share", round(100 * share), told)]


def volume_fall(
    events: int, past: Sequence[tuple[int, int]], limits: Ingest, *, at: datetime
) -> list[Finding]:
    """Judge a run's volume against the median of the last runs that read something.

    A run that comes sooner after the last of them than half of the usual time is not judged: it is the same
    night's second, which finds little or nothing.

    Args:
        events: Events in the files that are new; 0 where no file is.
        past: Beginning, seconds since 1970, and events of the runs that read something.
        limits: The limit, and how many runs it takes to know what is usual.
        at: When this run began.
    """
    known = sorted(past)[-_RUNS_REMEMBERED:]
    if len(known) < limits.volume_runs:
        return []
    begun = [when for when, _ in known]
    apart_seconds = median(later - sooner for sooner, later in pairwise(begun))
    if apart_seconds <= 0 or at.timestamp() - begun[-1] < apart_seconds / 2:
        return []
    usual = median(count for _, count in known)
    fall = 1 - events / usual
    if fall <= limits.max_volume_fall:
        return []
    told = (
        f"{events:,} new events against {usual:,.0f} in the median of the last {len(known)} runs that read "
        f"any (a fall of {fall:.0%}); ingest.max_volume_fall is {limits.max_volume_fall:.0%}."
    )
    return [Finding("volume_fall", round(100 * fall), told)]


def volumes(ingested_files: DataFrame) -> list[tuple[int, int]]:
    """Return the beginning and the events of the runs in the ledger that read telemetry."""
    runs = (
        ingested_files.where("kind = 'telemetry'")
        .groupBy("run_id")
        .agg(F.unix_timestamp(F.min("written_at")).alias("began"), F.sum("events").alias("events"))
        .where("events > 0")
        .orderBy(F.col("began").desc())
        .limit(_RUNS_REMEMBERED)
    )
    return [(row["began"], row["events"]) for row in runs.collect()]


def unjudged(scores: DataFrame, runs: DataFrame) -> DataFrame:
    """Return the rows of silver.voice_scores first tried by runs that passed no gate, stopped or killed.

    Args:
        scores: Rows of silver.voice_scores.
        runs: ops.runs.
    """
    passed = runs.where(
        (F.col("step") == "score_voice") & F.col("status").isin(RunStatus.DONE, RunStatus.ACCEPTED)
    )
    began = passed.select(F.col("run_started_at").alias("first_tried_at")).distinct()
    return scores.join(F.broadcast(began), on="first_tried_at", how="left_anti")


def fates(scores: DataFrame, recordings: DataFrame) -> dict[str, int]:
    """Count recordings by what became of them.

    Args:
        scores: Rows of silver.voice_scores.
        recordings: The selection's responses, unique by response_date and response_id.
    """
    chosen = scores.join(recordings, on=["response_date", "response_id"], how="left_semi")
    counted = chosen.groupBy("status").count().orderBy("status").collect()
    return {row["status"]: row["count"] for row in counted}


def too_many_failures(counts: Mapping[str, int], limits: VoiceSettings) -> list[Finding]:
    """Judge recordings by what became of them: failed ones, and missing ones apart.

    Args:
        counts: Recordings by status.
        limits: The limits; fewer recordings than `fewest_judged` are not judged.
    """
    missing = counts.get(VoiceStatus.NOT_FOUND, 0)
    asked = {status: count for status, count in counts.items() if status not in _BARRED}
    found = sum(asked.values()) - missing
    failed = sum(count for status, count in asked.items() if status not in _NO_FAILURE)
    judged = (
        ("failed_share", failed, found, limits.max_failed_share, "recordings failed", "max_failed_share"),
        ("missing_share", missing, found + missing, limits.max_missing_share, "recordings are not there",
         "max_missing_share"),
    )  # fmt: skip
    return [
        Finding(gate, round(100 * part / whole), f"{part:,} of {whole:,} {words} ({part / whole:.0%}); "
                f"voice.{key} is {limit:.0%}. silver.voice_scores.status tells why.")
        for gate, part, whole, limit, words, key in judged
        if whole >= limits.fewest_judged and part / whole > limit
    ]  # fmt: skip
