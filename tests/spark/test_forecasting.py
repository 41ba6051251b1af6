"""The forecast's models: fitted, saved, applied again, replaced by no worse ones, blind to the held out."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pyspark.ml import PipelineModel
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame, SparkSession, Window, functions as F

from engagement.forecasting.fitting import models_in_use, past_dates
from engagement.forecasting.judging import judge_stopping, rehearse
from engagement.forecasting.models import fit_stopping, foresee, training_rows
from engagement.forecasting.subgroups import calibration_steps, figure_rows, judge_subgroups
from engagement.gold.forecast import INPUT_NAMES, KEYS, model_inputs, tell_forecasts, with_outcomes
from engagement.schemas import LEARNER_FEATURES, PHASE_ENGAGEMENT, RESPONSES
from engagement.settings import ForecastSettings, ValidationSettings
from engagement.tables import Warehouse
from tests.rows import frame

SETTINGS = ForecastSettings()
DAY = date(2025, 3, 1)


def _outcome(learner: int, week: int, draw: Random) -> dict[str, Any]:
    """Return a row whose chance of stopping rises with the recency and falls with the responses."""
    inputs = {name: draw.gauss(0, 1) for name in INPUT_NAMES}
    stops = draw.gauss(0, 0.7) + inputs["recency"] - inputs["responses_28"] > 1
    return {
        "learner_id": f"learner {learner:03}",
        "language": "en",
        "as_of": DAY + timedelta(weeks=week),
        "part": learner % 5,
        "reason": None,
        **inputs,
        "stopped": float(stops),
        "next_phase_engagement": None if stops else 50 + 4 * inputs["accuracy"] + draw.gauss(0, 1),
    }


@pytest.fixture(scope="module")
def outcomes(spark: SparkSession) -> DataFrame:
    draw = Random(5)
    rows = [_outcome(learner, week, draw) for learner in range(100) for week in range(6)]
    kinds = {"learner_id": "string", "language": "string", "as_of": "date", "part": "int", "reason": "string"}
    schema = ", ".join(f"{name} {kinds.get(name, 'double')}" for name in rows[0])
    return spark.createDataFrame(rows, schema).cache()


def _flipped(outcomes: DataFrame, parts: str) -> DataFrame:
    flipped = F.when(F.expr(f"part in ({parts})"), 1 - F.col("stopped")).otherwise(F.col("stopped"))
    return outcomes.withColumn("stopped", flipped)


def _weights(model: PipelineModel | None) -> list[list[float]]:
    assert model is not None
    return [[stage.intercept, *stage.coefficients] for stage in model.stages[1:]]  # type: ignore[attr-defined]


def test_fit_stopping__is_blind_to_held_out_learners_and_to_partitions(outcomes: DataFrame) -> None:
    fitted = _weights(fit_stopping(training_rows(outcomes)))
    assert _weights(fit_stopping(training_rows(_flipped(outcomes, "0")))) == fitted
    assert _weights(fit_stopping(training_rows(outcomes.repartition(7, "recency")))) == fitted
    assert _weights(fit_stopping(training_rows(_flipped(outcomes, "2")))) != fitted


def test_fit_stopping__every_part_calibrates_what_the_others_fit(outcomes: DataFrame) -> None:
    # Margins that are drawn together by the ridge are spread again: on average the chances are the share.
    model = fit_stopping(training_rows(outcomes))
    assert model is not None
    fitted = outcomes.where("part > 0")
    told = model.transform(fitted).agg(F.avg(vector_to_array(F.col("probability"))[1]), F.avg("stopped"))
    assert told.collect()[0][0] == pytest.approx(told.collect()[0][1], abs=0.02)
    _, against, towards = _weights(model)[1]
    assert towards - against > 1.2


def test_fit_stopping__takes_outcomes_in_every_part_but_one(outcomes: DataFrame) -> None:
    def stops(*counts: int) -> DataFrame:
        """Return rows of which so many stopped, in the parts 1 to 4."""
        order = F.row_number().over(Window.partitionBy("part").orderBy("learner_id", "as_of"))
        stopped = F.element_at(F.array(*(F.lit(count) for count in counts)), F.col("part")) >= order
        return training_rows(outcomes.where("part > 0").withColumn("stopped", stopped.cast("double")))

    assert fit_stopping(stops(8, 8, 0, 0)) is not None
    assert fit_stopping(stops(9, 7, 0, 0)) is None  # seven are left without the first part
    assert fit_stopping(stops(5, 5, 5, 0)) is None  # fifteen altogether


def test_models_in_use__fits_once_then_applies_and_takes_no_worse_refit(
    outcomes: DataFrame, tmp_path: Path
) -> None:
    warehouse = Warehouse(str(tmp_path))
    first = models_in_use(outcomes, warehouse, SETTINGS, refit=False)
    again = models_in_use(_flipped(outcomes, "2, 3, 4"), warehouse, SETTINGS, refit=False)
    assert (first.told, again.told) == ("model fitted", "model in use applied")
    foreseen = [foresee(fit.models, outcomes).orderBy(*KEYS).collect() for fit in (first, again)]
    assert foreseen[0] == foreseen[1]
    row = foreseen[0][0]
    assert 0 < row["stop_probability"] < 1
    assert row["next_phase_low"] < row["next_phase_engagement"] < row["next_phase_high"]

    worse = models_in_use(_flipped(outcomes, "1, 2, 3, 4"), warehouse, SETTINGS, refit=True)
    assert worse.told.startswith("refit worse on held-out learners")
    assert worse.model_id == again.model_id == first.model_id
    assert len(list((tmp_path / "models" / "forecast").iterdir())) == 1

    assert first.kept is not None
    card = first.kept.card
    assert (card["number"], card["rows"], card["learners"], len(card["dates"])) == (1, 600, 100, 6)
    figures = card["figures"]
    # Whoever knows how the rows were drawn reaches .93; one held-out row in twenty lies outside either end.
    assert figures["forecast_auc"]["value"] > 0.85
    assert figures["forecast_auc"]["value"] > figures["forecast_auc_days_since_last"]["value"]
    assert 0.8 < figures["forecast_next_phase_coverage"]["value"] <= 1
    told = {row["figure"]: row["value"] for row in first.figures if row["subgroup"] == "all"}
    assert told == {name: figure["value"] for name, figure in figures.items()}


def test_rehearse__figures_by_subgroup_and_in_tenths(outcomes: DataFrame) -> None:
    # One week is tried, by the twenty held-out learners: the first five of them are a school.
    school = F.when(F.col("learner_id") < "learner 025", "small").otherwise("large")
    whose = outcomes.select("learner_id", "language", school.alias("school_id")).distinct()
    rehearsal = rehearse(training_rows(outcomes), horizon_days=14, whose=whose)
    assert rehearsal is not None
    rows = [*judge_subgroups(rehearsal), *calibration_steps(rehearsal)]
    written = figure_rows(outcomes.sparkSession, rows, ValidationSettings(fewest_learners=10)).collect()
    told = {(row["figure"], row["subgroup"]): row for row in written}
    small, large, english = (
        told["forecast_auc", f"{name}"] for name in ("school=small", "school=large", "language=en")
    )
    assert (small["value"], small["reason"], small["learners"]) == (None, "too_few_learners", 5)
    assert (large["n"], large["learners"], large["reason"]) == (15, 15, None)
    assert english["value"] == judge_stopping(rehearsal)["forecast_auc"]["value"]
    assert english["low"] < english["value"] < english["high"]
    gain = told["forecast_auc_gain_over_days_since_last", "language=en"]["value"]
    assert gain == pytest.approx(
        english["value"] - judge_stopping(rehearsal)["forecast_auc_days_since_last"]["value"]
    )
    came = [row for (figure, _), row in sorted(told.items()) if figure == "forecast_came"]
    foreseen = [row["value"] for (figure, _), row in sorted(told.items()) if figure == "forecast_told"]
    assert foreseen == sorted(foreseen)
    assert sum(row["n"] for row in came) == 20
    assert sum(row["n"] * row["value"] for row in came) == pytest.approx(rehearsal.outcomes.sum(), abs=1e-4)
    assert all(row["low"] <= row["value"] <= row["high"] for row in came)


def test_models_in_use__takes_a_better_refit(outcomes: DataFrame, tmp_path: Path) -> None:
    warehouse = Warehouse(str(tmp_path))
    poor = models_in_use(_flipped(outcomes, "1, 2, 3, 4"), warehouse, SETTINGS, refit=False)
    better = models_in_use(outcomes, warehouse, SETTINGS, refit=True)
    assert better.kept is not None
    assert better.kept.card["number"] == 2
    assert models_in_use(outcomes, warehouse, SETTINGS, refit=False).model_id == better.model_id
    assert better.model_id != poor.model_id
    card = tmp_path / "models" / "forecast" / str(better.model_id) / "card"
    assert json.loads(next(card.glob("part-*")).read_text()) == better.kept.card
    # Another horizon is another question: nothing saved answers it.
    month = ForecastSettings(horizon_days=30)
    assert models_in_use(outcomes.limit(0), warehouse, month, refit=False).kept is None


def test_models_in_use__too_little_history_is_null_with_a_reason(outcomes: DataFrame, tmp_path: Path) -> None:
    few = outcomes.where(F.col("learner_id") < "learner 010")
    fit = models_in_use(few, Warehouse(str(tmp_path)), SETTINGS, refit=False)
    assert (fit.kept, fit.told) == (None, "too little history to fit a model")
    assert fit.figures == []
    told = tell_forecasts(foresee(fit.models, few), SETTINGS, model_id=fit.model_id).collect()
    assert {row["reason"] for row in told} == {"no_model"}
    assert {row["stop_probability"] for row in told} == {row["model_id"] for row in told} == {None}
    assert not (tmp_path / "models").exists()


def test_past_dates__are_those_whose_horizon_has_passed() -> None:
    # From the 8th, a week after the first day, to the 15th, fourteen days before the last.
    assert past_dates(date(2025, 1, 1), date(2025, 1, 29), SETTINGS) == [date(2025, 1, 8), date(2025, 1, 15)]
    assert past_dates(date(2025, 1, 2), date(2025, 1, 29), SETTINGS) == [date(2025, 1, 15)]
    assert past_dates(date(2025, 1, 1), date(2025, 1, 2), SETTINGS) == []
    few = ForecastSettings(most_dates=1)
    assert past_dates(date(2024, 1, 1), date(2025, 1, 29), few) == [date(2025, 1, 15)]


def _features(learner: str, **values: Any) -> dict[str, Any]:
    days = {"tenure_days": 20, "days_since_last": 14, "active_days": 2, "responses": 8}
    recent = {f"{kind}_{days}": 1 for kind in ("active_days", "responses") for days in (7, 14, 28)}
    rest = {"active_days_trend": 0, "active_seconds_28": 5.0, "sets_passed_28": 0, "sets_failed_28": 0}
    return {"learner_id": learner, "language": "en", "as_of": DAY, **days, **recent, **rest, **values}


def test_with_outcomes__holds_the_horizons_ends(spark: SparkSession) -> None:
    end = datetime(2025, 3, 15)  # fourteen days after DAY
    features = [
        *(_features(learner) for learner in ("first day", "last day", "other language", "gone")),
        _features("silent", days_since_last=15),
        _features("new", active_days=1),
    ]
    inputs = model_inputs(frame(spark, LEARNER_FEATURES, features), SETTINGS).cache()
    assert {row["learner_id"]: row["reason"] for row in inputs.where("reason is not null").collect()} == {
        "silent": "already_silent",
        "new": "too_little_history",
    }
    assert inputs.dropna(subset=list(INPUT_NAMES)).count() == len(features)
    came = {"first day": DAY, "last day": date(2025, 3, 14), "gone": date(2025, 3, 15)}
    responses = [
        *({"learner_id": learner, "language": "en", "response_date": DAY - timedelta(days=14)} for learner in
          ("first day", "last day", "other language", "gone", "silent", "new")),
        *({"learner_id": learner, "language": "en", "response_date": day} for learner, day in came.items()),
        {"learner_id": "other language", "language": "ta", "response_date": DAY},
    ]  # fmt: skip
    begun = [
        ("first day", datetime(2025, 2, 28, 23), 10.0),
        ("first day", datetime(2025, 3, 2), None),
        ("first day", datetime(2025, 3, 4), 70.0),
        ("first day", datetime(2025, 3, 3), 60.0),
        ("last day", end, 90.0),
        ("other language", datetime(2025, 3, 1), 40.0),
    ]
    phases = [
        {
            "learner_id": learner,
            "language": "en",
            "level": "m1",
            "phase": "practice",
            "started_at": at,
            "engagement": engagement,
        }
        for learner, at, engagement in begun
    ]
    told = with_outcomes(
        inputs, frame(spark, RESPONSES, responses), frame(spark, PHASE_ENGAGEMENT, phases), SETTINGS
    )
    assert {row["learner_id"]: (row["stopped"], row["next_phase_engagement"]) for row in told.collect()} == {
        "first day": (0, 60),
        "last day": (0, None),
        "other language": (0, 40),
        "gone": (1, None),
    }
