"""silver.responses and their recordings → silver.voice_scores: each recording once by each pair of models."""

import argparse
from dataclasses import replace

from engagement.gates import add_accept, fates, let_pass, too_many_failures, unjudged
from engagement.progress import say
from engagement.recordings import find_due, score_due
from engagement.retention import bar, voice_rules
from engagement.schemas import RUNS, VOICE_SCORES
from engagement.schemas.enums import VoiceStatus
from engagement.selection import selected_responses
from engagement.step import Counts, Run, main
from engagement.tables import create_if_missing, read_or_empty
from engagement.voice_progress import estimate


def score_voice(run: Run) -> Counts:
    """Score the selection's recordings that are due; with --dry-run, count them."""
    if run.settings.paths.audio is None:
        create_if_missing(run.spark, run.warehouse, VOICE_SCORES)
        return Counts(rows_in=0, rows_out=0)
    voice = replace(run.settings.voice, audio_root=run.settings.paths.audio)
    responses = selected_responses(run.spark, run.warehouse, run.settings.cohort)
    recordings = responses.where("audio_key is not null")
    rules = voice_rules(run.spark, run.warehouse, run.settings)
    worklist = find_due(rules.allowed(recordings), run.warehouse, voice)
    if getattr(run.options, "dry_run", False):
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(worklist.reasons.items()))
        say(
            f"      Would fetch {worklist.recordings:,} recordings ({reasons or 'all are settled'}): "
            f"{estimate(run.spark, run.warehouse, worklist.recordings, voice)}."
        )
        return Counts(rows_out=0, detail=worklist.reasons)
    done = score_due(worklist, run.warehouse, voice)
    bar(recordings, run.warehouse, rules)
    scores, runs = (read_or_empty(run.spark, run.warehouse, table) for table in (VOICE_SCORES, RUNS))
    counts = fates(scores, recordings)
    failed = sum(count for status, count in counts.items() if status != VoiceStatus.OK)
    now = {"scored": done.recordings, "audio_seconds": round(done.audio_seconds)}
    detail = {**counts, **worklist.reasons, **now}
    findings = too_many_failures(fates(unjudged(scores, runs), recordings), voice)
    detail.update(let_pass(findings, detail, accept=getattr(run.options, "accept", False)))
    return Counts(rows_in=sum(counts.values()), rows_out=done.recordings, rejected=failed, detail=detail)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="count what would be fetched, and stop there")
    add_accept(parser)


if __name__ == "__main__":
    main("score_voice", {"score_voice": score_voice}, _add_options)
