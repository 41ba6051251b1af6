"""What is really so in the simulated class; read by tests and validation only, never by a job."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import fmean
from typing import Any

from engagement.demo.diary import Answer
from engagement.demo.learners import Learner
from engagement.demo.schedule import FIRST_DAY
from engagement.demo.sittings import milliseconds


def write_learners(
    path: Path, learners: Sequence[Learner], answers: Iterable[Answer], *, covered: dict[str, tuple[str, ...]]
) -> None:
    """Write one row per learner: who it is, the true engagement and whether and when it stops."""
    by_learner: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_learner[answer.visit.learner.raw_id].append(answer)
    rows = []
    for learner in learners:
        own = by_learner[learner.raw_id]
        rows.append(
            {
                "learner": learner.raw_id,
                "language": learner.language,
                "school": learner.tablet.school.name,
                "udise_code": learner.tablet.school.udise_code,
                "channel": learner.tablet.school.channel,
                "device": learner.tablet.device_id,
                "app_names_learner": learner.tablet.fills_ids,
                "exports": " ".join(covered[learner.raw_id]),
                "profile": learner.profile.value,
                "skill": f"{learner.skill:.4f}",
                "engagement": f"{fmean(answer.engagement for answer in own):.4f}" if own else "",
                "engagement_first_week": f"{learner.engagement_first:.4f}",
                "engagement_last_week": f"{learner.engagement_last:.4f}",
                "stops_on": _date(learner.stops_on_day),
                "visits": len({answer.visit.play_session for answer in own}),
                "responses": len(own),
            }
        )
    _write(path, rows)


def write_responses(path: Path, answers: Iterable[Answer]) -> None:
    """Write one row per response of the app, keyed by ContentSession and time.

    The quizzes' responses are left out: a quiz belongs to no level or phase.
    """
    _write(
        path,
        [
            {
                "content_session": answer.visit.content_session,
                "ets_milliseconds": milliseconds(answer.at),
                "audio_key": answer.audio_key,
                "learner": answer.visit.learner.raw_id,
                "language": answer.visit.learner.language,
                "level": answer.position.level_name,
                "phase": answer.position.phase,
                "step": answer.position.step,
                "engagement": f"{answer.engagement:.4f}",
                "accuracy": answer.accuracy,
                "is_silent": bool(answer.audio_key) and not answer.heard,
            }
            for answer in answers
        ],
    )


def write_recordings(path: Path, answers: Iterable[Answer]) -> None:
    """Write which real utterance lies under which audio key; no file where every voice is synthetic."""
    rows = [
        {
            "audio_key": answer.audio_key,
            "utterance_id": answer.recording.utterance_id,
            "speaker_id": answer.recording.speaker_id,
            "learner": answer.visit.learner.raw_id,
        }
        for answer in answers
        if answer.recording is not None
    ]
    if rows:
        _write(path, rows)


def write_oddities(path: Path, figures: dict[str, Any]) -> None:
    """Write how many oddities of each kind there are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _date(day: int | None) -> str:
    return "" if day is None else (FIRST_DAY + timedelta(days=day)).date().isoformat()


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]) if rows else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
