"""Evidence → engagement of each response, phase and session. The formula lives here and in formula.py.

    response   50 + Σ_d W_d · points_d            its momentary engagement
    phase      50 + Σ_d W_d · (n_d · mean(points_d) + k_d · earlier_d) / (n_d + k_d)
               over the n_d responses that have the dimension

`earlier_d` is what the learner's earlier responses lead one to expect, itself shrunk toward the average: with
thin evidence a phase is taken to be like what came before it, or, where nothing did, like the population.
Only what the learner does and achieves is carried on, with a k of its own (`carried_responses`). So a phase's
dimension is shrunk by its own evidence: half of the recordings lost leaves the mean of the others in place
and widens the interval, all of them lost is the limit of that.
"""

from pyspark.sql import Column, DataFrame, functions as F

from engagement.gold.drivers import add_drivers
from engagement.gold.formula import AVERAGE, engagement_weights
from engagement.gold.phases import describe_phases
from engagement.gold.sums import between, left_join
from engagement.gold.terms import add_terms
from engagement.gold.trends import add_trend
from engagement.gold.units import unit_facts, unit_sums
from engagement.gold.verdicts import add_means, add_scores
from engagement.schemas.enums import Dimension
from engagement.schemas.gold import PHASE_ENGAGEMENT, RESPONSE_ENGAGEMENT, SESSION_ENGAGEMENT
from engagement.schemas.table import Table
from engagement.settings import ScoreSettings

FORMULA_VERSION = "1.2"

_PHASE = ("learner_id", "language", "level", "phase")
_SESSION = ("learner_id", "session_id", "language")


def score_responses(evidence: DataFrame, references: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Return every response with its momentary engagement and all that it is made of.

    One row per response of `evidence`. `engagement` and the dimensions are null where the language has no
    reference. The rows carry the indicators and their terms on to `score_phases` and `score_sessions`;
    `response_engagement` cuts them down to the table. Select a cohort from the result, never before:
    the learner's own past and the references are everybody's.
    """
    weights = engagement_weights(settings)
    scored = add_terms(evidence, references, settings)
    points = [F.col(f"{dimension}_points") for dimension in Dimension]
    total = F.lit(AVERAGE)
    for dimension in Dimension:
        total = total + weights[dimension] * F.coalesce(F.col(f"{dimension}_points"), F.lit(0.0))
    return scored.select(
        "*",
        F.when(F.coalesce(*points).isNotNull(), between(total, 0.0, 100.0)).alias("engagement"),
        *(
            between(AVERAGE + F.col(f"{dimension}_points"), 0.0, 100.0).alias(dimension)
            for dimension in Dimension
        ),
    )


def response_engagement(scored: DataFrame) -> DataFrame:
    """Return gold.response_engagement without cohort and lineage: one row per scored response."""
    return _in_table_order(scored, RESPONSE_ENGAGEMENT)


def score_phases(scored: DataFrame, milestones: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Return gold.phase_engagement without cohort and lineage.

    One row per learner, language, level and phase of `scored`. Null engagement has a `reason`.

    Args:
        scored: Rows of `score_responses`, of the learners and levels selected.
        milestones: silver.milestones, for the outcome of the phase's last set.
        settings: The formula's constants.
    """
    summed = unit_sums(scored, keys=_PHASE).transform(add_trend)
    scores, about = _scores_and_drivers(summed, settings), describe_phases(scored, milestones, settings)
    return _in_table_order(left_join(scores, about, on=_PHASE), PHASE_ENGAGEMENT)


def score_sessions(scored: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Return gold.session_engagement without cohort and lineage.

    One row per learner, session and language of `scored`; responses outside of any session have none.
    """
    within = scored.where(F.col("session_id").isNotNull())
    scores = _scores_and_drivers(unit_sums(within, keys=_SESSION), settings)
    return _in_table_order(
        left_join(scores, unit_facts(within, keys=_SESSION), on=_SESSION), SESSION_ENGAGEMENT
    )


def _scores_and_drivers(summed: DataFrame, settings: ScoreSettings) -> DataFrame:
    return add_scores(add_drivers(add_means(summed, settings), settings), settings)


def _in_table_order(rows: DataFrame, table: Table) -> DataFrame:
    """Return the table's columns but cohort and lineage, which the job adds when it writes."""
    made: dict[str, Column] = {"formula_version": F.lit(FORMULA_VERSION)}
    return rows.select(
        *(made.get(c.name, F.col(c.name)).cast(c.dataType).alias(c.name) for c in table.made_columns)
    )
