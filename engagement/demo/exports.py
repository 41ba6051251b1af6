"""The databases' exports: lesson tracking, set results and learner progress, each of a part of the class."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from engagement.demo.diary import Happening, LessonRow, SetResult
from engagement.demo.learners import Learner
from engagement.demo.oddities import Ledger, encode, without
from engagement.demo.setfigures import set_figures
from engagement.demo.sittings import milliseconds

LESSON_TRACKING, SET_RESULTS, LEARNER_PROGRESS = "lesson_tracking", "set_results", "learner_progress"
# The part of the class (from, to) whose rows are in each export. Some learners are in one export
# only, and the last part is in none: known by its events alone, its phases to be inferred.
PARTS = {LESSON_TRACKING: (0.0, 0.72), SET_RESULTS: (0.1, 0.8), LEARNER_PROGRESS: (0.3, 0.86)}
PROGRESS_COLUMNS = ("userId", "sessionId", "subSessionId", "milestoneLevel", "language", "createdAt")


def coverage(learners: Iterable[Learner], *, seed: int) -> dict[str, tuple[str, ...]]:
    """Return which exports hold each learner's rows, by raw id."""
    covered = {}
    for learner in learners:
        place = Random(f"{seed}:exports:{learner.raw_id}").random()
        covered[learner.raw_id] = tuple(name for name, (start, end) in PARTS.items() if start <= place < end)
    return covered


def write_exports(
    folder: Path, happenings: Iterable[Happening], *, covered: dict[str, tuple[str, ...]]
) -> dict[str, Ledger]:
    """Write the three exports and return what a reader must find in each."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in PARTS}
    for happening in happenings:
        names = covered[happening.visit.learner.raw_id]
        if isinstance(happening, LessonRow) and LESSON_TRACKING in names:
            rows[LESSON_TRACKING].append(_lesson(happening))
        if isinstance(happening, SetResult):
            if SET_RESULTS in names:
                rows[SET_RESULTS].append(_set_result(happening))
            if LEARNER_PROGRESS in names:
                rows[LEARNER_PROGRESS].append(_progress(happening))
    folder.mkdir(parents=True, exist_ok=True)
    ledgers = {name: Ledger(lines=len(listed), kept=len(listed)) for name, listed in rows.items()}
    lessons = [encode(row) for row in rows[LESSON_TRACKING]]
    lessons += _odd_rows(rows[LESSON_TRACKING], ledgers[LESSON_TRACKING])
    _write_lines(folder / f"{LESSON_TRACKING}.json", lessons)
    _write_lines(folder / f"{SET_RESULTS}.jsonl", [encode(row) for row in rows[SET_RESULTS]])
    with (folder / f"{LEARNER_PROGRESS}.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, PROGRESS_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[LEARNER_PROGRESS])
    return ledgers


def _odd_rows(rows: list[dict[str, Any]], ledger: Ledger) -> list[bytes]:
    """Return a row told twice, and copies of one that lack the ids, the time, and the end."""
    if not rows:
        return []
    row = rows[0]
    ledger.duplicates += 1
    for reason in ("export_no_learner", "export_no_time", "export_unreadable"):
        ledger.reject(reason)
    ledger.lines += 4
    nobody = without(without(row, "userId"), "sessionId")
    return [encode(row), encode(nobody), encode(without(row, "createdAt")), encode(row)[:60]]


def _lesson(row: LessonRow) -> dict[str, Any]:
    """Return a row as mongoexport writes it: ids and dates in extended JSON."""
    return {
        "_id": {"$oid": _object_id(row.visit.play_session, row.at)},
        "userId": row.visit.learner.raw_id,
        "sessionId": row.visit.content_session,
        "milestone": row.milestone,
        "milestoneLevel": row.position.level_name,
        "language": row.visit.learner.language,
        "lesson": str(row.position.step),
        "progress": row.progress,
        "createdAt": {"$date": _iso(row.at)},
    }


def _set_result(result: SetResult) -> dict[str, Any]:
    figures = set_figures(result)
    return {
        "userId": result.visit.learner.raw_id,
        "sessionId": result.visit.content_session,
        "subSessionId": result.sub_session,
        "sessionResult": figures["sessionResult"],
        "totalTargets": figures["totalTargets"],
        "currentLevel": figures["currentLevel"],
        "previousLevel": figures["previous_level"],
        "totalSyllables": figures["totalSyllables"],
        "fluency": figures["fluency"],
        "fluencyResult": figures["fluencyResult"],
        "prosodyResult": figures["prosodyResult"],
        "targetsPercentage": figures["targetsPercentage"],
        "totalCorrectnessScore": figures["total_correctness_score"],
        "comprehensionScore": figures["comprehensionScore"],
        "createdAt": _iso(result.at),
    }


def _progress(result: SetResult) -> dict[str, Any]:
    learner = result.visit.learner
    ids = (learner.raw_id, result.visit.content_session, result.sub_session)
    values = (*ids, result.following.level_name, learner.language, _iso(result.at))
    return dict(zip(PROGRESS_COLUMNS, values, strict=True))


def _write_lines(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def _object_id(session: str, at: datetime) -> str:
    """Return an id of MongoDB's form: seconds since 1970 in hex, then sixteen more digits."""
    return f"{milliseconds(at) // 1000:08x}{session[:16]}"


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
