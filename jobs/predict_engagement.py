"""silver.* as of a date → gold.learner_features, gold.forecasts, gold.validation, and the fitted models."""

import argparse
from datetime import timedelta

from pyspark import StorageLevel
from pyspark.sql import functions as F

from engagement.forecasting.fitting import models_in_use, past_dates
from engagement.forecasting.models import foresee
from engagement.gold.forecast import model_inputs, tell_forecasts, with_outcomes
from engagement.gold.learner_features import learner_features
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
from engagement.tables import merge, read, replace_cohort


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add `--fit`."""
    parser.add_argument("--fit", action="store_true", help="fit the forecast's models again")


def predict_engagement(run: Run) -> Counts:
    """Foresee who will stop and how engaged the next phase will be, for the selection's learners."""
    spark, warehouse, settings = run.spark, run.warehouse, run.settings.forecast
    cohort = run.settings.cohort
    chosen = selected_responses(spark, warehouse, cohort).select("learner_id", "language").distinct()
    responses = read(spark, warehouse, RESPONSES)
    first, last = responses.agg(F.min("response_date"), F.max("response_date")).collect()[0]
    last = min(last, cohort.end_date) if cohort.end_date and last else last
    as_of = last + timedelta(days=1) if last else warehouse.started_at.date()
    dates = past_dates(first, as_of, settings) if first else []
    milestones = read(spark, warehouse, MILESTONES)
    features = learner_features(responses, milestones, [*dates, as_of]).persist(StorageLevel.DISK_ONLY)
    mine = features.join(chosen, on=["learner_id", "language"], how="left_semi")
    rows = replace_cohort(mine, warehouse, LEARNER_FEATURES, cohort.name)
    phases = read(spark, warehouse, PHASE_ENGAGEMENT).where(F.col("cohort") == cohort.name)
    past = model_inputs(features.where(F.col("as_of") < F.lit(as_of)), settings)
    outcomes = with_outcomes(past, responses, phases, settings)
    fit = models_in_use(outcomes, warehouse, settings, refit=getattr(run.options, "fit", False))
    say(f"      {fit.told}")
    present = model_inputs(mine.where(F.col("as_of") == F.lit(as_of)), settings)
    told = tell_forecasts(foresee(fit.models, present), settings, model_id=fit.model_id)
    forecasts = replace_cohort(told, warehouse, FORECASTS, cohort.name)
    figures = merge(fit.figures(spark), warehouse, VALIDATION)
    features.unpersist()
    return Counts(rows_in=rows, rows_out=forecasts, detail={"figures": figures})


if __name__ == "__main__":
    main("predict_engagement", {"predict_engagement": predict_engagement}, add_options)
