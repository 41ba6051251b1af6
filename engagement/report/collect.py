"""Tables → figures: aggregated or cut in Spark, collected, and made plain text."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame, functions as F

from engagement.report import aggregates
from engagement.report.attention import needing_attention, with_forecasts
from engagement.report.figures import Figures, Limits, plain_text, with_intervals


@dataclass(frozen=True)
class ReportTables:
    """The tables that a report is made from, each under its own name."""

    ingested_files: DataFrame
    rejected: DataFrame
    responses: DataFrame
    voice_scores: DataFrame
    response_engagement: DataFrame
    phase_engagement: DataFrame
    learner_groups: DataFrame
    insights: DataFrame
    forecasts: DataFrame
    validation: DataFrame


def collect_figures(tables: ReportTables, *, cohort: str, limits: Limits | None = None) -> Figures:
    """Return the figures of one selection.

    The ledger, the rejects, the recordings and the identities are those of the whole warehouse: bronze and
    silver know no selection.

    Args:
        tables: The tables as written, all selections in them.
        cohort: Name of the selection to report on.
        limits: How many rows of each kind to show.
    """
    limits = limits or Limits()
    response_engagement = _of_cohort(tables.response_engagement, cohort)
    phase_engagement = _of_cohort(tables.phase_engagement, cohort)
    forecasts = _of_cohort(tables.forecasts, cohort)
    learner_groups = with_forecasts(_of_cohort(tables.learner_groups, cohort), forecasts)
    insights = _of_cohort(tables.insights, cohort)
    totals = _collected(aggregates.selection_totals(phase_engagement)).iloc[0]
    return Figures(
        cohort=cohort,
        learners=int(totals["learners"]),
        active_hours=float(totals["active_hours"]),
        first_at=_moment(totals["first_at"]),
        last_at=_moment(totals["last_at"]),
        ledger=_collected(aggregates.ledger_totals(tables.ingested_files)),
        tallies=_collected(
            aggregates.code_tallies(
                {
                    "rejected": tables.rejected.select("reason"),
                    "voice": tables.voice_scores.select("status"),
                    "identity": tables.responses.select("identity"),
                    "voice_in_scope": response_engagement.select("voice_status"),
                    "no_score": phase_engagement.where(F.col("engagement").isNull()).select("reason"),
                    "formula_version": phase_engagement.select("formula_version"),
                    "emotion_model": phase_engagement.select("emotion_model"),
                    "tone_model": phase_engagement.select("tone_model"),
                },
                codes=limits.codes,
            )
        ),
        cells=with_intervals(_collected(aggregates.phase_cells(phase_engagement).limit(limits.cells))),
        weeks=with_intervals(_collected(aggregates.week_means(response_engagement).limit(limits.weeks))),
        groups=_collected(aggregates.group_sizes(learner_groups).limit(limits.codes)),
        drivers=_collected(aggregates.driver_counts(insights).limit(2 * limits.codes)),
        class_insights=_collected(aggregates.class_insights(insights).limit(limits.class_insights)),
        attention=_collected(needing_attention(learner_groups, insights, learners=limits.attention)),
        stops=_collected(aggregates.expected_stops(forecasts)),
        validation=_collected(
            aggregates.told_figures(_of_cohort(tables.validation, cohort), rows=limits.figures)
        ),
        limits=limits,
    )


def _of_cohort(rows: DataFrame, cohort: str) -> DataFrame:
    return rows.where(F.col("cohort") == cohort)


def _moment(value: Any) -> datetime | None:
    return None if pd.isna(value) else pd.Timestamp(value).to_pydatetime()


def _collected(rows: DataFrame) -> pd.DataFrame:
    """Collect a bounded table; all text in it becomes plain text."""
    collected: pd.DataFrame = rows.toPandas()
    text = [name for name, kind in rows.dtypes if kind == "string"]
    changes: dict[str, Any] = {name: collected[name].map(plain_text) for name in text}
    return collected.assign(**changes)
