"""What a client wrote, in one form: two deliveries of an event get one id, two events never do."""

from pyspark.sql import Column, functions as F

_NESTED_CONTEXT = ("pdata", "cdata")


def event_id(event: Column, ets_milliseconds: Column) -> Column:
    """Return the SHA-256 of an event's content, hex.

    The content is eid, ets as a number, mid, actor, context, object, tags and edata; what servers add is
    left out. Neither the order of keys nor white space matters in the eight parts and in pdata, cdata and
    values; deeper text counts as it was written. Parts that are null or absent are alike.

    Args:
        event: Struct of `EVENT_SHAPE`.
        ets_milliseconds: Its client time.
    """
    context, edata = event["context"], event["edata"]
    content = F.struct(
        event["eid"].alias("eid"),
        ets_milliseconds.alias("ets"),
        event["mid"].alias("mid"),
        event["tags"].alias("tags"),
        _entries(event["actor"]).alias("actor"),
        _entries(F.map_filter(context, lambda key, _: ~key.isin(*_NESTED_CONTEXT))).alias("context"),
        _object(context["pdata"]).alias("pdata"),
        _list_of_objects(context["cdata"]).alias("cdata"),
        _entries(event["object"]).alias("object"),
        _entries(F.map_filter(edata, lambda key, _: key != "values")).alias("edata"),
        _list_of_objects(edata["values"]).alias("values"),
    )
    return F.sha2(F.to_json(content), 256)


def _entries(pairs: Column) -> Column:
    """The filled entries of a map, in the order of their keys."""
    return F.sort_array(F.map_entries(F.map_filter(pairs, lambda _, value: value.isNotNull())))


def _object(text: Column) -> Column:
    """A nested object as text, its keys in order; text that is no object as it stands."""
    return F.coalesce(F.to_json(_entries(F.from_json(text, "MAP<STRING,STRING>"))), text)


def _list_of_objects(text: Column) -> Column:
    """A list of objects, or one object, as text with the keys in order; anything else as it stands."""
    objects = F.from_json(text, "ARRAY<MAP<STRING,STRING>>")
    ordered = F.when(text.startswith("["), F.to_json(F.transform(objects, _entries)))
    return F.coalesce(ordered, F.when(text.startswith("{"), _object(text)), text)
