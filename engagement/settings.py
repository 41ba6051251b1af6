"""What can be set: every key of the configuration is a field here or in `engagement.analysis_settings`."""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import date

import yaml

from engagement.analysis_settings import (
    InsightSettings,
    ReportSettings,
    ScoreSettings,
    ValidationSettings,
    VoiceSettings,
)
from engagement.checks import between, one_of
from engagement.errors import ConfigurationError
from engagement.privacy_settings import Consent, Retention
from engagement.run_settings import CatalogSettings, Maintenance, RunSettings

__all__ = [
    "Cohort",
    "Consent",
    "Identity",
    "Ingest",
    "InsightSettings",
    "Maintenance",
    "Milestones",
    "Paths",
    "ReportSettings",
    "Retention",
    "RunSettings",
    "ScoreSettings",
    "Settings",
    "ValidationSettings",
    "VoiceSettings",
]


@dataclass(frozen=True)
class Paths:
    """Where input lies and output goes; folders or object-store URIs.

    Attributes:
        telemetry: Folder of telemetry files, read with all its sub-folders.
        exports: Folder of database exports; null when there are none.
        audio: Root under which a relative audio key lies: a folder or `s3://bucket/prefix`; null: no voice.
        warehouse: Folder of the Delta tables; without a backtick, for Delta's SQL names tables between two.
        report: File that `publish_report` writes, or `s3://bucket/key`.
    """

    telemetry: str
    warehouse: str
    report: str
    exports: str | None = None
    audio: str | None = None

    def __post_init__(self) -> None:
        if "`" in self.warehouse:
            raise ConfigurationError(f"paths.warehouse is {self.warehouse!r}; expected no backtick in it.")


@dataclass(frozen=True)
class Identity:
    """Who the learner is where nothing names him: the device, or each ContentSession."""

    fallback: str = "device"

    def __post_init__(self) -> None:
        one_of("identity.fallback", self.fallback, ("device", "content_session"))


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
            one_of("cohort.levels", level, known)
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
        max_line_bytes: Longest line, or row of an export, that is read, bytes; a longer one is rejected.
        earliest: First day that a client's clock may show.
        latest_days_ahead: How far a client's clock may be ahead of the run's start, days.
        max_rejected_share: Share of rejected events above which the run stops with exit status 3.
        max_volume_fall: The run stops when it brings less than the usual by a greater share; 1: never.
        volume_runs: Runs that it takes to know what is usual, count.
    """

    max_line_bytes: int = 10_000_000
    earliest: date = date(2015, 1, 1)
    latest_days_ahead: int = 2
    max_rejected_share: float = 0.5
    max_volume_fall: float = 0.95
    volume_runs: int = 7

    def __post_init__(self) -> None:
        between("ingest.max_line_bytes", self.max_line_bytes, 1_000, 1_000_000_000)
        between("ingest.max_rejected_share", self.max_rejected_share, 0, 1)
        between("ingest.max_volume_fall", self.max_volume_fall, 0, 1)
        between("ingest.volume_runs", self.volume_runs, 2, 14)


@dataclass(frozen=True)
class Milestones:
    """How sets are told apart where nothing names them: a longer pause begins a new one, seconds."""

    set_pause_seconds: int = 600


@dataclass(frozen=True)
class ForecastSettings:
    """How far the forecast looks ahead, and which past days it is fitted on.

    Attributes:
        horizon_days: Days from the forecast's day on without a response that count as having stopped.
        step_days: Days between two past days that the models are fitted on.
        most_dates: Past days used, the latest ones, count.
        minimum_active_days: Fewer days with a response than this foresee nothing.
    """

    horizon_days: int = 14
    step_days: int = 7
    most_dates: int = 52
    minimum_active_days: int = 2

    def __post_init__(self) -> None:
        between("forecast.horizon_days", self.horizon_days, 1, 365)
        between("forecast.step_days", self.step_days, 1, 365)
        between("forecast.most_dates", self.most_dates, 1, 1000)
        between("forecast.minimum_active_days", self.minimum_active_days, 1, 365)


@dataclass(frozen=True)
class Settings:
    """All settings of a run."""

    paths: Paths
    identity: Identity = field(default_factory=Identity)
    cohort: Cohort = field(default_factory=Cohort)
    ingest: Ingest = field(default_factory=Ingest)
    milestones: Milestones = field(default_factory=Milestones)
    voice: VoiceSettings = field(default_factory=VoiceSettings)
    consent: Consent = field(default_factory=Consent)
    retention: Retention = field(default_factory=Retention)
    score: ScoreSettings = field(default_factory=ScoreSettings)
    insights: InsightSettings = field(default_factory=InsightSettings)
    forecast: ForecastSettings = field(default_factory=ForecastSettings)
    validation: ValidationSettings = field(default_factory=ValidationSettings)
    maintenance: Maintenance = field(default_factory=Maintenance)
    report: ReportSettings = field(default_factory=ReportSettings)
    run: RunSettings = field(default_factory=RunSettings)
    catalog: CatalogSettings = field(default_factory=CatalogSettings)

    @property
    def sha256(self) -> str:
        """Fingerprint of the settings in force, hex."""
        return hashlib.sha256(yaml.safe_dump(asdict(self), sort_keys=True).encode()).hexdigest()
