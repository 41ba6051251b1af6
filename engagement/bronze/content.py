"""What a client wrote, in one form: two deliveries of an event get one id, two events never do."""

from collections.abc import Callable, Sequence

from pyspark.sql import Column, functions as F

from engagement.bronze.texts import try_cast

# The keys that these parts have by the specification; others may come, and are told apart as well.
_ACTOR = ("id", "type")
_CONTEXT = ("channel", "env", "sid", "did", "rollup")
_PDATA = ("id", "pid", "ver")
_OBJECT = ("id", "type", "ver", "rollup")
_EDATA = (
    *("type", "subtype", "mode", "stageid", "pageid", "id", "target", "duration", "level", "message", "uri"),
    *("extra", "summary"),
)
_NESTED = ("pdata", "cdata")


def event_id(
    event: Column, ets_milliseconds: Column, pdata: Column, cdata_text: Column, objects: Column
) -> Column:
    """Return the SHA-256 of an event's content, hex.

    The content is eid, ets as a number, mid, actor, context, object, tags and edata; what servers add is
    left out. Neither the order of keys nor white space matters in the eight parts and in pdata, cdata and
    values; deeper text counts as it was written. Null, absent and empty parts are alike. Servers that write
    ets as 1.5E12 write the other numbers so too: those of edata and values count by their value.

    Args:
        event: Struct of `EVENT_SHAPE`.
        ets_milliseconds: Its client time.
        pdata: Its context.pdata as a map of text.
        cdata_text: JSON of its context.cdata, read as `CDATA_SHAPE`.
        objects: Its edata.values as a list of maps (`engagement.bronze.answers.listed_objects`).
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
        _pairs(context["cdata"], cdata_text).alias("cdata"),
        _fields(event["object"], _OBJECT).alias("object"),
        _fields(edata, _EDATA, elsewhere=("values",), of=_by_value).alias("edata"),
        F.coalesce(F.to_json(_in_one_form(objects, edata["values"])), edata["values"]).alias("values"),
    )
    return F.sha2(F.to_json(content), 256)


def _fields(
    part: Column,
    names: Sequence[str],
    *,
    elsewhere: Sequence[str] = (),
    of: Callable[[Column], Column] = lambda text: text,
) -> Column:
    """A map's entries as a struct of the known ones; where it has others, all follow in the order of keys."""
    listed = [part[name].isNotNull().cast("int") for name in (*names, *elsewhere)]
    count = listed[0]
    for one in listed[1:]:
        count = count + one
    filled = _filled(part)
    others = F.when(
        F.size(part) > count,
        F.when(F.size(filled) > count, F.sort_array(F.map_entries(_each(_without(filled, elsewhere), of)))),
    )
    return F.struct(*(of(part[name]).alias(name) for name in names), others.alias("others"))


def _filled(pairs: Column) -> Column:
    return F.map_filter(pairs, lambda _, value: value.isNotNull())


def _without(pairs: Column, names: Sequence[str]) -> Column:
    return F.map_filter(pairs, lambda key, _: ~key.isin(*names)) if names else pairs


def _each(pairs: Column, of: Callable[[Column], Column]) -> Column:
    return F.transform_values(pairs, lambda _, value: of(value))


def _by_value(text: Column) -> Column:
    """A number without the ways in which it can be written: 2.0 is 2, and 1.5E3 is 1500."""
    is_scientific = text.contains("E") & text.rlike(r"^-?[0-9.]+E-?[0-9]+$")
    plain = F.regexp_replace(try_cast(text, "decimal(38,9)").cast("string"), r"\.?0+$", "")
    return (
        F.when(text.endswith(".0"), text.substr(F.lit(1), F.length(text) - 2))
        .when(is_scientific, F.coalesce(plain, text))
        .otherwise(text)
    )


def _in_one_form(objects: Column, text: Column) -> Column:
    """Maps without nulls, numbers by their value, keys in order."""
    # So the app writes them; then they are left alone, which is cheaper.
    is_one = (
        ~text.contains("null")
        & ~text.contains(".0")
        & ~text.rlike("[0-9.]E")
        & F.forall(objects, lambda pairs: F.size(pairs) <= 1)
    )
    return F.when(is_one, objects).otherwise(F.transform(objects, _ordered))


def _ordered(pairs: Column) -> Column:
    filled = _each(_filled(pairs), _by_value)
    keys = F.map_keys(filled)
    # A key that is there twice keeps its place: a map made anew would take it for an error.
    is_map = F.size(F.array_distinct(keys)) == F.size(keys)
    return F.when(is_map, F.map_from_entries(F.sort_array(F.map_entries(filled)))).otherwise(filled)


def _pairs(text: Column, ordered: Column) -> Column:
    """A list of pairs as text with the keys in order, where pairs are all that the list holds."""
    # Order does not change the length; anything that the pairs do not hold does.
    return F.when(F.octet_length(ordered) == F.octet_length(text), ordered).otherwise(text)
