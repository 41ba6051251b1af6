"""The responses that a run scores: the cohort of its settings, raw ids hashed, empty selections explained."""

from dataclasses import fields
from datetime import UTC, datetime

from pyspark.sql import DataFrame, SparkSession, functions as F

from engagement.config import Cohort, pseudonym_secret
from engagement.errors import ConfigurationError
from engagement.pseudonyms import pseudonym, pseudonymous_learners
from engagement.schemas import RESPONSES
from engagement.silver.cohorts import select_cohort, what_exists
from engagement.tables import Warehouse, read


def selected_responses(spark: SparkSession, warehouse: Warehouse, cohort: Cohort) -> DataFrame:
    """Return the rows of silver.responses that `cohort` selects.

    Raises:
        ConfigurationError: nothing matches; the message says what there is to select.
    """
    responses = read(spark, warehouse, RESPONSES)
    learners = None
    if cohort.learners_file:
        listed = spark.read.text(cohort.learners_file).selectExpr("trim(value) as learner")
        learners = pseudonymous_learners(listed.where("learner <> ''"), pseudonym_secret())
    school_ids = [pseudonym(pseudonym_secret(), "school", school) for school in cohort.schools]
    selected = select_cohort(
        responses,
        levels=cohort.levels,
        languages=cohort.languages,
        school_ids=school_ids,
        channels=cohort.channels,
        learners=learners,
        start_date=cohort.start_date,
        end_date=cohort.end_date,
    )
    if _restricts(cohort) and selected.isEmpty():
        raise ConfigurationError(f"Nothing matches {_told(cohort)}. There is: {_choices(responses)}.")
    return selected


def data_end(responses: DataFrame) -> datetime:
    """Return the latest response of anybody: silence is counted up to it, never up to a clock.

    Without a response, 1970.
    """
    latest = responses.agg(F.unix_millis(F.max("responded_at"))).collect()[0][0]
    return datetime.fromtimestamp((latest or 0) / 1000, UTC)


def _restricts(cohort: Cohort) -> bool:
    return any(getattr(cohort, field.name) for field in fields(cohort) if field.name != "name")


def _told(cohort: Cohort) -> str:
    set_fields = {f.name: getattr(cohort, f.name) for f in fields(cohort) if f.name != "name"}
    chosen = [f"cohort.{name}={_shown(value)}" for name, value in set_fields.items() if value]
    return ", ".join(chosen)


def _shown(value: object) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)


def _choices(responses: DataFrame) -> str:
    kinds: dict[str, list[str]] = {}
    for choice in what_exists(responses).collect():
        kinds.setdefault(choice["kind"], []).append(f"{choice['value']} ({choice['learners']} learners)")
    return "; ".join(f"{kind} {', '.join(values)}" for kind, values in kinds.items()) or "no response at all"
