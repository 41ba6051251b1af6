"""A set result as the product writes it, in a LOG's message or in an export row."""

from pyspark.sql import Column, functions as F

from engagement.bronze.answers import level
from engagement.bronze.texts import try_cast
from engagement.schemas.enums import SetResult

# Spellings of one field, the present one first.
_SPELLINGS = {
    "session_result": ("sessionResult",),
    "current_level": ("currentLevel",),
    "previous_level": ("previous_level", "previousLevel"),
    "total_targets": ("totalTargets",),
    "total_syllables": ("totalSyllables",),
    "fluency": ("fluency",),
    "fluency_result": ("fluencyResult",),
    "prosody_result": ("prosodyResult",),
    "percentage": ("percentage",),
    "targets_percentage": ("targetsPercentage",),
    "total_correctness_score": ("total_correctness_score", "totalCorrectnessScore"),
    "comprehension_score": ("comprehensionScore",),
}
_TEXTS = ("fluency_result", "prosody_result")
FIELD_NAMES = tuple(spelling for spellings in _SPELLINGS.values() for spelling in spellings)
SHAPE = ", ".join(f"{name} STRING" for name in FIELD_NAMES)


def logged_message(event: Column) -> Column:
    """Return the message of a LOG that may tell a set result, as a struct of `SHAPE`; null elsewhere."""
    edata = event["edata"]
    is_call = (event["eid"] == "LOG") & (edata["type"] == "api_call")
    is_milestone = is_call & edata["pageid"].isin("discovery", "practice")
    return F.from_json(F.when(is_milestone, edata["message"]), SHAPE)


def logged_set_result(message: Column) -> Column:
    """Return the set result in `logged_message` as the struct of bronze.events; null where there is none."""
    columns = result_columns(message)
    told = columns["session_result"].isNotNull() | columns["current_level"].isNotNull()
    return F.when(told, F.struct(*(column.alias(name) for name, column in columns.items())))


def result_columns(message: Column) -> dict[str, Column]:
    """Return a set result's columns by name, typed.

    Args:
        message: Struct with the fields of `SHAPE`.
    """
    raw = {name: F.coalesce(*(message[s] for s in spellings)) for name, spellings in _SPELLINGS.items()}
    typed = {name: text if name in _TEXTS else try_cast(text, "double") for name, text in raw.items()}
    return {
        **typed,
        "session_result": result(raw["session_result"]),
        "current_level": level(raw["current_level"]),
        "previous_level": level(raw["previous_level"]),
    }


def result(text: Column) -> Column:
    """Return pass, fail or no_result; null for anything else."""
    coded = F.replace(F.lower(F.trim(text)), F.lit(" "), F.lit("_"))
    return F.when(coded.isin(*(outcome.value for outcome in SetResult)), coded)
