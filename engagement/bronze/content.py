"""What a client wrote, in one form: two deliveries of an event get one id, two events never do."""

from collections.abc import Sequence

from pyspark.sql import Column, functions as F

from engagement.bronze.texts import try_cast

# The keys that these parts have by the specification; others may come, and are told apart as well.
_ACTOR = ("id", "type")
_CONTEXT = ("channel", "env", "sid", "did", "rollup")
_PDATA = ("id", "pid", "ver")
_OBJECT = ("id", "type", "ver", "rollup")
_LISTS = ("values",)
_NESTED = ("pdata", "cdata")


def event_id(event: Column, ets_milliseconds: Column, pdata: Column, cdata: Column) -> Column:
    """Return the SHA-256 of an event's content, hex.

    The content is eid, ets as a number, mid, actor, context, object, tags and edata; what servers add is
    left out. Neither the order of keys nor white space matters in the eight parts and in pdata, cdata and
    values; deeper text counts as it was written. Null, absent and empty parts are alike. Servers that write
    ets as 1.5E12 write the other numbers so too: those of edata and values count by their value.

    Args:
        event: Struct of `EVENT_SHAPE`.
        ets_milliseconds: Its client time.
        pdata: Its context.pdata as a map of text.
        cdata: Its context.cdata as `CDATA_SHAPE`.
    """
    context, edata = event["context"], event["edata"]
    content = F.struct(
        event["eid"].alias("eid"),
        ets_milliseconds.alias("ets"),
        event["mid"].alias("mid"),
        event["tags"].alias("tags"),
        _fields(event["actor"], _ACTOR).alias("actor"),
        _fields(context, _CONTEXT, elsewhere=_NESTED).alias("context"),
        _fields(pdata, _PDATA).alias("pdata"),
        F.when(pdata.isNull(), context["pdata"]).alias("pdata_text"),
        _pairs(context["cdata"], cdata).alias("cdata"),
        _fields(event["object"], _OBJECT).alias("object"),
        _entries(F.when(edata["values"].isNull(), edata).otherwise(_without(edata, _LISTS))).alias("edata"),
        _list_of_objects(edata["values"]).alias("values"),
    )
    return F.sha2(F.to_json(content), 256)


def _fields(part: Column, names: Sequence[str], *, elsewhere: Sequence[str] = ()) -> Column:
    """A map's entries as a struct of the known ones; all the others follow, in the order of their keys."""
    listed = [part[name].isNotNull().cast("int") for name in (*names, *elsewhere)]
    count = listed[0]
    for one in listed[1:]:
        count = count + one
    others = F.when(F.size(part) > count, _sorted(_without(part, (*names, *elsewhere))))
    return F.struct(*(part[name].alias(name) for name in names), others.alias("others"))


def _without(pairs: Column, names: Sequence[str]) -> Column:
    return F.map_filter(pairs, lambda key, value: ~key.isin(*names) & value.isNotNull())


def _entries(pairs: Column) -> Column:
    """The filled entries of a map, numbers by their value, in the order of their keys."""
    filled = F.map_filter(pairs, lambda _, value: value.isNotNull())
    return _sorted(F.transform_values(filled, lambda _, value: _by_value(value)))


def _sorted(pairs: Column) -> Column:
    return F.sort_array(F.map_entries(pairs))


def _by_value(text: Column) -> Column:
    """A number without the ways in which it can be written: 2.0 is 2, and 1.5E3 is 1500."""
    is_scientific = text.contains("E") & text.rlike(r"^-?[0-9.]+E-?[0-9]+$")
    plain = F.regexp_replace(try_cast(text, "decimal(38,9)").cast("string"), r"\.?0+$", "")
    return (
        F.when(text.endswith(".0"), text.substr(F.lit(1), F.length(text) - 2))
        .when(is_scientific, F.coalesce(plain, text))
        .otherwise(text)
    )


def _pairs(text: Column, pairs: Column) -> Column:
    """A list of pairs as text with the keys in order, where pairs are all that the list holds."""
    ordered = F.to_json(pairs)
    # Order does not change the length; anything that the pairs do not hold does.
    return F.when(F.length(ordered) == F.length(text), ordered).otherwise(text)


def _list_of_objects(text: Column) -> Column:
    """A list of objects, or one object, as text with the keys in order; anything else as it stands."""
    listed = F.when(text.startswith("{"), F.concat(F.lit("["), text, F.lit("]"))).otherwise(text)
    objects = F.from_json(listed, "ARRAY<MAP<STRING,STRING>>")
    return F.coalesce(F.to_json(F.transform(objects, _entries)), text)
