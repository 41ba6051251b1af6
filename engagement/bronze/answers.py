"""A RESPONSE's values: a list of single-key maps in the app, one object elsewhere."""

from pyspark.sql import Column, functions as F

from engagement.bronze.texts import try_cast

_FIELDS = (
    *("original_text", "response_text", "response_correct_words_array", "response_incorrect_words_array"),
    *("response_word_result", "accuracy_percentage", "duration", "level", "isCorrect", "profanity"),
)


def listed_objects(edata: Column) -> Column:
    """Return edata.values as a list of maps of text; null where it is neither a list nor an object."""
    text = edata["values"]
    listed = F.when(text.startswith("{"), F.concat(F.lit("["), text, F.lit("]"))).otherwise(text)
    return F.from_json(listed, "ARRAY<MAP<STRING,STRING>>")


def filled_entries(objects: Column) -> Column:
    """Return the entries of all maps of `listed_objects` in turn: structs of key and value, no value null."""
    entries = F.flatten(F.transform(F.array_compact(objects), F.map_entries))
    return F.filter(entries, lambda entry: entry["value"].isNotNull())


def told_in(entries: Column) -> Column:
    """Return what `filled_entries` tell as one struct of text: of each field the first value."""
    places = {name: (F.array_position(entries["key"], name) - 1).cast("int") for name in _FIELDS}
    return F.struct(*(F.get(entries["value"], place).alias(name) for name, place in places.items()))


def answer_columns(edata: Column, told: Column) -> dict[str, Column]:
    """Return a RESPONSE's columns of bronze.events; what the learner said is counted, not kept.

    Args:
        edata: The event's edata map.
        told: `told_in` of its values.
    """
    target = edata["target"]
    is_object = target.startswith("{")
    return {
        "audio_key": F.when(~is_object & (F.trim(target) != ""), target),
        "target_id": F.when(is_object, F.get_json_object(target, "$.id")),
        "original_text": told["original_text"],
        "response_words": word_count(told["response_text"]),
        "words_correct": F.json_array_length(told["response_correct_words_array"]),
        "words_incorrect": F.json_array_length(told["response_incorrect_words_array"]),
        "word_result": F.lower(told["response_word_result"]),
        "accuracy": _within(try_cast(told["accuracy_percentage"], "double"), 0, 100),
        "duration_seconds": _within(try_cast(told["duration"], "double"), 0, 86_400),
        "response_level": level(told["level"]),
        "is_correct": _truth(told["isCorrect"]),
        "is_profane": _truth(told["profanity"]),
    }


def level(text: Column) -> Column:
    """Return a level as m0 … m15; null for anything else."""
    lowered = F.lower(F.trim(text))
    return F.when(lowered.rlike("^m([0-9]|1[0-5])$"), lowered)


def word_count(text: Column) -> Column:
    """Return the words between white space, any script's; 0 for blank text, null for none."""
    return F.regexp_count(text, F.lit(r"(?U)\S+"))


def _within(number: Column, low: float, high: float) -> Column:
    return F.when(number.between(low, high), number)


def _truth(text: Column) -> Column:
    lowered = F.lower(text)
    return F.when(lowered.isin("true", "1", "yes"), True).when(lowered.isin("false", "0", "no"), False)
