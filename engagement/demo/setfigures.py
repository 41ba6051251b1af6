"""The figures that the product gives about a finished set, for its log line and its database."""

from random import Random
from typing import Any

from engagement.demo.diary import SetResult

SYLLABLES_PER_WORD = 2


def set_figures(result: SetResult) -> dict[str, Any]:
    """Return the figures as the app logs them; they follow from the set's accuracy."""
    draw = Random(f"set:{result.sub_session}")
    syllables = SYLLABLES_PER_WORD * result.words
    targets = SYLLABLES_PER_WORD * result.words_missed
    fluency = round(max(0.2, (100 - result.accuracy) / 12 + draw.gauss(0, 0.4)), 2)
    percentage = round(result.accuracy)
    return {
        "sessionResult": "pass" if result.passed else "fail",
        "totalTargets": targets,
        "currentLevel": result.following.level_name,
        "previous_level": result.position.level_name,
        "totalSyllables": syllables,
        "fluency": fluency,
        "fluencyResult": "pass" if fluency < 6 else "fail",
        "prosodyResult": draw.choices(("Fluent", "Moderately Fluent", "Disfluent"), (5, 3, 1))[0],
        "percentage": percentage,
        "targetsPercentage": round(100 * targets / max(syllables, 1)),
        "total_correctness_score": round(result.accuracy / 10, 1),
        "comprehensionScore": round(min(max(result.accuracy / 20 + draw.gauss(0, 0.4), 0), 5), 1),
    }
