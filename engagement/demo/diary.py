"""What happens in the simulated class, before it is told in the shapes of telemetry and exports."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from engagement.demo.curriculum import Position
from engagement.demo.recordings import Utterance
from engagement.demo.schedule import Visit


@dataclass(frozen=True)
class Manner:
    """How a voice sounds, in the synthesiser's terms.

    Attributes:
        words_per_minute: Speaking rate.
        pitch: Base pitch, 0–99.
        pitch_range: Liveliness of the intonation, 0–99.
        volume: Loudness, 100 is normal.
        word_gap: Pause between words, hundredths of a second.
        lead_seconds: Silence before the first word.
    """

    words_per_minute: int
    pitch: int
    pitch_range: int
    volume: int
    word_gap: int
    lead_seconds: float


@dataclass(frozen=True)
class Answer:
    """One response: what was asked, what was heard, and how engaged the learner truly was.

    `audio_key` is empty when nothing was recorded; `manner` is None then, and when nothing was said;
    `recording` is the real utterance that takes the place of a synthetic voice.
    """

    visit: Visit
    at: datetime
    position: Position
    engagement: float
    text: str
    heard: str
    accuracy: int
    duration_seconds: int
    content_id: str
    kind: str = "SPEAK"
    is_profane: bool = False
    audio_key: str = ""
    manner: Manner | None = None
    recording: Utterance | None = None


@dataclass(frozen=True)
class SetResult:
    """The end of a discovery or showcase set, with the product's own figures about it."""

    visit: Visit
    at: datetime
    position: Position
    following: Position
    sub_session: str
    passed: bool
    accuracy: float
    words_missed: int
    words: int


@dataclass(frozen=True)
class LessonRow:
    """The lesson tracker's note: the learner is at this step from now on."""

    visit: Visit
    at: datetime
    milestone: str
    position: Position
    progress: int


@dataclass(frozen=True)
class AppStart:
    """The app was opened."""

    visit: Visit
    at: datetime


@dataclass(frozen=True)
class AppEnd:
    """The app was closed in order."""

    visit: Visit
    at: datetime
    open_seconds: float


Happening: TypeAlias = Answer | SetResult | LessonRow | AppStart | AppEnd
