"""What can be set: every key of the configuration is a field here, so this module is its reference."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

import yaml

from engagement.errors import ConfigurationError


@dataclass(frozen=True)
class Paths:
    """Where input lies and output goes; folders or object-store URIs.

    Attributes:
        telemetry: Folder of telemetry files, read with all its sub-folders.
        exports: Folder of database exports; null when there are none.
        audio: Root under which a relative audio key lies: a folder or `s3://bucket/prefix`; null: no voice.
        warehouse: Folder of the Delta tables.
        report: File that `publish_report` writes.
    """

    telemetry: str
    warehouse: str
    report: str
    exports: str | None = None
    audio: str | None = None


@dataclass(frozen=True)
class Identity:
    """Who the learner is where nothing names him: the device, or each ContentSession."""

    fallback: str = "device"

    def __post_init__(self) -> None:
        _one_of("identity.fallback", self.fallback, ("device", "content_session"))


@dataclass(frozen=True)
class Cohort:
    """Whom a run scores; an empty list selects all. The baselines come from everybody, always.

    Attributes:
        name: Name under which gold holds the selection.
        levels: Levels m0 … m15.
        languages: Language codes.
        schools: Raw school codes or names; hashed before use.
        channels: Tenants.
        learners_file: Text file with one raw learner id a line; hashed before use.
        start_date: First day of the responses scored, UTC.
        end_date: Last day of the responses scored, UTC, inclusive.
    """

    name: str = "all"
    levels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    learners_file: str | None = None
    start_date: date | None = None
    end_date: date | None = None

    def __post_init__(self) -> None:
        known = tuple(f"m{level}" for level in range(16))
        for level in self.levels:
            _one_of("cohort.levels", level, known)
        if self.start_date and self.end_date and self.start_date > self.end_date:
            raise ConfigurationError(
                f"cohort.start_date {self.start_date} is after {self.end_date}, its end."
            )
        if not self.name.replace("-", "").replace("_", "").isalnum():
            raise ConfigurationError(f"cohort.name is {self.name!r}; expected letters, digits, - and _ only.")


@dataclass(frozen=True)
class Ingest:
    """Limits on what is taken for telemetry.

    Attributes:
        max_line_bytes: Longest line read, bytes; a longer one is rejected.
        earliest: First day that a client's clock may show.
        latest_days_ahead: How far a client's clock may be ahead of the run's start, days.
        max_rejected_share: Share of rejected events above which the run stops with exit status 3.
    """

    max_line_bytes: int = 10_000_000
    earliest: date = date(2015, 1, 1)
    latest_days_ahead: int = 2
    max_rejected_share: float = 0.5

    def __post_init__(self) -> None:
        _between("ingest.max_line_bytes", self.max_line_bytes, 1_000, 1_000_000_000)
        _between("ingest.max_rejected_share", self.max_rejected_share, 0, 1)


@dataclass(frozen=True)
class Milestones:
    """How sets are told apart where nothing names them: a longer pause begins a new one, seconds."""

    set_pause_seconds: int = 600


@dataclass(frozen=True)
class VoiceSettings:
    """How recordings are fetched, decoded and scored.

    Attributes:
        audio_root: `paths.audio`, filled in by the job.
        s3_endpoint: Endpoint of an S3-compatible store; null: Amazon's.
        max_bytes: Largest recording fetched, bytes.
        max_seconds: Longest recording decoded, seconds.
        min_speech_seconds: Least speech that is scored, seconds.
        emotion_model: Folder of models/, or a path to one of your own.
        tone_model: The same for tone.
        require_gpu: Stop where the CUDA provider cannot start.
        threads: Threads of one onnxruntime session.
    """

    audio_root: str = ""
    s3_endpoint: str | None = None
    max_bytes: int = 20_000_000
    max_seconds: float = 60.0
    min_speech_seconds: float = 0.3
    emotion_model: str = "emotion"
    tone_model: str = "tone"
    require_gpu: bool = False
    threads: int = 1


@dataclass(frozen=True)
class ScoreSettings:
    """The engagement formula's constants; their origin is told in conf/base.yaml.

    Attributes:
        dimension_weights: Weight of each dimension; they sum to 1.
        prior_responses: k of the shrinkage n/(n+k), responses.
        minimum_responses: Fewer responses than this give no score.
        window_responses: Responses in a sliding window.
        window_step: Responses between the starts of two windows.
        period_months: Length of a reference period, calendar months.
        minimum_reference_responses: Fewest responses that make a reference.
        silent_days: Days without a response after which a learner counts as silent.
    """

    dimension_weights: Mapping[str, float] = field(
        default_factory=lambda: {"behavioural": 0.40, "cognitive": 0.30, "emotional": 0.15, "vocal": 0.15}
    )
    prior_responses: float = 8.0
    minimum_responses: int = 5
    window_responses: int = 10
    window_step: int = 5
    period_months: int = 1
    minimum_reference_responses: int = 30
    silent_days: int = 14

    def __post_init__(self) -> None:
        expected = {"behavioural", "cognitive", "emotional", "vocal"}
        if set(self.dimension_weights) != expected:
            raise ConfigurationError(
                f"score.dimension_weights has {sorted(self.dimension_weights)}; expected {sorted(expected)}."
            )
        total = sum(self.dimension_weights.values())
        if abs(total - 1) > 1e-9 or min(self.dimension_weights.values()) < 0:
            raise ConfigurationError(f"score.dimension_weights sum to {total}; expected 1, none below 0.")


@dataclass(frozen=True)
class Settings:
    """All settings of a run."""

    paths: Paths
    identity: Identity = field(default_factory=Identity)
    cohort: Cohort = field(default_factory=Cohort)
    ingest: Ingest = field(default_factory=Ingest)
    milestones: Milestones = field(default_factory=Milestones)
    voice: VoiceSettings = field(default_factory=VoiceSettings)
    score: ScoreSettings = field(default_factory=ScoreSettings)

    @property
    def sha256(self) -> str:
        """Fingerprint of the settings in force, hex."""
        return hashlib.sha256(yaml.safe_dump(asdict(self), sort_keys=True).encode()).hexdigest()


def _one_of(key: str, got: str, allowed: Sequence[str]) -> None:
    if got not in allowed:
        raise ConfigurationError(f"{key} is {got!r}; expected one of {', '.join(allowed)}.")


def _between(key: str, got: float, low: float, high: float) -> None:
    if not low <= got <= high:
        raise ConfigurationError(f"{key} is {got}; expected a number from {low} to {high}.")
