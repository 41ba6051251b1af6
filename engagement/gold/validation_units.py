"""Gold and silver tables → observations: what the score says, and what it is held against."""

from pyspark.sql import Column, DataFrame, Window, functions as F

from engagement.gold.observations import dimension_parts, latest_attributes, observed
from engagement.gold.sums import exact_sum, left_join, mean_of
from engagement.gold.visits import visit_of_response
from engagement.schemas.enums import Dimension, SetResult
from engagement.settings import ScoreSettings

_PHASE = ("learner_id", "language", "level", "phase")
_VOICE = (Dimension.EMOTIONAL, Dimension.VOCAL)


def scored_answers(response_engagement: DataFrame, responses: DataFrame) -> DataFrame:
    """Return the scored responses with what the validation takes of silver; one row per scored response.

    Args:
        response_engagement: gold.response_engagement of one selection.
        responses: silver.responses, unique by response_id.
    """
    scored = response_engagement.where(F.col("engagement").isNotNull())
    answers = responses.select("response_id", "accuracy", "identity")
    columns = (*_PHASE, "response_id", "session_id", "school_id", "responded_at", "engagement", *Dimension)
    return scored.select(*columns).join(answers, on="response_id", how="inner")


def half_observations(answers: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Return the mean scores of two halves of each phase, by odd and even responses, and by visits.

    Two rows per phase whose halves have `minimum_responses` each; the order is that of time.
    """
    by_phase = Window.partitionBy(*_PHASE)
    by_response = F.row_number().over(by_phase.orderBy("responded_at", "response_id")) % 2
    began = F.min("responded_at").over(Window.partitionBy(*_PHASE, "visit"))
    placed = answers.withColumn("visit", visit_of_response()).withColumn("began", began)
    by_visit = F.dense_rank().over(by_phase.orderBy("began", "visit")) % 2
    halved = placed.select("*", by_response.alias("of_responses"), by_visit.alias("of_visits"))
    measured = {"of_responses": "split_half_reliability", "of_visits": "split_half_reliability_visits"}
    summed = halved.groupBy(*_PHASE).agg(
        *latest_attributes(),
        *(
            total.alias(f"{kind}_{half}_{name}")
            for half in measured
            for kind, wanted in (("odd", 1), ("even", 0))
            for name, total in _count_and_sum(F.col(half) == wanted)
        ),
    )
    return observed(
        summed,
        {
            figure: [_half_mean(f"{kind}_{half}", settings) for kind in ("odd", "even")]
            for half, figure in measured.items()
        },
    )


def phase_observations(phases: DataFrame, whose: DataFrame, settings: ScoreSettings) -> DataFrame:
    """Return what voice does to a phase's score, and how passed and failed phases compare.

    Args:
        phases: gold.phase_engagement of one selection.
        whose: `learner_attributes`, for the identity.
        settings: The formula's weights.
    """
    parts = dimension_parts(settings)
    voice = sum((parts[dimension] for dimension in _VOICE), F.lit(0.0))
    voiced = F.col("engagement").isNotNull() & (F.col("voiced_share") > 0)
    passed = F.when(F.col("result") == SetResult.PASS, 1.0).when(F.col("result") == SetResult.FAIL, 0.0)
    score = F.col("engagement")
    return observed(
        left_join(phases.where(score.isNotNull()), whose.drop("school_id"), on=("learner_id", "language")),
        {
            "voice_shift": [F.when(voiced, voice)],
            "voice_change": [F.when(voiced, F.abs(voice))],
            "voice_agreement": [F.when(voiced, score), score - voice],
            "passed_against_failed": [score - parts[Dimension.COGNITIVE], passed],
        },
    )


def learner_attributes(responses: DataFrame) -> DataFrame:
    """Return learner_id, language, school_id and identity, of the latest response; one row per both."""
    return responses.groupBy("learner_id", "language").agg(*latest_attributes())


def _count_and_sum(chosen: Column) -> list[tuple[str, Column]]:
    score = F.when(chosen, F.col("engagement"))
    return [("count", F.count(score)), ("sum", exact_sum(score))]


def _half_mean(half: str, settings: ScoreSettings) -> Column:
    count = F.col(f"{half}_count")
    return F.when(count >= settings.minimum_responses, mean_of(F.col(f"{half}_sum"), count))
