"""What the report shows: small frames, none of which grows with the number of learners."""

import re
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

INTERVAL_Z = 1.6449  # two-sided 90 % of the normal distribution, as the intervals in gold are
TEXT_LIMIT_CHARACTERS = 400

# C0 and C1 controls, and the marks that turn the reading direction of what follows; joiners stay: Indic
# scripts are written with them.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


@dataclass(frozen=True)
class Limits:
    """How many rows of each kind a report shows; what is cut is said in the report.

    Attributes:
        attention: Learners who need attention.
        cells: Combinations of language, level and phase, the ones with most learners first.
        weeks: Combinations of language and week, the latest first.
        codes: Distinct values of one coded column, the most frequent first.
        class_insights: Insights about the class, the strongest first.
        figures: Figures of the validation: those of everybody, then the flagged gaps.
    """

    attention: int = 20
    cells: int = 600
    weeks: int = 600
    codes: int = 40
    class_insights: int = 30
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
        cells: One row per language, level and phase: learners, scored, responses, engagement with low and
            high, the dimensions, trend, falling, rising.
        weeks: One row per language and week: learners, responses, engagement with low and high.
        groups: One row per language and group: learners, engagement, trend, achievement, example, attention.
        drivers: One row per driver and direction: learners, contribution.
        class_insights: Rows of gold.insights about the class.
        attention: Learners who need attention, the most urgent first.
        stops: Per day of a forecast: learners foreseen, likely to stop, and the number expected to.
        validation: Rows of gold.validation: of everybody, in tenths, and flagged.
        limits: Where the frames were cut.
    """

    cohort: str
    learners: int
    active_hours: float
    first_at: datetime | None
    last_at: datetime | None
    ledger: pd.DataFrame
    tallies: pd.DataFrame
    cells: pd.DataFrame
    weeks: pd.DataFrame
    groups: pd.DataFrame
    drivers: pd.DataFrame
    class_insights: pd.DataFrame
    attention: pd.DataFrame
    stops: pd.DataFrame
    validation: pd.DataFrame
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
        return int(self.groups["attention"].sum())

    @property
    def languages(self) -> list[str | None]:
        """Languages of the cells, the one with most learners first."""
        largest = self.cells.groupby("language", dropna=False)["learners"].sum().sort_index()
        ordered = largest.sort_values(ascending=False, kind="stable").index
        return [value if isinstance(value, str) else None for value in ordered]


def with_intervals(means: pd.DataFrame) -> pd.DataFrame:
    """Add `engagement_low` and `engagement_high` to mean scores: a 90 % interval of each mean.

    Two things make a mean uncertain: learners differ, and each learner's score is itself uncertain. The
    wider of both counts. How much learners differ is pooled over the rows of a language (the within-cell
    variance of a one-way analysis of variance), so that a cell of two learners who happen to agree does
    not look certain.

    Args:
        means: One row per mean, with language, scored (learners behind the mean), engagement, variance
            (between them; null for one) and error_variance (of the mean, from the learners' intervals).
    """
    freedom = (means["scored"] - 1).clip(lower=0)
    languages = means["language"].fillna("")
    within = (freedom * means["variance"].fillna(0.0)).groupby(languages).transform("sum")
    pooled = within / freedom.groupby(languages).transform("sum").replace(0, np.nan)
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
