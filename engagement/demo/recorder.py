"""The answers' recordings under the audio root: spoken by the synthesiser, or real ones put in place."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from engagement.demo.diary import Answer
from engagement.demo.recordings import place
from engagement.demo.speech import SpeechJob, speak_all
from engagement.demo.spoilt import spoil

SAY_EVERY_SECONDS = 4.0


def record(
    root: Path, answers: Sequence[Answer], *, faults: dict[str, str], say: Callable[[str], None]
) -> int:
    """Write the recordings of the answers under the audio root and return how many were made.

    `faults` are the recordings to be spoilt, by audio key; `say` hears of the progress.
    """
    recorded = [answer for answer in answers if answer.audio_key]
    said_at = time.monotonic()
    for done in _written(root, recorded):
        if time.monotonic() - said_at > SAY_EVERY_SECONDS:
            said_at = time.monotonic()
            say(f"{done} of {len(recorded)} recordings written")
    spoil(root, faults)
    return len(recorded)


def _written(root: Path, answers: Sequence[Answer]) -> Iterator[int]:
    """Write every recording; yields how many are done."""
    spoken = [_speech_job(root, answer) for answer in answers if answer.recording is None]
    if spoken:
        yield from speak_all(spoken)
    done = len(spoken)
    for answer in answers:
        if answer.recording is not None:
            place(answer.recording, root / answer.audio_key)
            done += 1
            yield done


def _speech_job(root: Path, answer: Answer) -> SpeechJob:
    return SpeechJob(
        target=str(root / answer.audio_key),
        key=answer.audio_key,
        text=answer.heard,
        language=answer.visit.learner.language,
        speaker=answer.visit.learner.raw_id,
        manner=answer.manner,
        gain_db=answer.visit.tablet.microphone_gain_db,
    )
