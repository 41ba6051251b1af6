"""What is measured to prove a score: the table of figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engagement.schemas.enums import Dimension


class Kind(StrEnum):
    """How a figure comes out of observations."""

    MEAN = "mean"  # of x
    CORRELATION = "correlation"  # of x and y
    RELIABILITY = "reliability"  # the same, of two halves, lengthened to the whole (Spearman-Brown)
    DIFFERENCE = "difference"  # of the means of x where y is 1 and where y is 0
    PARTIAL = "partial"  # the correlation of x and y, z taken out of both
    RESIDUAL = "residual"  # the mean of x beside what y and z lead one to expect


NEEDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.MEAN: ("x",),
    Kind.CORRELATION: ("x", "y"),
    Kind.RELIABILITY: ("x", "y"),
    Kind.DIFFERENCE: ("x", "y"),
    Kind.PARTIAL: ("x", "y", "z"),
    Kind.RESIDUAL: ("x", "y", "z"),
}


@dataclass(frozen=True)
class Measure:
    """One figure.

    Attributes:
        kind: How it comes out of observations.
        meaning: What it says, with its unit.
        is_gap: Whether it is a gap in points, flagged where it is large.
    """

    kind: Kind
    meaning: str
    is_gap: bool = False


MEASURES: Mapping[str, Measure] = {
    "split_half_reliability": Measure(
        Kind.RELIABILITY,
        "Agreement of a phase's odd and even responses, lengthened (Spearman-Brown)",
    ),
    "split_half_reliability_visits": Measure(
        Kind.RELIABILITY, "The same of odd and even visits, which share no fact of one visit"
    ),
    "return_next_week": Measure(
        Kind.PARTIAL, "Correlation of a week's score with coming back the week after, skill out"
    ),
    "sets_finished_next_week": Measure(
        Kind.PARTIAL,
        "Correlation of a week's score with the sets finished the week after, skill out",
    ),
    "level_passed_next_week": Measure(
        Kind.PARTIAL,
        "Correlation of a week's score with reaching a higher level the week after, skill out",
    ),
    "skill": Measure(Kind.CORRELATION, "Correlation of a week's score with the learner's accuracy so far"),
    "stayed_against_stopped": Measure(
        Kind.DIFFERENCE,
        "Score of weeks before learners went on, less that of weeks before silence, points",
    ),
    "passed_against_failed": Measure(
        Kind.DIFFERENCE, "Score, without cognition, of phases whose last set was passed, less failed, points"
    ),
    **{
        f"{dimension}_adds": Measure(
            Kind.PARTIAL,
            f"What the {dimension} dimension adds: correlation with return, the rest of the score out",
        )
        for dimension in Dimension
    },
    "voice_shift": Measure(Kind.MEAN, "What voice adds to a phase's score on average, points", is_gap=True),
    "voice_change": Measure(Kind.MEAN, "How far a phase's score moves without voice, either way, points"),
    "voice_agreement": Measure(Kind.CORRELATION, "Correlation of the phase's score with and without voice"),
    "score_residual": Measure(
        Kind.RESIDUAL,
        "A week's score beside what return and skill lead one to expect, points",
        is_gap=True,
    ),
    "group_kept": Measure(Kind.MEAN, "Share of learners who keep their group when responses are drawn again"),
}


def of_kind(*kinds: Kind) -> tuple[str, ...]:
    """Return the measures of some kinds."""
    return tuple(name for name, measure in MEASURES.items() if measure.kind in kinds)
