"""Who is kept out (ops.tombstones): learners who were forgotten, and their ContentSessions, by pseudonym."""

import re
from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession, functions as F

from engagement.pseudonyms import pseudonym
from engagement.schemas import EVENTS, MILESTONE_RECORDS, TOMBSTONES
from engagement.schemas.bronze import LEARNER_CANDIDATES
from engagement.schemas.enums import Reject
from engagement.tables import Warehouse, exists, merge, read, read_or_empty

_PSEUDONYM = re.compile(r"[0-9a-f]{32}")
LEARNER, CONTENT_SESSION = "learner", "content_session"


def learners_of(spark: SparkSession, warehouse: Warehouse, given: Sequence[str], secret: bytes) -> list[str]:
    """Return the pseudonyms of learners given by raw id or by learner_id.

    A raw id can look like a learner_id (32 hex digits: some devices have such). It counts as one only where a
    table has it; a raw id is never written anywhere.
    """
    shaped = [each for each in given if _PSEUDONYM.fullmatch(each)]
    known = _known(spark, warehouse, shaped) if shaped else set()
    return [each if each in known else pseudonym(secret, "learner", each) for each in given]


def buried(spark: SparkSession, warehouse: Warehouse) -> list[str]:
    """Return every pseudonym that is kept out, sorted; none where nobody was ever forgotten."""
    if not exists(spark, warehouse, TOMBSTONES):
        return []
    return sorted(row["pseudonym"] for row in read(spark, warehouse, TOMBSTONES).collect())


def bury(pseudonyms: DataFrame, warehouse: Warehouse) -> None:
    """Keep out more pseudonyms, all in one commit; those that are kept out already stay as they are.

    Args:
        pseudonyms: pseudonym (not null) and kind: LEARNER or CONTENT_SESSION.
        warehouse: Where the tables lie.
    """
    known = read_or_empty(pseudonyms.sparkSession, warehouse, TOMBSTONES)
    new = pseudonyms.groupBy("pseudonym").agg(F.max("kind").alias("kind"))
    rows = new.join(known, on="pseudonym", how="left_anti").select(
        "pseudonym",
        "kind",
        F.lit(warehouse.started_at).cast("timestamp").alias("forgotten_at"),
        F.lit(None).cast("timestamp").alias("removed_at"),
    )
    merge(rows, warehouse, TOMBSTONES)


def as_sessions(content_sessions: DataFrame) -> DataFrame:
    """Return what `bury` takes of rows with a content_session_id."""
    return content_sessions.select(
        F.col("content_session_id").alias("pseudonym"), F.lit(CONTENT_SESSION).alias("kind")
    )


def bury_sessions_of_rejects(parsed: DataFrame, warehouse: Warehouse) -> None:
    """Keep out the ContentSessions that forgotten learners' events or export rows bring.

    Args:
        parsed: Rows of `packed`: `reason`, and `content` with a content_session_id.
        warehouse: Where the tables lie.
    """
    told = parsed.where(F.col("reason") == Reject.FORGOTTEN).select("content.content_session_id")
    bury(as_sessions(told.where("content_session_id is not null")), warehouse)


def is_removal_due(spark: SparkSession, warehouse: Warehouse) -> bool:
    """Return whether something of a forgotten learner may still be there."""
    if not exists(spark, warehouse, TOMBSTONES):
        return False
    return not read(spark, warehouse, TOMBSTONES).where("removed_at is null").isEmpty()


def note_removal(spark: SparkSession, warehouse: Warehouse) -> None:
    """Note that nothing of the forgotten learners is left: the last thing that a removal writes."""
    due = read(spark, warehouse, TOMBSTONES).where("removed_at is null")
    merge(due.withColumn("removed_at", F.lit(warehouse.started_at)), warehouse, TOMBSTONES)


def _known(spark: SparkSession, warehouse: Warehouse, shaped: Sequence[str]) -> set[str]:
    """Return those that stand in bronze, or that were forgotten before."""
    found = set(buried(spark, warehouse)) & set(shaped)
    for table in (EVENTS, MILESTONE_RECORDS):
        rows = read_or_empty(spark, warehouse, table)
        names = [*(column.name for column in LEARNER_CANDIDATES), "learner_id"]
        each = F.explode(F.array(*(name for name in names if name in rows.columns))).alias("pseudonym")
        present = rows.select(each).where(F.col("pseudonym").isin(*shaped)).distinct()
        found |= {row["pseudonym"] for row in present.collect()}
    return found
