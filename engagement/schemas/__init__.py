"""Every table of the warehouse: name, columns with meaning and unit, key and partitioning."""

from engagement.schemas.bronze import EVENTS, INGESTED_FILES, MILESTONE_RECORDS, REJECTED
from engagement.schemas.forecast import FORECASTS, LEARNER_FEATURES, VALIDATION
from engagement.schemas.gold import (
    INSIGHTS,
    LEARNER_GROUPS,
    PHASE_ENGAGEMENT,
    REFERENCES,
    RESPONSE_ENGAGEMENT,
    SESSION_ENGAGEMENT,
)
from engagement.schemas.ops import POSITIONS, RUNS, TOMBSTONES
from engagement.schemas.silver import MILESTONES, RESPONSES, SESSIONS, VOICE_SCORES
from engagement.schemas.table import Table

TABLES: tuple[Table, ...] = (
    EVENTS,
    MILESTONE_RECORDS,
    REJECTED,
    INGESTED_FILES,
    SESSIONS,
    MILESTONES,
    RESPONSES,
    VOICE_SCORES,
    REFERENCES,
    RESPONSE_ENGAGEMENT,
    PHASE_ENGAGEMENT,
    SESSION_ENGAGEMENT,
    LEARNER_GROUPS,
    INSIGHTS,
    LEARNER_FEATURES,
    FORECASTS,
    VALIDATION,
    RUNS,
    POSITIONS,
    TOMBSTONES,
)

__all__ = [
    "EVENTS",
    "FORECASTS",
    "INGESTED_FILES",
    "INSIGHTS",
    "LEARNER_FEATURES",
    "LEARNER_GROUPS",
    "MILESTONES",
    "MILESTONE_RECORDS",
    "PHASE_ENGAGEMENT",
    "POSITIONS",
    "REFERENCES",
    "REJECTED",
    "RESPONSES",
    "RESPONSE_ENGAGEMENT",
    "RUNS",
    "SESSIONS",
    "SESSION_ENGAGEMENT",
    "TABLES",
    "TOMBSTONES",
    "VALIDATION",
    "VOICE_SCORES",
    "Table",
]
