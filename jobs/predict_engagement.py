"""silver.* as of a date → gold.learner_features, gold.forecasts, gold.validation, and the fitted models."""

import argparse

from pyspark.sql import functions as F

from engagement.forecasting.fitting import as_of_dates, models_in_use, past_outcomes
from engagement.forecasting.models import foresee
from engagement.forecasting.subgroups import FORECAST_FIGURES, figure_rows
from engagement.gold.forecast import model_inputs, tell_forecasts
from engagement.gold.learner_features import learner_features
from engagement.gold.validation_units import learner_attributes
from engagement.progress import say
from engagement.schemas import (
    FORECASTS,
    LEARNER_FEATURES,
    MILESTONES,
    PHASE_ENGAGEMENT,
    RESPONSES,
    VALIDATION,
)
from engagement.selection import selected_responses
from engagement.step import Counts, Run, main
from engagement.tables import Staging, read, replace_cohort


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add `--fit`."""
    parser.add_argument("--fit", action="store_true", help="fit the forecast's models again")


def predict_engagement(run: Run) -> Counts:
    """Foresee who will stop and how engaged the next phase will be, for the selection's learners."""
    spark, warehouse, settings = run.spark, run.warehouse, run.settings.forecast
    cohort = run.settings.cohort
    chosen = selected_responses(spark, warehouse, cohort).select("learner_id", "language").distinct()
    responses = read(spark, warehouse, RESPONSES)
    today = warehouse.started_at.date()
    dates, as_of = as_of_dates(responses, settings, end_date=cohort.end_date, otherwise=today)
    milestones = read(spark, warehouse, MILESTONES)
    with Staging(spark, warehouse, "predict_engagement") as staging:
        features = staging.keep("features", learner_features(responses, milestones, [*dates, as_of]))
        mine = features.join(chosen, on=["learner_id", "language"], how="left_semi")
        rows = replace_cohort(mine, warehouse, LEARNER_FEATURES, cohort.name)
        phases = read(spark, warehouse, PHASE_ENGAGEMENT).where(F.col("cohort") == cohort.name)
        outcomes = past_outcomes(features, responses, phases, settings, as_of=as_of)
        refit = getattr(run.options, "fit", False)
        fit = models_in_use(outcomes, warehouse, settings, refit=refit, whose=learner_attributes(responses))
        say(f"      {fit.told}")
        present = model_inputs(mine.where(F.col("as_of") == F.lit(as_of)), settings)
        told = tell_forecasts(foresee(fit.models, present), settings, model_id=fit.model_id)
        forecasts = replace_cohort(told, warehouse, FORECASTS, cohort.name)
        judged = figure_rows(spark, fit.figures, run.settings.validation)
        figures = replace_cohort(judged, warehouse, VALIDATION, cohort.name, only=FORECAST_FIGURES)
    return Counts(rows_in=rows, rows_out=forecasts, detail={"figures": figures})


if __name__ == "__main__":
    main("predict_engagement", {"predict_engagement": predict_engagement}, add_options)
