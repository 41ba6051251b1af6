"""A RESPONSE's values: a list of single-key maps in the app, one object elsewhere."""

from pyspark.sql import Column, functions as F

from engagement.bronze.texts import try_cast

_FIELDS = (
    *("original_text", "response_text", "response_correct_words_array", "response_incorrect_words_array"),
    *("response_word_result", "accuracy_percentage", "duration", "level", "isCorrect", "profanity"),
)
VALUES_SHAPE = f"ARRAY<STRUCT<{', '.join(f'{name} STRING' for name in _FIELDS)}>>"


def values_list(edata: Column) -> Column:
    """Return edata.values as `VALUES_SHAPE`; null where it is neither a list nor an object."""
    text = edata["values"]
    return F.from_json(
        F.when(text.startswith("{"), F.concat(F.lit("["), text, F.lit("]"))).otherwise(text), VALUES_SHAPE
    )


def answer_columns(edata: Column, values: Column) -> dict[str, Column]:
    """Return a RESPONSE's columns of bronze.events; what the learner said is counted, not kept.

    Args:
        edata: The event's edata map.
        values: `values_list` of it.
    """
    target = edata["target"]
    is_object = target.startswith("{")
    return {
        "audio_key": F.when(~is_object & (F.trim(target) != ""), target),
        "target_id": F.when(is_object, F.get_json_object(target, "$.id")),
        "original_text": _value(values, "original_text"),
        "response_words": word_count(_value(values, "response_text")),
        "words_correct": _length(_value(values, "response_correct_words_array")),
        "words_incorrect": _length(_value(values, "response_incorrect_words_array")),
        "word_result": F.lower(_value(values, "response_word_result")),
        "accuracy": _within(try_cast(_value(values, "accuracy_percentage"), "double"), 0, 100),
        "duration_seconds": _within(try_cast(_value(values, "duration"), "double"), 0, 86_400),
        "response_level": level(_value(values, "level")),
        "is_correct": _truth(_value(values, "isCorrect")),
        "is_profane": _truth(_value(values, "profanity")),
    }


def level(text: Column) -> Column:
    """Return a level as m0 … m15; null for anything else."""
    lowered = F.lower(F.trim(text))
    return F.when(lowered.rlike("^m([0-9]|1[0-5])$"), lowered)


def word_count(text: Column) -> Column:
    """Return the words between white space, any script's; 0 for blank text, null for none."""
    words = F.filter(F.split(text, r"(?U)\s+"), lambda word: word != "")
    return F.when(text.isNotNull(), F.size(words))


def _value(values: Column, name: str) -> Column:
    return F.get(F.array_compact(values[name]), F.lit(0))


def _length(array_text: Column) -> Column:
    items = F.from_json(array_text, "ARRAY<STRING>")
    return F.when(items.isNotNull(), F.size(items))


def _within(number: Column, low: float, high: float) -> Column:
    return F.when(number.between(low, high), number)


def _truth(text: Column) -> Column:
    lowered = F.lower(text)
    return F.when(lowered.isin("true", "1", "yes"), True).when(lowered.isin("false", "0", "no"), False)
