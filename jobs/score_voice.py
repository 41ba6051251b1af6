"""silver.responses and their recordings → silver.voice_scores: each recording once by each pair of models."""

import argparse
from dataclasses import replace

from pyspark.sql import DataFrame

from engagement.progress import say
from engagement.recordings import find_due, score_due
from engagement.schemas import VOICE_SCORES
from engagement.schemas.enums import VoiceStatus
from engagement.selection import selected_responses
from engagement.step import Counts, Run, main
from engagement.tables import create_if_missing, read
from engagement.voice_progress import estimate


def score_voice(run: Run) -> Counts:
    """Score the selection's recordings that are due; with --dry-run, count them."""
    if run.settings.paths.audio is None:
        create_if_missing(run.spark, run.warehouse, VOICE_SCORES)
        return Counts(rows_in=0, rows_out=0)
    voice = replace(run.settings.voice, audio_root=run.settings.paths.audio)
    responses = selected_responses(run.spark, run.warehouse, run.settings.cohort)
    recordings = responses.where("audio_key is not null")
    worklist = find_due(recordings, run.warehouse, voice)
    if getattr(run.options, "dry_run", False):
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(worklist.reasons.items()))
        say(
            f"      Would fetch {worklist.recordings:,} recordings ({reasons or 'all are settled'}): "
            f"{estimate(run.spark, run.warehouse, worklist.recordings, voice)}."
        )
        return Counts(rows_out=0, detail=worklist.reasons)
    done = score_due(worklist, run.warehouse, voice)
    fates = _fates(run, recordings)
    failed = sum(count for status, count in fates.items() if status != VoiceStatus.OK)
    now = {"scored": done.recordings, "audio_seconds": round(done.audio_seconds)}
    detail = {**fates, **worklist.reasons, **now}
    return Counts(rows_in=sum(fates.values()), rows_out=done.recordings, rejected=failed, detail=detail)


def _fates(run: Run, recordings: DataFrame) -> dict[str, int]:
    """Count the selection's recordings by what became of them."""
    scores = read(run.spark, run.warehouse, VOICE_SCORES)
    chosen = scores.join(recordings, on=["response_date", "response_id"], how="left_semi")
    return {
        row["status"]: row["count"] for row in chosen.groupBy("status").count().orderBy("status").collect()
    }


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="count what would be fetched, and stop there")


if __name__ == "__main__":
    main("score_voice", {"score_voice": score_voice}, _add_options)
