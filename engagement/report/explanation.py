"""One learner's scores → the screen of `explain`: each taken apart down to the lines that it came from."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from engagement.gold.drivers import CHANGE_SUFFIX
from engagement.gold.indicators import INDICATORS
from engagement.report import words
from engagement.report.cells import Row, where
from engagement.report.explained import ExplainedPhase
from engagement.report.grids import Grid
from engagement.report.plain import heading, paragraph, text_grid
from engagement.schemas.enums import Dimension

_INDICATORS = {indicator.name: indicator for indicator in INDICATORS}
_WINDOWS = {"windows": "Sliding windows by count", "windows_by_time": "Sliding windows by time"}
_MOMENT = "%d %b %Y %H:%M:%S"


def explanation_text(phases: Sequence[ExplainedPhase], dimension_weights: Mapping[str, float]) -> str:
    """Return the screen.

    Args:
        phases: What to explain.
        dimension_weights: Weight of each dimension in the formula.
    """
    return "\n".join(line for each in phases for line in _phase(each, dimension_weights))


def _phase(explained: ExplainedPhase, dimension_weights: Mapping[str, float]) -> list[str]:
    phase = explained.phase
    return [
        heading(where(phase)),
        *(paragraph(sentence) for sentence in _score(phase, dimension_weights)),
        "",
        *([text_grid(_drivers(phase))] if phase["drivers"] else []),
        *(text_grid(_windows(phase, name, title)) for name, title in _WINDOWS.items() if phase[name]),
        f"  The last {len(explained.responses)} of {words.plural(phase['responses'], 'response')}",
        *(f"    {line}" for response in explained.responses for line in _response(response)),
    ]


def _score(phase: Row, dimension_weights: Mapping[str, float]) -> list[str]:
    dimensions = ", ".join(
        f"{dimension} {words.number(phase[dimension], decimals=1)} (weight {dimension_weights[dimension]:g})"
        for dimension in Dimension
    )
    basis = (
        f"{words.plural(phase['responses'], 'response')} in {words.plural(phase['sessions'], 'session')} "
        f"from {words.day(phase['started_at'])} to {words.day(phase['ended_at'])}, "
        f"usable voice in {words.share(phase['voiced_share'], 1)}"
    )
    if phase["engagement"] is None:
        return [f"No score: {words.said(words.NO_SCORES, phase['reason'])}.", basis]
    return [
        f"Engagement {words.number(phase['engagement'], decimals=1)}, 90 % interval "
        f"{words.interval(phase['engagement_low'], phase['engagement_high'])}; {_trend(phase)}",
        dimensions,
        basis,
        f"Formula {phase['formula_version']}, emotion model {_short(phase['emotion_model'])}, "
        f"tone model {_short(phase['tone_model'])}",
    ]


def _trend(phase: Row) -> str:
    if phase["trend"] is None:
        return "too short for a trend"
    trend, low, high = (
        words.number(phase[name], decimals=1, signed=True) for name in ("trend", "trend_low", "trend_high")
    )
    return f"trend {trend} points a week, 90 % interval {low} to {high}"


def _drivers(phase: Row) -> Grid:
    """Return the contributions; with 50 they sum to the score."""
    rows = [["50.00", "average of the language's population", "", "", "", ""]]
    rows += [
        [
            words.number(driver["contribution"], decimals=2, signed=True),
            words.driver(driver["driver"]),
            driver["dimension"] or "",
            _weight(driver["driver"]),
            words.number(driver["value"], decimals=2),
            words.number(driver["reference"], decimals=2),
        ]
        for driver in phase["drivers"]
    ]
    rows.append([words.number(phase["engagement"], decimals=2), "engagement", "", "", "", ""])
    title = "What makes it up (an indicator's own past is the baseline of its change)"
    return Grid(
        title, ["points", "", "dimension", "weight", "here", "baseline"], rows, frozenset({0, 3, 4, 5})
    )


def _weight(driver: str) -> str:
    """Return the weight of an indicator's level or change within its dimension; of others, nothing."""
    indicator = _INDICATORS.get(driver.removesuffix(CHANGE_SUFFIX))
    if indicator is None:
        return ""
    share = 1 - indicator.level_share if driver.endswith(CHANGE_SUFFIX) else indicator.level_share
    return words.number(indicator.weight * share, decimals=2)


def _windows(phase: Row, name: str, title: str) -> Grid:
    rows = [
        [
            f"{window['started_at']:{_MOMENT}}",
            f"{window['ended_at']:{_MOMENT}}",
            words.count(window["responses"]),
            words.number(window["engagement"], decimals=1),
        ]
        for window in phase[name]
    ]
    return Grid(title, ["from", "to", "responses", "engagement"], rows, frozenset({2, 3}))


def _response(response: Row) -> list[str]:
    dimensions = ", ".join(
        f"{dimension} {words.number(response[dimension])}"
        for dimension in Dimension
        if response[dimension] is not None
    )
    return [
        f"{response['responded_at']:{_MOMENT}}  {words.number(response['engagement'])}  ({dimensions})",
        f"    {_answer(response)}",
        f"    {_recording(response)}",
        f"    {_line(response)}",
    ]


def _answer(response: Row) -> str:
    accuracy = words.share(response["accuracy"], 100) if response["accuracy"] is not None else "not told"
    return (
        f"{response['response_type'] or 'answer'}, accuracy {accuracy}, "
        f"{words.number(response['duration_seconds'])} s; learner known by {response['identity']}"
    )


def _recording(response: Row) -> str:
    if response["voice_status"] is None:
        return "no recording"
    if response["arousal"] is None:
        return f"recording: {words.said(words.VOICE_STATUSES, response['voice_status'])}"
    return (
        f"arousal {words.number(response['arousal'], decimals=2)}, "
        f"valence {words.number(response['valence'], decimals=2)}, "
        f"prosody {words.number(response['tone_prosody'], decimals=1)}, "
        f"fluency {words.number(response['tone_fluency'], decimals=1)}"
    )


def _line(response: Row) -> str:
    if response["source_file"] is None:
        return "its event is no longer in bronze.events"
    file = PurePosixPath(response["source_file"]).name
    return f"{file}, line {response['source_line']:.0f}, message {response['mid'] or words.NOT_TOLD}"


def _short(sha256: str | None) -> str:
    return sha256[:12] if sha256 else "none"
