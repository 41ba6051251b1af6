"""Every table: what may not be kept deleted, small files joined, files of old versions deleted."""

from engagement.progress import say
from engagement.retention import bar, delete_expired, voice_rules
from engagement.schemas import RESPONSES, TABLES, VOICE_SCORES
from engagement.step import Counts, Run, main
from engagement.tables import compact, exists, keep_latest_only, read, stored_files, vacuum

_HOURS_PER_DAY = 24


def maintain_tables(run: Run) -> Counts:
    """Delete what consent and retention do not allow, compact and vacuum; the rest stays the same."""
    deleted = _delete_barred(run)
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
    return Counts(detail={"files_before": before, "files_after": after, **deleted})


def _delete_barred(run: Run) -> dict[str, int]:
    """Return how many recordings lost their scores, and how many rows went, by name."""
    spark, warehouse = run.spark, run.warehouse
    deleted = delete_expired(spark, warehouse, run.settings)
    if exists(spark, warehouse, RESPONSES) and exists(spark, warehouse, VOICE_SCORES):
        recordings = read(spark, warehouse, RESPONSES).where("audio_key is not null")
        rules = voice_rules(spark, warehouse, run.settings)
        barred = bar(recordings, warehouse, rules)
        if rules.restrict:
            # Also what score_voice took out before: a withdrawn consent does not wait for the history to end.
            keep_latest_only(spark, warehouse, VOICE_SCORES)
        deleted.update({f"voice_{status}": count for status, count in barred.items()})
    for place, count in deleted.items():
        say(f"      {place}: {count:,}")
    return deleted


if __name__ == "__main__":
    main("maintain_tables", {"maintain_tables": maintain_tables})
