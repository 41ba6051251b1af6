"""Raw ids in an event's envelope: who may have been the learner, at which device, in which school.

The columns end in `_raw` and live only until the job has made pseudonyms of them.
"""

from pyspark.sql import Column, functions as F

# The app fills ids that it does not have with these.
_NO_ID = ("", "anonymous")

CDATA_SHAPE = "ARRAY<STRUCT<type STRING, id STRING>>"


def raw_ids(event: Column, cdata: Column) -> dict[str, Column]:
    """Return the raw ids by column name; null where an id is missing, empty or "anonymous".

    Args:
        event: Struct of `EVENT_SHAPE`.
        cdata: The event's context.cdata as `CDATA_SHAPE`.
    """
    context = event["context"]
    device, actor = filled_id(context["did"]), filled_id(event["actor"]["id"])
    # "<user>/<buddy>": two learners at one device, scored for the first.
    pair = F.split(of_type(cdata, "Buddy User"), "/", 2)
    return {
        "device_raw": F.coalesce(device, filled_id(context["sid"]), actor),
        "virtual_raw": of_type(cdata, "virtualId"),
        "user_raw": F.coalesce(of_type(cdata, "User"), filled_id(F.get(pair, F.lit(0)))),
        "buddy_raw": filled_id(F.get(pair, F.lit(1))),
        "actor_raw": F.when(actor != F.coalesce(device, F.lit("")), actor),
        "content_session_raw": of_type(cdata, "ContentSession"),
        "school_raw": F.coalesce(of_type(cdata, "udise_code"), of_type(cdata, "school_name")),
    }


def of_type(cdata: Column, kind: str) -> Column:
    """Return the first filled id of one type in cdata; null when there is none."""
    matching = F.filter(cdata, lambda item: (item["type"] == kind) & filled_id(item["id"]).isNotNull())
    return filled_id(F.get(matching, F.lit(0))["id"])


def filled_id(raw: Column) -> Column:
    """Return an id without white space around it; null where it is empty or "anonymous"."""
    trimmed = F.trim(raw)
    return F.when(~F.lower(trimmed).isin(*_NO_ID), trimmed)
