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
        max_decode_seconds: Longest time that decoding one recording may take, seconds.
        min_speech_seconds: Least speech that is scored, seconds.
        emotion_model: Folder of models/, or a path to one of your own.
        tone_model: The same for tone.
        calibrated_model: The same for emotions against the learner's own voice.
        require_gpu: Stop where the CUDA provider cannot start.
        tasks_per_gpu: Tasks of the voice step that share a GPU, count; 0: Spark is not asked for any.
        gpus_per_executor: GPUs of executors that Spark starts for the voice step alone, count; 0: the
            application's own executors have them.
        threads: Threads of one onnxruntime session.
        retry_missing_days: Days from the first try on which a recording that is not there is asked for again.
        recheck_days: Folders with a recording scored within so many days are listed again, and what has
            changed there is scored anew; 0: a scored recording counts as unchanging.
        batch_recordings: Recordings between two commits; a run that dies loses no more than that.
        cost_per_hour: What an hour of the cluster costs, for `--dry-run`; null: no cost is told.
        max_failed_share: Share of failed recordings among those found above which the run stops; neither
            silence nor a missing recording is a failure.
        max_missing_share: Share of missing recordings above which the run stops; 1: never.
        fewest_judged: Fewer recordings than this stop no run, count.
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
    max_decode_seconds: float = 30.0
    min_speech_seconds: float = 0.3
    emotion_model: str = "emotion"
    tone_model: str = "tone"
    calibrated_model: str = "emotion_calibrated"
    require_gpu: bool = False
    tasks_per_gpu: int = 0
    gpus_per_executor: int = 0
    threads: int = 1
    retry_missing_days: int = 30
    recheck_days: int = 0
    batch_recordings: int = 5_000
    cost_per_hour: float | None = None
    max_failed_share: float = 0.5
    max_missing_share: float = 1.0
    fewest_judged: int = 20

    def __post_init__(self) -> None:
        between("voice.max_failed_share", self.max_failed_share, 0, 1)
        between("voice.max_missing_share", self.max_missing_share, 0, 1)
        between("voice.fewest_judged", self.fewest_judged, 1, 1_000_000)
        between("voice.retry_missing_days", self.retry_missing_days, 0, 3650)
        between("voice.recheck_days", self.recheck_days, 0, 3650)
        between("voice.batch_recordings", self.batch_recordings, 1, 10_000_000)
        between("voice.connect_timeout_seconds", self.connect_timeout_seconds, 0.1, 300)
        between("voice.read_timeout_seconds", self.read_timeout_seconds, 0.1, 300)
        between("voice.fetch_attempts", self.fetch_attempts, 1, 10)
        between("voice.fetch_threads", self.fetch_threads, 1, 64)
        between("voice.tasks_per_gpu", self.tasks_per_gpu, 0, 64)
        between("voice.gpus_per_executor", self.gpus_per_executor, 0, 64)
        between("voice.max_decode_seconds", self.max_decode_seconds, 0.1, 3600)
        between("voice.fetch_ahead_bytes", self.fetch_ahead_bytes, 1, 4_000_000_000)


@dataclass(frozen=True)
class ScoreSettings:
    """The engagement formula's constants; their origin is told in conf/base.yaml.

    Attributes:
        dimension_weights: Weight of each dimension; they sum to 1.
        weights_file: File that `fit_weights` wrote; its weights take the place of `dimension_weights`.
        prior_responses: k of the shrinkage n/(n+k), responses.
        earlier_responses: The learner's latest responses that a phase is shrunk toward.
        carried_responses: k of that shrinkage, of what he does and achieves: responses of the phase that what
            they lead to expect counts for.
        habit_deviation: Standard deviation of what the indicators tell beside engagement, points.
        minimum_responses: Fewer responses than this give no score.
        window_responses: Responses in a sliding window by count.
        window_step: Responses between the starts of two windows by count.
        window_days: Length of a sliding window by time, days.
        period_months: Length of a reference period, calendar months.
        minimum_reference_responses: Fewest responses that make a reference.
        silent_days: Days without a response after which a learner counts as silent.
    """

    dimension_weights: Mapping[str, float] = field(
        default_factory=lambda: {"behavioural": 0.50, "cognitive": 0.20, "emotional": 0.12, "vocal": 0.18}
    )
    weights_file: str | None = None
    prior_responses: float = 16.0
    earlier_responses: int = 120
    carried_responses: float = 40.0
    habit_deviation: float = 2.25
    minimum_responses: int = 5
    window_responses: int = 10
    window_step: int = 5
    window_days: int = 7
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
        between("score.window_days", self.window_days, 1, 366)
        between("score.carried_responses", self.carried_responses, 0.1, 10_000)


@dataclass(frozen=True)
class ValidationSettings:
    """How the scores are put to the proof.

    Attributes:
        fewest_learners: A subgroup of fewer learners is not told: null with a reason.
        largest_gap_points: A subgroup whose scores lie farther off than this is flagged, points of 100.
        resamples: How often the responses are drawn again to see who keeps the group.
        resampled_learners: Learners of whom that is done at most, drawn by hash.
    """

    fewest_learners: int = 10
    largest_gap_points: float = 3.0
    resamples: int = 5
    resampled_learners: int = 5_000

    def __post_init__(self) -> None:
        between("validation.fewest_learners", self.fewest_learners, 2, 10_000)
        between("validation.largest_gap_points", self.largest_gap_points, 0, 100)
        between("validation.resamples", self.resamples, 1, 1_000)
        between("validation.resampled_learners", self.resampled_learners, 10, 1_000_000)


@dataclass(frozen=True)
class ReportSettings:
    """What the report tells.

    Attributes:
        minimum_learners: A figure that rests on fewer learners is neither shown nor in the page, count.
    """

    minimum_learners: int = 5

    def __post_init__(self) -> None:
        between("report.minimum_learners", self.minimum_learners, 1, 1_000)


@dataclass(frozen=True)
class InsightSettings:
    """How insights are told.

    Attributes:
        language: Language of the sentences: that of a file engagement/gold/insights_<language>.yaml.
    """

    language: str = "en"

    def __post_init__(self) -> None:
        if not self.language.isalpha():
            raise ConfigurationError(
                f"insights.language is {self.language!r}; expected letters only, such as en."
            )
