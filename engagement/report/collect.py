"""Tables → figures: aggregated or cut in Spark, collected, and made plain text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame, functions as F

from engagement.report import aggregates, by_school
from engagement.report.attention import needing_attention, with_forecasts
from engagement.report.figures import ALL, Figures, Limits, everywhere, plain_text, with_intervals
from engagement.report.model_cards import ModelCard
from engagement.report.survival import stay_counts, survival_curves
from engagement.schemas import (
    FORECASTS,
    INGESTED_FILES,
    INSIGHTS,
    LEARNER_GROUPS,
    PHASE_ENGAGEMENT,
    REJECTED,
    RESPONSE_ENGAGEMENT,
    RESPONSES,
    VALIDATION,
    VOICE_SCORES,
    Table,
)

# Each is the field of ReportTables that has its name.
_TABLES = (
    FORECASTS,
    INGESTED_FILES,
    INSIGHTS,
    LEARNER_GROUPS,
    PHASE_ENGAGEMENT,
    REJECTED,
    RESPONSE_ENGAGEMENT,
    RESPONSES,
    VALIDATION,
    VOICE_SCORES,
)


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

    @classmethod
    def of(cls, rows_of: Callable[[Table], DataFrame]) -> "ReportTables":
        """Return the tables, each as `rows_of` gives it."""
        return cls(**{table.name.partition(".")[2]: rows_of(table) for table in _TABLES})


@dataclass(frozen=True)
class ReportRules:
    """What a report shows, and of whom.

    Attributes:
        minimum_learners: Fewest learners that a figure is shown for.
        silent_days: Days without a response after which a learner counts as silent.
        cards: Cards of the models in force.
        limits: How many rows of each kind to show.
    """

    minimum_learners: int = 5
    silent_days: int = 14
    cards: Sequence[ModelCard] = ()
    limits: Limits = field(default_factory=Limits)


def collect_figures(tables: ReportTables, *, cohort: str, rules: ReportRules | None = None) -> Figures:
    """Return the figures of one selection.

    The ledger, the rejects, the recordings and the identities are those of the whole warehouse: bronze and
    silver know no selection.

    Args:
        tables: The tables as written, all selections in them.
        cohort: Name of the selection to report on.
        rules: What to show, and of whom.
    """
    rules = rules or ReportRules()
    limits, minimum = rules.limits, rules.minimum_learners
    response_engagement = _of_cohort(tables.response_engagement, cohort)
    phase_engagement = _of_cohort(tables.phase_engagement, cohort)
    forecasts = _of_cohort(tables.forecasts, cohort)
    learner_groups = with_forecasts(_of_cohort(tables.learner_groups, cohort), forecasts)
    insights = _of_cohort(tables.insights, cohort)
    totals = _collected(aggregates.selection_totals(phase_engagement)).iloc[0]
    cells = _cut(by_school.phase_cells(phase_engagement, minimum=minimum), limits, limits.cells)
    return Figures(
        cohort=cohort,
        learners=int(totals["learners"]),
        active_hours=float(totals["active_hours"]),
        first_at=_moment(totals["first_at"]),
        last_at=_moment(totals["last_at"]),
        **{name: int(totals[name]) for name in ("phases", "scored", "trended", "falling", "rising")},
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
                    "forecast_model": forecasts.select("model_id"),
                },
                codes=limits.codes,
            )
        ),
        attention_sizes=_collected(aggregates.attention_sizes(learner_groups)),
        cells=with_intervals(cells),
        weeks=with_intervals(
            _cut(by_school.week_means(response_engagement, minimum=minimum), limits, limits.weeks)
        ),
        groups=_cut(by_school.group_sizes(learner_groups, minimum=minimum), limits, limits.codes),
        dimensions=_cut(by_school.dimension_means(phase_engagement, minimum=minimum), limits, limits.codes),
        drivers=_collected(by_school.driver_counts(insights, minimum=minimum).limit(limits.school_rows)),
        survival=survival_curves(
            _collected(stay_counts(phase_engagement, silent_days=rules.silent_days)),
            minimum=minimum,
        ),
        class_insights=_of_shown_stages(
            _collected(aggregates.class_insights(insights).limit(limits.class_insights)), cells
        ),
        attention=_collected(
            needing_attention(
                learner_groups,
                insights,
                learners=limits.attention_in_page,
                of_school=limits.attention_of_school,
            )
        ),
        stops=_collected(aggregates.expected_stops(forecasts, minimum=minimum)),
        validation=_collected(
            aggregates.told_figures(
                _of_cohort(tables.validation, cohort), rows=limits.figures, minimum=minimum
            )
        ),
        cards=rules.cards,
        minimum_learners=minimum,
        limits=limits,
    )


def _of_cohort(rows: DataFrame, cohort: str) -> DataFrame:
    return rows.where(F.col("cohort") == cohort)


def _cut(rows: DataFrame, limits: Limits, most: int) -> pd.DataFrame:
    """Collect at most so many rows over all schools, which come first, and so many of schools by name."""
    collected = _collected(rows.limit(most + limits.school_rows))
    is_total = collected["school_id"].eq(ALL)
    named = collected[collected["school_id"].notna() & ~is_total]
    known = list(dict.fromkeys(named.sort_values("learners", ascending=False, kind="stable")["school_id"]))
    of_known = named[named["school_id"].isin(known[: limits.schools])]
    return pd.concat([collected[is_total].head(most), of_known.head(limits.school_rows)]).reset_index(
        drop=True
    )


def _of_shown_stages(insights: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Leave out what is said about a language, level and phase with too few learners to be shown."""
    stage = ["language", "level", "phase"]
    shown = everywhere(cells)[stage].drop_duplicates()
    return insights.merge(shown, on=stage) if len(insights) else insights


def _moment(value: Any) -> datetime | None:
    return None if pd.isna(value) else pd.Timestamp(value).to_pydatetime()


def _collected(rows: DataFrame) -> pd.DataFrame:
    """Collect a bounded table; all text in it becomes plain text."""
    collected: pd.DataFrame = rows.toPandas()
    text = [name for name, kind in rows.dtypes if kind == "string"]
    changes: dict[str, Any] = {name: collected[name].map(plain_text) for name in text}
    return collected.assign(**changes)
