"""Every table of the warehouse: small files joined, files of old versions deleted."""

from engagement.progress import say
from engagement.schemas import TABLES
from engagement.step import Counts, Run, main
from engagement.tables import compact, exists, stored_files, vacuum

_HOURS_PER_DAY = 24


def maintain_tables(run: Run) -> Counts:
    """Compact and vacuum; what the tables say stays the same."""
    retention_hours = run.settings.maintenance.history_days * _HOURS_PER_DAY
    before = after = 0
    for table in TABLES:
        if not exists(run.spark, run.warehouse, table):
            continue
        had, has = compact(run.spark, run.warehouse, table)
        vacuum(run.spark, run.warehouse, table, retention_hours=retention_hours)
        _, size = stored_files(run.spark, run.warehouse, table)
        say(
            f"      {table.name}: {had:,} files, now {has:,} of {size / max(has, 1) / 1e6:,.1f} MB on average"
        )
        before, after = before + had, after + has
    return Counts(detail={"files_before": before, "files_after": after})


if __name__ == "__main__":
    main("maintain_tables", {"maintain_tables": maintain_tables})
