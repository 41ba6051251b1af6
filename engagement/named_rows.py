"""The rows of bronze that are of forgotten learners, or of others and name them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, functions as F

from engagement.bronze.forgotten import is_forgotten, nameless, names_forgotten
from engagement.schemas import EVENTS, MILESTONE_RECORDS, Table
from engagement.session_renewal import Silver
from engagement.silver.learners import assign_learners, content_session_learners
from engagement.tables import Staging


@dataclass(frozen=True)
class NamedRows:
    """Rows of a bronze table that name forgotten learners.

    Attributes:
        table: The table.
        stored: All of it.
        rows: The rows, with `is_gone` where they are theirs; staged.
    """

    table: Table
    stored: DataFrame
    rows: DataFrame

    @property
    def named(self) -> DataFrame:
        """The rows as they are stored."""
        return self.rows.drop("is_gone")

    @property
    def gone(self) -> DataFrame:
        """Those that go."""
        return self.rows.where("is_gone").drop("is_gone")

    def staying(self, forgotten: Sequence[str]) -> DataFrame:
        """Return the others, without the names."""
        return nameless(self.rows.where("not is_gone").drop("is_gone"), forgotten)

    def table_without(self, forgotten: Sequence[str]) -> DataFrame:
        """Return the table as it is to be."""
        key = list(self.table.key)
        others = self.stored.join(self.rows.select(key), on=key, how="left_anti")
        return others.unionByName(self.staying(forgotten))


def find_named_rows(
    silver: Silver, staging: Staging, forgotten: Sequence[str]
) -> tuple[NamedRows, NamedRows]:
    """Return what names forgotten learners in bronze.events and in bronze.milestone_records.

    Args:
        silver: Where the tables lie, and who the learner is where nothing names him.
        staging: Where the rows are laid down, so that they stay what they were while the tables change.
        forgotten: Pseudonyms of learners and of ContentSessions.
    """
    owners = content_session_learners(silver.stored(MILESTONE_RECORDS))

    def staged(table: Table, is_gone: Column) -> NamedRows:
        stored = silver.stored(table)
        # Who an export row names stands apart from who silver takes the learner for.
        told = F.col("learner_id") if "learner_id" in stored.columns else F.lit(None).cast("string")
        known = assign_learners(stored.withColumn("told_learner_id", told), owners, fallback=silver.fallback)
        chosen = known.withColumn("is_gone", is_gone).where(F.col("is_gone") | names_forgotten(forgotten))
        columns = {"learner_id": F.col("told_learner_id")}
        names = [columns.get(name, F.col(name)).alias(name) for name in stored.columns]
        return NamedRows(table, stored, staging.keep(table.name, chosen.select(*names, "is_gone")))

    of_event = is_forgotten(forgotten, F.col("learner_id"))
    told = F.col("told_learner_id")
    of_record = F.when(told.isNotNull(), told.isin(*forgotten)).otherwise(of_event)
    return staged(EVENTS, of_event), staged(MILESTONE_RECORDS, of_record)
