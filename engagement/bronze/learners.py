"""Raw ids in an event's envelope: who may have been the learner, at which device, in which school.

The columns end in `_raw` and live only until the job has made pseudonyms of them.
"""

from pyspark.sql import Column, functions as F

# The app fills ids that it does not have with these.
_NO_ID = ("", "anonymous")

CDATA_SHAPE = "ARRAY<STRUCT<type STRING, id STRING>>"


def raw_ids(event: Column, filled: Column) -> dict[str, Column]:
    """Return the raw ids by column name; null where an id is missing, empty or "anonymous".

    Args:
        event: Struct of `EVENT_SHAPE`.
        filled: `filled_cdata` of the event.
    """
    context = event["context"]
    device, actor = filled_id(context["did"]), filled_id(event["actor"]["id"])
    # "<user>/<buddy>": two learners at one device, scored for the first.
    pair = F.split(of_type(filled, "Buddy User"), "/", 2)
    return {
        "device_raw": F.coalesce(device, filled_id(context["sid"]), actor),
        "virtual_raw": of_type(filled, "virtualId"),
        "user_raw": F.coalesce(of_type(filled, "User"), filled_id(F.get(pair, F.lit(0)))),
        "buddy_raw": filled_id(F.get(pair, F.lit(1))),
        "actor_raw": F.when(actor != F.coalesce(device, F.lit("")), actor),
        "content_session_raw": of_type(filled, "ContentSession"),
        "school_raw": F.coalesce(of_type(filled, "udise_code"), of_type(filled, "school_name")),
    }


def filled_cdata(cdata: Column) -> Column:
    """Return the pairs of cdata (`CDATA_SHAPE`) whose id is one."""
    return F.filter(cdata, lambda pair: filled_id(pair["id"]).isNotNull())


def of_type(filled: Column, kind: str) -> Column:
    """Return the first id of one type in `filled_cdata`; null when there is none."""
    place = F.array_position(filled["type"], kind).cast("int")
    return F.trim(F.get(filled["id"], place - 1))


def filled_id(raw: Column) -> Column:
    """Return an id without white space around it; null where it is empty or "anonymous"."""
    trimmed = F.trim(raw)
    return F.when(~F.lower(trimmed).isin(*_NO_ID), trimmed)
