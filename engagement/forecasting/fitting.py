"""Which past days the forecast is fitted on, and whether new models replace those in use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pyspark.sql import DataFrame, functions as F

from engagement.forecasting.judging import (
    Figures,
    held_out_brier,
    judge_next_phase,
    judge_stopping,
    rehearse,
)
from engagement.forecasting.models import Models, fit_next_phase, fit_stopping, training_rows
from engagement.forecasting.store import Kept, load, save
from engagement.forecasting.subgroups import calibration_steps, judge_subgroups
from engagement.gold.forecast import INPUT_NAMES, model_inputs, with_outcomes
from engagement.gold.learner_features import learner_features
from engagement.gold.validation_units import learner_attributes
from engagement.settings import ForecastSettings
from engagement.tables import Warehouse

# A learner's first week tells little of his rhythm.
_FIRST_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Fit:
    """What came of a fit: the models to apply, if any, and what to tell of it."""

    kept: Kept | None
    told: str

    @property
    def models(self) -> Models | None:
        """The models to apply."""
        return self.kept.models if self.kept else None

    @property
    def model_id(self) -> str | None:
        """The models' card, by its hash."""
        return self.kept.model_id if self.kept else None

    @property
    def figures(self) -> list[dict[str, Any]]:
        """The card's figures, of everybody and by subgroup, as rows of gold.validation; for `figure_rows`."""
        card = self.kept.card if self.kept else {"figures": {}}
        return [*_of_everybody(card["figures"]), *card.get("by_subgroup", [])]


def as_of_dates(
    responses: DataFrame, settings: ForecastSettings, *, end_date: date | None, otherwise: date
) -> tuple[list[date], date]:
    """Return the past days to fit on and the day to foresee from: the one after the data's end.

    Args:
        responses: silver.responses of everybody.
        settings: Horizon, step and number of the days.
        end_date: Last day that may be known; None: the data's last.
        otherwise: The day to foresee from where there is no response.
    """
    first, last = responses.agg(F.min("response_date"), F.max("response_date")).collect()[0]
    if last is None:
        return [], otherwise
    as_of = (min(last, end_date) if end_date else last) + timedelta(days=1)
    return past_dates(first, as_of, settings), as_of


def past_outcomes(
    features: DataFrame, responses: DataFrame, phases: DataFrame, settings: ForecastSettings, *, as_of: date
) -> DataFrame:
    """Return the models' inputs at past days with what became of the learners.

    Args:
        features: `learner_features` of everybody, at past days and perhaps at `as_of`.
        responses: silver.responses of everybody.
        phases: gold.phase_engagement of one selection.
        settings: The horizon.
        as_of: Day from which nothing is known.
    """
    past = model_inputs(features.where(F.col("as_of") < F.lit(as_of)), settings)
    return with_outcomes(past, responses, phases, settings)


def past_dates(first: date, as_of: date, settings: ForecastSettings) -> list[date]:
    """Return the days to fit on, oldest first: their horizon has passed by `as_of`, a week lies before.

    Args:
        first: First day of the data.
        as_of: Day of the forecast; days from it on are not known.
        settings: Horizon, step and number of the days.
    """
    latest = as_of - timedelta(days=settings.horizon_days)
    dates = (latest - timedelta(days=settings.step_days * each) for each in range(settings.most_dates))
    return [day for day in reversed(list(dates)) if day >= first + _FIRST_WEEK]


def models_in_use(
    outcomes: DataFrame,
    warehouse: Warehouse,
    settings: ForecastSettings,
    *,
    refit: bool,
    whose: DataFrame | None = None,
) -> Fit:
    """Return the saved models; where there are none, or on `refit`, newly fitted ones if they are no worse.

    Args:
        outcomes: `with_outcomes` of everybody at past days; looked at only for a fit.
        warehouse: Where models lie.
        settings: The horizon, written into the card.
        refit: Fit although there are models.
        whose: learner_id, language, school_id and identity, unique by the first two: what to judge by.
    """
    spark = outcomes.sparkSession
    known = load(spark, warehouse.root, horizon_days=settings.horizon_days)
    if known and not refit:
        return Fit(known, "model in use applied")
    rows = training_rows(outcomes).persist()
    try:
        return _fit(rows, known, warehouse, settings, whose)
    finally:
        rows.unpersist()


def rehearsed_figures(
    responses: DataFrame,
    milestones: DataFrame,
    phases: DataFrame,
    settings: ForecastSettings,
    *,
    end_date: date | None,
) -> list[dict[str, Any]]:
    """Return the forecast's figures out of a rehearsal on this data, whatever model is in use.

    Rows for `figure_rows`; none where there is too little history.

    Args:
        responses: silver.responses of everybody.
        milestones: silver.milestones.
        phases: gold.phase_engagement of one selection.
        settings: The horizon, the past days.
        end_date: Last day that may be known; None: the data's last.
    """
    dates, as_of = as_of_dates(responses, settings, end_date=end_date, otherwise=date.min)
    if not dates:
        return []
    features = learner_features(responses, milestones, dates)
    rows = training_rows(past_outcomes(features, responses, phases, settings, as_of=as_of)).persist()
    rehearsal = rehearse(rows, horizon_days=settings.horizon_days, whose=learner_attributes(responses))
    figures = {**judge_stopping(rehearsal), **judge_next_phase(rows, *fit_next_phase(rows))}
    rows.unpersist()
    return [*_of_everybody(figures), *judge_subgroups(rehearsal), *calibration_steps(rehearsal)]


def _fit(
    rows: DataFrame,
    known: Kept | None,
    warehouse: Warehouse,
    settings: ForecastSettings,
    whose: DataFrame | None,
) -> Fit:
    stopping = fit_stopping(rows)
    if stopping is None:
        return Fit(known, "too little history to fit a model")
    models = Models(stopping, *fit_next_phase(rows))
    if known:
        before, after = held_out_brier(rows, known.models), held_out_brier(rows, models)
        if before is None or after is None or after > before:
            return Fit(known, f"refit worse on held-out learners ({after} against {before}): not taken")
    rehearsal = rehearse(rows, horizon_days=settings.horizon_days, whose=whose)
    card = {
        "number": known.card["number"] + 1 if known else 1,
        "horizon_days": settings.horizon_days,
        "step_days": settings.step_days,
        "minimum_active_days": settings.minimum_active_days,
        "inputs": list(INPUT_NAMES),
        "dates": _dates(rows),
        "rows": rows.count(),
        "learners": rows.select("learner_id").distinct().count(),
        "next_phase_band": list(models.band) if models.band else None,
        "figures": {
            **judge_stopping(rehearsal),
            **judge_next_phase(rows, models.next_phase, models.band),
        },
        "by_subgroup": [*judge_subgroups(rehearsal), *calibration_steps(rehearsal)],
    }
    return Fit(save(rows.sparkSession, warehouse.root, card, models), "model fitted")


def _of_everybody(figures: Figures) -> list[dict[str, Any]]:
    return [{"figure": name, "subgroup": "all", **row} for name, row in sorted(figures.items())]


def _dates(rows: DataFrame) -> Sequence[str]:
    return sorted(str(row["as_of"]) for row in rows.select("as_of").distinct().collect())
