"""Which past days the forecast is fitted on, and whether new models replace those in use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pyspark.sql import DataFrame, SparkSession, types as T

from engagement.forecasting.judging import held_out_brier, judge_next_phase, judge_stopping
from engagement.forecasting.models import Models, fit_next_phase, fit_stopping, training_rows
from engagement.forecasting.store import Kept, load, save
from engagement.gold.forecast import INPUT_NAMES
from engagement.schemas import VALIDATION
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

    def figures(self, spark: SparkSession) -> DataFrame:
        """Return the card's figures as rows of gold.validation without lineage."""
        figures = self.kept.card["figures"] if self.kept else {}
        rows = [{"figure": name, "subgroup": "all", **figure} for name, figure in sorted(figures.items())]
        kept = [column for column in VALIDATION.columns if column.name not in ("run_id", "written_at")]
        return spark.createDataFrame(rows, T.StructType(kept))


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
    outcomes: DataFrame, warehouse: Warehouse, settings: ForecastSettings, *, refit: bool
) -> Fit:
    """Return the saved models; where there are none, or on `refit`, newly fitted ones if they are no worse.

    Args:
        outcomes: `with_outcomes` of everybody at past days; looked at only for a fit.
        warehouse: Where models lie.
        settings: The horizon, written into the card.
        refit: Fit although there are models.
    """
    spark = outcomes.sparkSession
    known = load(spark, warehouse.root, horizon_days=settings.horizon_days)
    if known and not refit:
        return Fit(known, "model in use applied")
    rows = training_rows(outcomes).persist()
    try:
        return _fit(rows, known, warehouse, settings)
    finally:
        rows.unpersist()


def _fit(rows: DataFrame, known: Kept | None, warehouse: Warehouse, settings: ForecastSettings) -> Fit:
    stopping = fit_stopping(rows)
    if stopping is None:
        return Fit(known, "too little history to fit a model")
    models = Models(stopping, *fit_next_phase(rows))
    if known:
        before, after = held_out_brier(rows, known.models), held_out_brier(rows, models)
        if before is None or after is None or after > before:
            return Fit(known, f"refit worse on held-out learners ({after} against {before}): not taken")
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
            **judge_stopping(rows, horizon_days=settings.horizon_days),
            **judge_next_phase(rows, models),
        },
    }
    return Fit(save(rows.sparkSession, warehouse.root, card, models), "model fitted")


def _dates(rows: DataFrame) -> Sequence[str]:
    return sorted(str(row["as_of"]) for row in rows.select("as_of").distinct().collect())
