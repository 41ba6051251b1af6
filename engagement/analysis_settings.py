"""What can be set of the analysis: how recordings are taken and scored, and the engagement formula."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engagement.checks import between
from engagement.errors import ConfigurationError


@dataclass(frozen=True)
class VoiceSettings:
    """How recordings are fetched, decoded and scored.

    Attributes:
        audio_root: `paths.audio`, filled in by the job.
        s3_endpoint: Endpoint of an S3-compatible store; null: Amazon's.
        connect_timeout_seconds: Longest wait for a connection to the store.
        read_timeout_seconds: Longest wait for the next bytes from the store.
        fetch_attempts: Requests for one recording, the first included.
        fetch_threads: Recordings of a task that are fetched at a time.
        fetch_ahead_bytes: Most bytes of a task that are fetched ahead of decoding.
        max_bytes: Largest recording fetched, bytes.
        max_seconds: Longest recording decoded, seconds.
        min_speech_seconds: Least speech that is scored, seconds.
        emotion_model: Folder of models/, or a path to one of your own.
        tone_model: The same for tone.
        calibrated_model: The same for emotions against the learner's own voice.
        require_gpu: Stop where the CUDA provider cannot start.
        threads: Threads of one onnxruntime session.
    """

    audio_root: str = ""
    s3_endpoint: str | None = None
    connect_timeout_seconds: float = 5.0
    read_timeout_seconds: float = 20.0
    fetch_attempts: int = 4
    fetch_threads: int = 8
    fetch_ahead_bytes: int = 200_000_000
    max_bytes: int = 20_000_000
    max_seconds: float = 60.0
    min_speech_seconds: float = 0.3
    emotion_model: str = "emotion"
    tone_model: str = "tone"
    calibrated_model: str = "emotion_calibrated"
    require_gpu: bool = False
    threads: int = 1

    def __post_init__(self) -> None:
        between("voice.connect_timeout_seconds", self.connect_timeout_seconds, 0.1, 300)
        between("voice.read_timeout_seconds", self.read_timeout_seconds, 0.1, 300)
        between("voice.fetch_attempts", self.fetch_attempts, 1, 10)
        between("voice.fetch_threads", self.fetch_threads, 1, 64)
        between("voice.fetch_ahead_bytes", self.fetch_ahead_bytes, 1, 4_000_000_000)


@dataclass(frozen=True)
class ScoreSettings:
    """The engagement formula's constants; their origin is told in conf/base.yaml.

    Attributes:
        dimension_weights: Weight of each dimension; they sum to 1.
        prior_responses: k of the shrinkage n/(n+k), responses.
        earlier_responses: The learner's latest responses that a phase with thin evidence is shrunk toward.
        habit_deviation: Standard deviation of what the indicators tell beside engagement, points.
        minimum_responses: Fewer responses than this give no score.
        window_responses: Responses in a sliding window.
        window_step: Responses between the starts of two windows.
        period_months: Length of a reference period, calendar months.
        minimum_reference_responses: Fewest responses that make a reference.
        silent_days: Days without a response after which a learner counts as silent.
    """

    dimension_weights: Mapping[str, float] = field(
        default_factory=lambda: {"behavioural": 0.50, "cognitive": 0.20, "emotional": 0.12, "vocal": 0.18}
    )
    prior_responses: float = 16.0
    earlier_responses: int = 80
    habit_deviation: float = 3.0
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
