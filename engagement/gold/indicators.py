"""The indicators of engagement: the one table of what is measured, which way it counts, and on whose word.

An indicator is one column of the evidence (engagement/gold/evidence.py), in a unit of its own. Two terms of
it enter the score: its *level* against the language's reference, and its *change* against the learner's own
past. What a learner does tells engagement by its level. Where ability or the learner's own voice would show
in the level, most of the weight is on the change instead: engagement is not skill, and nobody is judged by
the voice he was born with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engagement.schemas.enums import Dimension, Phase


class Unit(StrEnum):
    """What an indicator's figure means to a reader."""

    DAYS = "days"
    ANSWERS = "answers"
    SECONDS = "seconds"
    SHARE = "share"  # 0–1
    PERCENTAGE_POINTS = "percentage_points"
    SCALE_10 = "scale_10"  # 0–10, the experts' scale
    SEMITONES = "semitones"


_ALWAYS_UP: Mapping[Phase, int] = {Phase.DISCOVERY: 1, Phase.PRACTICE: 1, Phase.SHOWCASE: 1}
_ALWAYS_DOWN: Mapping[Phase, int] = {Phase.DISCOVERY: -1, Phase.PRACTICE: -1, Phase.SHOWCASE: -1}
# A placement asks for things that are too easy: sounding bored there may be ease, so it says nothing.
_DOWN_AFTER_DISCOVERY: Mapping[Phase, int] = {Phase.DISCOVERY: 0, Phase.PRACTICE: -1, Phase.SHOWCASE: -1}


@dataclass(frozen=True)
class Indicator:
    """One measure of engagement at a response.

    Attributes:
        name: Column of the evidence.
        dimension: Dimension that it belongs to.
        weight: Weight within its dimension; a dimension's weights sum to 1. It applies to a response's
            deviations. Behaviour's are half a stated prior, which speaks of a phase's deviations, and half an
            unsupervised fit: the loadings of the one common factor of the phases' means in simulated classes,
            over how far such means vary (tests/benchmarks/score_truth); then adjusted by hand against the
            truth of three of these classes.
        level_share: Share of the level term, 0–1; the change term has the rest.
        unit: Unit of the figure shown.
        is_of_visit: One value stands for all responses of a visit: a fact told once, however many they are.
        is_logarithm: The column holds ln(1 + x); figures are shown as x.
        signs: Whether more of it means more (1) or less (-1) engagement, by phase; 0: it says nothing there.
        source: Why it tells engagement.
    """

    name: str
    dimension: Dimension
    weight: float
    level_share: float
    unit: Unit
    source: str
    is_of_visit: bool = False
    is_logarithm: bool = False
    signs: Mapping[Phase, int] = field(default_factory=lambda: _ALWAYS_UP)


INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "days_away", Dimension.BEHAVIOURAL, 0.08, 0.9, Unit.DAYS,
        "Who comes back soon wants to: regularity of visits foretells persistence in online courses "
        "(Crossley et al. 2016). Skewed, hence the logarithm.",
        is_of_visit=True, is_logarithm=True, signs=_ALWAYS_DOWN,
    ),
    Indicator(
        "visit_answers", Dimension.BEHAVIOURAL, 0.13, 0.9, Unit.ANSWERS,
        "How much a learner does once there is the plainest behavioural engagement (Fredricks et al. 2004).",
        is_of_visit=True, is_logarithm=True,
    ),
    Indicator(
        "idling", Dimension.BEHAVIOURAL, 0.21, 0.9, Unit.SECONDS,
        "Time between two answers in which nothing is done goes with being off task (Baker 2007); active "
        "time is what is left. Skewed, hence the logarithm.",
        is_logarithm=True, signs=_ALWAYS_DOWN,
    ),
    Indicator(
        "answered", Dimension.BEHAVIOURAL, 0.19, 0.9, Unit.SHARE,
        "A blank answer, or one given sooner than the text can be said, shows no effort "
        "(response-time effort, Wise & Kong 2005).",
    ),
    Indicator(
        "uneven_pace", Dimension.BEHAVIOURAL, 0.10, 0.9, Unit.SHARE,
        "Who works with care keeps a pace; one that jumps away from the learner's own usual tells of effort "
        "that comes and goes (reasoned).",
        is_logarithm=True, signs=_ALWAYS_DOWN,
    ),
    Indicator(
        "hasty", Dimension.BEHAVIOURAL, 0.09, 0.9, Unit.SHARE,
        "Less than half of the time that the text takes on this tablet is a rapid guess (a share of the "
        "item's mean time as threshold: Wise & Ma 2012, who take a tenth; reading aloud leaves less room).",
        signs=_ALWAYS_DOWN,
    ),
    Indicator(
        "dawdling", Dimension.BEHAVIOURAL, 0.05, 0.4, Unit.SHARE,
        "Time beyond what the text takes on this tablet goes with being off task (Beck 2005). Mostly change: "
        "slow readers are not unwilling.",
        is_logarithm=True, signs=_ALWAYS_DOWN,
    ),
    Indicator(
        "retried", Dimension.BEHAVIOURAL, 0.08, 0.9, Unit.SHARE,
        "Trying again after a failure is persistence (Ventura & Shute 2013).",
    ),
    Indicator(
        "microphone_used", Dimension.BEHAVIOURAL, 0.05, 0.9, Unit.SHARE,
        "Where recording is on, answering without it what others speak is an act of the learner; "
        "a recording that was lost on its way is not (reasoned).",
    ),
    Indicator(
        "set_left", Dimension.BEHAVIOURAL, 0.02, 0.9, Unit.SHARE,
        "Leaving a showcase unfinished is giving up for the day (reasoned; seldom seen, hence the weight).",
        signs=_ALWAYS_DOWN,
    ),
    Indicator(
        "accuracy_gain", Dimension.COGNITIVE, 0.75, 0.5, Unit.PERCENTAGE_POINTS,
        "Accuracy above what the text, level and language lead one to expect, of the last try at a text: who "
        "tries again meets more failures. Its level holds ability as well as effort; its change, the "
        "learner's improvement, is mostly effort: hence the shares.",
    ),
    Indicator(
        "sets_passed", Dimension.COGNITIVE, 0.25, 0.5, Unit.SHARE,
        "Sets of this level and phase that the product reported as passed: effort that came to something "
        "(reasoned; a small weight, for ability passes sets too).",
        is_of_visit=True,
    ),
    Indicator(
        "arousal", Dimension.EMOTIONAL, 0.40, 0.3, Unit.SHARE,
        "An activated voice goes with involvement (activation axis of affect, Russell 1980).",
    ),
    Indicator(
        "boredom", Dimension.EMOTIONAL, 0.30, 0.3, Unit.SHARE,
        "Boredom goes with disengagement and poorer learning (Baker et al. 2010).",
        signs=_DOWN_AFTER_DISCOVERY,
    ),
    Indicator(
        "positive_affect", Dimension.EMOTIONAL, 0.30, 0.3, Unit.SHARE,
        "Enjoyment goes with engagement (control-value theory, Pekrun 2006).",
    ),
    Indicator(
        "prosody", Dimension.VOCAL, 0.30, 0.2, Unit.SCALE_10,
        "Reading with rhythm and intonation takes attention to what is read (reasoned).",
    ),
    Indicator(
        "fluency", Dimension.VOCAL, 0.25, 0.1, Unit.SCALE_10,
        "Fluency is skill first: what counts is nearly all change against the learner's own past (reasoned).",
    ),
    Indicator(
        "hesitation", Dimension.VOCAL, 0.20, 0.2, Unit.SHARE,
        "More and longer pauses than one's own usual ones tell a wandering mind (reasoned).",
        signs=_ALWAYS_DOWN,
    ),
    Indicator(
        "liveliness", Dimension.VOCAL, 0.25, 0.2, Unit.SEMITONES,
        "A wide pitch range is heard as lively and interested speech (Hincks 2005).",
    ),
)  # fmt: skip

NAMES: tuple[str, ...] = tuple(indicator.name for indicator in INDICATORS)


def of_dimension(dimension: Dimension) -> tuple[Indicator, ...]:
    """Return the indicators of one dimension."""
    return tuple(indicator for indicator in INDICATORS if indicator.dimension is dimension)
