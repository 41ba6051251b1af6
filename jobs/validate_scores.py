"""gold.*, silver.* → gold.validation: how far scores, groups and forecasts can be trusted, on this data."""

from functools import reduce

from pyspark.sql import DataFrame, functions as F

from engagement.forecasting.fitting import rehearsed_figures
from engagement.forecasting.subgroups import figure_rows
from engagement.gold.resampling import kept_groups
from engagement.gold.validation import validation_figures
from engagement.gold.validation_units import (
    half_observations,
    learner_attributes,
    phase_observations,
    scored_answers,
)
from engagement.gold.validation_weeks import week_observations
from engagement.schemas import MILESTONES, PHASE_ENGAGEMENT, RESPONSE_ENGAGEMENT, RESPONSES, VALIDATION
from engagement.selection import data_end
from engagement.step import Counts, Run, main
from engagement.tables import Staging, read, replace_cohort


def validate_scores(run: Run) -> Counts:
    """Hold the selection's scores against what learners did next; rehearse the forecast."""
    score, validation, cohort = run.settings.score, run.settings.validation, run.settings.cohort
    tables = (RESPONSES, MILESTONES, RESPONSE_ENGAGEMENT, PHASE_ENGAGEMENT)
    responses, milestones, *gold = (read(run.spark, run.warehouse, table) for table in tables)
    response_engagement, phases = (table.where(F.col("cohort") == cohort.name) for table in gold)
    as_of = data_end(responses)
    with Staging(run.spark, run.warehouse, "validate_scores") as staging:
        answers = staging.keep("answers", scored_answers(response_engagement, responses))
        whose = learner_attributes(responses)
        observations = [
            half_observations(answers, score),
            phase_observations(phases, whose, score),
            week_observations(answers, milestones, score, as_of=as_of),
            kept_groups(answers, score, validation, as_of=as_of),
        ]
        together = reduce(_union, observations)
        rehearsed = rehearsed_figures(
            responses, milestones, phases, run.settings.forecast, end_date=cohort.end_date
        )
        figures = validation_figures(together, validation).unionByName(
            figure_rows(run.spark, rehearsed, validation)
        )
        written = replace_cohort(figures, run.warehouse, VALIDATION, cohort.name)
        rows_in = answers.count()
    return Counts(rows_in=rows_in, rows_out=written)


def _union(one: DataFrame, other: DataFrame) -> DataFrame:
    return one.unionByName(other, allowMissingColumns=True)


if __name__ == "__main__":
    main("validate_scores", {"validate_scores": validate_scores})
