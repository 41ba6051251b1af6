"""What the report shows: small frames, none of which grows with the number of learners."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from engagement.report.model_cards import ModelCard

ALL = "(all together)"  # in a column that the page can filter by
INTERVAL_Z = 1.6449  # two-sided 90 % of the normal distribution, as the intervals in gold are
TEXT_LIMIT_CHARACTERS = 400

# C0 and C1 controls, and the marks that turn the reading direction of what follows; joiners stay: Indic
# scripts are written with them.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


@dataclass(frozen=True)
class Limits:
    """How many rows of each kind a report shows; what is cut is said in the report.

    Attributes:
        attention: Learners who need attention that are shown at a time.
        attention_of_school: Learners of one school who are in the page.
        attention_in_page: Learners who are in the page, to be chosen from by filters.
        cells: Combinations of language, level and phase, the ones with most learners first.
        weeks: Combinations of language and week, the latest first.
        schools: Schools that can be chosen, the ones with most learners first.
        school_rows: Rows of one kind over all schools, the ones with most learners first.
        codes: Distinct values of one coded column, the most frequent first.
        class_insights: Insights about the class to choose from, the strongest first.
        figures: Figures of the validation: those of everybody, then the flagged gaps.
    """

    attention: int = 10
    attention_of_school: int = 20
    attention_in_page: int = 2_000
    cells: int = 600
    weeks: int = 600
    schools: int = 200
    school_rows: int = 8_000
    codes: int = 40
    class_insights: int = 300
    figures: int = 200


@dataclass(frozen=True)
class Figures:
    """The figures of one selection (cohort).

    Attributes:
        cohort: Name of the selection.
        learners: Distinct learners with a phase in the selection.
        active_hours: Their active time, hours.
        first_at: First response, UTC; None without any.
        last_at: Last response, UTC.
        ledger: One row per kind of file: files, lines, events, kept, duplicates, rejected.
        tallies: One row per tally and value: tally, value, count.
        phases: Phases of learners, count.
        scored: Phases with a score.
        trended: Phases with a trend.
        falling: Phases whose trend lies below zero for sure.
        rising: Phases whose trend lies above zero for sure.
        attention_sizes: One row per group: how many learners need attention.
        cells: One row per school, language, level and phase: learners, scored, responses, engagement with low
            and high, trend, trended, falling, rising. `ALL` in school_id, as in other columns
            that the page can filter by: all together.
        weeks: One row per school, language and week: learners, responses, engagement with low and high.
        groups: One row per school, language and group: learners, engagement, trend, achievement, example.
        dimensions: One row per school, language (or `ALL`) and phase: mean and learners of each dimension.
        drivers: One row per language, phase (or `ALL`), driver and direction: learners, contribution.
        survival: One row per language (or `ALL`), phase and week: at_risk, staying with low and high.
        class_insights: Rows of gold.insights about the class.
        attention: Learners who need attention, the most urgent first.
        stops: Per day of a forecast: learners foreseen, likely to stop, and the number expected to.
        validation: Rows of gold.validation: of everybody, in tenths, and flagged.
        cards: The model cards.
        minimum_learners: Fewest learners that a figure is shown for.
        limits: Where the frames were cut.
    """

    cohort: str
    learners: int
    active_hours: float
    first_at: datetime | None
    last_at: datetime | None
    phases: int
    scored: int
    trended: int
    falling: int
    rising: int
    ledger: pd.DataFrame
    tallies: pd.DataFrame
    attention_sizes: pd.DataFrame
    cells: pd.DataFrame
    weeks: pd.DataFrame
    groups: pd.DataFrame
    dimensions: pd.DataFrame
    drivers: pd.DataFrame
    survival: pd.DataFrame
    class_insights: pd.DataFrame
    attention: pd.DataFrame
    stops: pd.DataFrame
    validation: pd.DataFrame
    cards: Sequence[ModelCard]
    minimum_learners: int
    limits: Limits

    def tally(self, name: str) -> dict[str | None, int]:
        """Return the counts of one tally by value, the most frequent first; null values under None."""
        rows = self.tallies[self.tallies["tally"] == name].sort_values(
            ["count", "value"], ascending=[False, True]
        )
        return {
            value if isinstance(value, str) else None: int(n)
            for value, n in zip(rows["value"], rows["count"], strict=True)
        }

    @property
    def responses(self) -> int:
        """Responses of the selection, count."""
        return sum(self.tally("voice_in_scope").values())

    @property
    def attention_learners(self) -> int:
        """Learners who need attention, those cut from the list included, count."""
        return int(self.attention_sizes["attention"].sum())

    @property
    def languages(self) -> list[str | None]:
        """Languages of the cells, the one with most learners first."""
        largest = everywhere(self.cells).groupby("language", dropna=False)["learners"].sum().sort_index()
        ordered = largest.sort_values(ascending=False, kind="stable").index
        return [value if isinstance(value, str) else None for value in ordered]


def everywhere(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows over all schools, languages and phases, as far as the table has such totals."""
    totals = pd.Series(data=True, index=rows.index)
    for column in ("school_id", "language", "phase"):
        if column in rows and rows[column].eq(ALL).any():
            totals &= rows[column].eq(ALL)
    return rows[totals]


def with_intervals(means: pd.DataFrame) -> pd.DataFrame:
    """Add `engagement_low` and `engagement_high` to mean scores: a 90 % interval of each mean.

    Two things make a mean uncertain: learners differ, and each learner's score is itself uncertain. The
    wider of both counts. How much learners differ is pooled over the rows of a school and language (the
    within-cell variance of a one-way analysis of variance), so that a cell of two learners who happen to
    agree does not look certain.

    Args:
        means: One row per mean, with school_id, language, scored (learners behind the mean), engagement,
            variance (between them; null for one) and error_variance (of the mean, from their intervals).
    """
    freedom = (means["scored"] - 1).clip(lower=0)
    pools = [means["school_id"].fillna(""), means["language"].fillna("")]
    within = (freedom * means["variance"].fillna(0.0)).groupby(pools).transform("sum")
    pooled = within / freedom.groupby(pools).transform("sum").replace(0, np.nan)
    between = pooled / means["scored"].replace(0, np.nan)
    variance = pd.concat([between, means["error_variance"]], axis=1).max(axis=1)
    half_width = INTERVAL_Z * np.sqrt(variance)
    return means.assign(
        engagement_low=(means["engagement"] - half_width).clip(lower=0.0),
        engagement_high=(means["engagement"] + half_width).clip(upper=100.0),
    )


def plain_text(value: object) -> object:
    """Return text that a page or a terminal can show as it stands; everything else unchanged.

    Control characters and direction marks become �, so that no text from a tablet moves the cursor or
    turns its neighbours around; what is longer than a few lines is cut.
    """
    if not isinstance(value, str):
        return value
    shown = _UNPRINTABLE.sub("\ufffd", value)
    return shown if len(shown) <= TEXT_LIMIT_CHARACTERS else f"{shown[: TEXT_LIMIT_CHARACTERS - 1]}…"
