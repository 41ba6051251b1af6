"""The whole simulation: a class lives through its weeks, and everything about it is written down."""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engagement.demo.delivery import write_telemetry
from engagement.demo.diary import Answer, Happening
from engagement.demo.exports import coverage, write_exports
from engagement.demo.generators import EVERYDAY, Generator, generator_named
from engagement.demo.learners import LANGUAGES, Learner, enrol
from engagement.demo.quiz import quiz_events
from engagement.demo.recorder import record
from engagement.demo.recordings import Utterance, utterances_by_speaker
from engagement.demo.schedule import DAYS_PER_WEEK, Visit, visits
from engagement.demo.sittings import Sitter
from engagement.demo.spoilt import choose_faults, misname
from engagement.demo.telemetry import events_of
from engagement.demo.truth import write_learners, write_oddities, write_recordings, write_responses
from engagement.errors import ConfigurationError

RECORDINGS_LANGUAGE = "en"
FOLDERS = ("telemetry", "exports", "audio", "truth")
FEWEST_LEARNERS = 3  # one per school


@dataclass(frozen=True)
class ClassSummary:
    """What was written: counts, and the folder that holds it."""

    out: Path
    learners: int
    visits: int
    responses: int
    recordings: int
    events: int
    export_rows: int
    seconds: float


def simulate(  # noqa: PLR0913 - the command's options, one by one
    out: Path,
    *,
    learners: int,
    weeks: int,
    seed: int,
    recordings: Path | None,
    audio: bool,
    say: Callable[[str], None],
    generator: str = EVERYDAY,
    files: bool = True,
) -> ClassSummary:
    """Simulate a class and write its telemetry, exports, recordings and truth under `out`.

    The same arguments give the same bytes. Without `files` the answers have audio keys, but nothing lies
    under them: for trials that need no sound. With `recordings` (a folder of real speech) there is
    one learner per speaker, whatever `learners` says, and every recording is used once.

    Raises:
        ConfigurationError: a number is out of bounds, the generator unknown, or `out` holds something else.
        InputError: the recordings or their CSV cannot be used.
    """
    began = time.monotonic()
    _check(out, learners=learners, weeks=weeks, wants_sound=audio or recordings is None)
    kind = generator_named(generator)
    speakers = list(utterances_by_speaker(recordings).values()) if recordings else []
    _make_room(out)
    school_year = _live(speakers, kind, learners=learners, weeks=weeks, seed=seed, audio=audio)
    counted = f"{len(school_year.learners)} learners, {len(school_year.visits)} visits"
    say(f"{counted}, {len(school_year.answers())} responses in {weeks} weeks")
    faults = {} if speakers else choose_faults(school_year.answers(), seed=seed)
    recorded = record(out / "audio", school_year.answers(), faults=faults, say=say) if files else 0
    school_year = replace(school_year, happenings=misname(school_year.happenings, faults))
    events, export_rows = _write(out, school_year, faults, seed=seed)
    return ClassSummary(
        out=out,
        learners=len(school_year.learners),
        visits=len(school_year.visits),
        responses=len(school_year.answers()),
        recordings=recorded,
        events=events,
        export_rows=export_rows,
        seconds=time.monotonic() - began,
    )


@dataclass(frozen=True)
class _SchoolYear:
    """The class, its visits, and everything that happened in them, in time order."""

    learners: list[Learner]
    visits: list[Visit]
    happenings: list[Happening]
    days: int

    def answers(self) -> list[Answer]:
        return [happening for happening in self.happenings if isinstance(happening, Answer)]


def _check(out: Path, *, learners: int, weeks: int, wants_sound: bool) -> None:
    if learners < FEWEST_LEARNERS or weeks < 1:
        raise ConfigurationError(
            f"A class needs at least {FEWEST_LEARNERS} learners and 1 week, got {learners} and {weeks}."
        )
    if not wants_sound:
        raise ConfigurationError("--recordings and --no-audio exclude each other: give one of them.")
    is_former_demo = (out / "truth" / "oddities.json").is_file()
    if out.exists() and not is_former_demo and (not out.is_dir() or any(out.iterdir())):
        raise ConfigurationError(f"--out {out} holds something else: give a new or empty folder.")


def _make_room(out: Path) -> None:
    """Remove what a former simulation wrote, so that nothing of it is mixed in."""
    for folder in FOLDERS:
        shutil.rmtree(out / folder, ignore_errors=True)
    (out / "audio").mkdir(parents=True)


def _live(
    speakers: Sequence[list[Utterance]],
    generator: Generator,
    *,
    learners: int,
    weeks: int,
    seed: int,
    audio: bool,
) -> _SchoolYear:
    """Return the weeks of a class; with speakers, of one learner for each, who has that voice."""
    days = weeks * DAYS_PER_WEEK
    languages = (RECORDINGS_LANGUAGE,) if speakers else LANGUAGES
    pupils = enrol(len(speakers) or learners, days=days, seed=seed, generator=generator, languages=languages)
    planned = visits(pupils, weeks=weeks, seed=seed)
    sitters = {
        pupil.raw_id: Sitter(
            pupil, of_days=days, seed=seed, utterances=speakers[pupil.number] if speakers else None
        )
        for pupil in pupils
    }
    left = Counter(visit.learner.raw_id for visit in planned)
    happenings: list[Happening] = []
    for visit in planned:
        learner_id = visit.learner.raw_id
        happenings += sitters[learner_id].play(visit, visits_left=left[learner_id])
        left[learner_id] -= 1
    if not audio:
        happenings = [_unrecorded(happening) for happening in happenings]
    return _SchoolYear(pupils, planned, sorted(happenings, key=lambda happening: happening.at), days)


def _unrecorded(happening: Happening) -> Happening:
    """Return the happening as it would be had recording been switched off in every school."""
    return replace(happening, audio_key="", manner=None) if isinstance(happening, Answer) else happening


def _write(out: Path, school_year: _SchoolYear, faults: dict[str, str], *, seed: int) -> tuple[int, int]:
    """Write telemetry, exports and truth; return the numbers of events and export rows."""
    app = events_of(school_year.happenings)
    quiz = quiz_events(school_year.visits, of_days=school_year.days, seed=seed)
    ledger = write_telemetry(out / "telemetry", app, quiz, seed=seed)
    covered = coverage(school_year.learners, seed=seed)
    exports = write_exports(out / "exports", school_year.happenings, covered=covered)
    answers = school_year.answers()
    audio = {
        "keys": sum(bool(answer.audio_key) for answer in answers),
        "silent": sum(bool(answer.audio_key) and not answer.heard for answer in answers),
        "faults": dict(Counter(faults.values())),
    }
    write_learners(out / "truth" / "learners.csv", school_year.learners, answers, covered=covered)
    write_responses(out / "truth" / "responses.csv", answers)
    write_recordings(out / "truth" / "recordings.csv", answers)
    by_export = {name: of_export.totals() for name, of_export in exports.items()}
    figures = {"telemetry": ledger.totals(), "exports": by_export, "audio": audio}
    write_oddities(out / "truth" / "oddities.json", figures)
    return ledger.kept, sum(of_export.lines for of_export in exports.values())
