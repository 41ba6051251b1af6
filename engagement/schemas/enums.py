"""Values with a meaning, as they stand in the tables."""

from enum import StrEnum


class Phase(StrEnum):
    """Learning phase of a response or an interval."""

    DISCOVERY = "discovery"
    PRACTICE = "practice"
    SHOWCASE = "showcase"


class Identity(StrEnum):
    """How the learner of a response is known, best first."""

    VIRTUAL_ID = "virtual_id"
    USER = "user"
    EXPORT = "export"
    ACTOR = "actor"
    CONTENT_SESSION = "content_session"
    DEVICE = "device"


class RecordSource(StrEnum):
    """Where a milestone record comes from, the most trusted first."""

    LESSON_TRACKING = "lesson_tracking"
    SET_RESULT = "set_result"
    LEARNER_PROGRESS = "learner_progress"
    LOG = "log"


class MilestoneSource(StrEnum):
    """What an interval of silver.milestones rests on."""

    EXPORT = "export"
    LOG = "log"
    INFERRED = "inferred"


class SetResult(StrEnum):
    """Outcome of a set, as the product reports it."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    NO_RESULT = "no_result"


class Reject(StrEnum):
    """Why a line, an event or an export row was rejected."""

    EMPTY_LINE = "empty_line"
    LINE_TOO_LONG = "line_too_long"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    SEVERAL_VALUES = "several_values"
    NOT_AN_OBJECT = "not_an_object"
    NO_EID = "no_eid"
    NO_ETS = "no_ets"
    NO_EDATA = "no_edata"
    CLOCK = "clock"
    FILE_UNREADABLE = "file_unreadable"
    FORGOTTEN = "forgotten"
    EXPORT_UNREADABLE = "export_unreadable"
    EXPORT_KIND_UNKNOWN = "export_kind_unknown"
    EXPORT_NO_LEARNER = "export_no_learner"
    EXPORT_NO_TIME = "export_no_time"


class RunStatus(StrEnum):
    """How a step ended, as ops.runs keeps it."""

    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    ACCEPTED = "accepted"


class VoiceStatus(StrEnum):
    """What became of a response's recording; only `ok` rows have scores."""

    OK = "ok"
    NO_SPEECH = "no_speech"
    NOT_FOUND = "not_found"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    FORBIDDEN = "forbidden"
    UNREADABLE = "unreadable"
    OUTSIDE_ROOT = "outside_root"
    NOT_AUDIO = "not_audio"
    TRUNCATED = "truncated"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_SLOW = "too_slow"
    NO_CONSENT = "no_consent"
    EXPIRED = "expired"


class Due(StrEnum):
    """Why a recording is fetched in this run."""

    NEW = "new"
    RETRIED = "retried"
    CHANGED = "changed"
    RESCORED = "rescored"


class NoScore(StrEnum):
    """Why a score is null."""

    TOO_FEW_RESPONSES = "too_few_responses"
    NO_EVIDENCE = "no_evidence"
    NO_REFERENCE = "no_reference"


class NoForecast(StrEnum):
    """Why nothing, or not all, is foreseen of a learner."""

    ALREADY_SILENT = "already_silent"
    TOO_LITTLE_HISTORY = "too_little_history"
    NO_MODEL = "no_model"
    TOO_FEW_PHASES = "too_few_phases"


class NoFigure(StrEnum):
    """Why a figure of the validation is null."""

    NOTHING_OBSERVED = "nothing_observed"
    TOO_FEW_LEARNERS = "too_few_learners"
    NO_VARIATION = "no_variation"


class Dimension(StrEnum):
    """The four dimensions of engagement."""

    BEHAVIOURAL = "behavioural"
    COGNITIVE = "cognitive"
    EMOTIONAL = "emotional"
    VOCAL = "vocal"
