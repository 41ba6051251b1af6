"""The only reader and writer of Delta tables: checks the schema, adds lineage, logs version and rows."""

from engagement.tables.catalog import register, registered_name
from engagement.tables.changes import added_rows, keep_changes, replace_rows, version_of
from engagement.tables.maintenance import compact, stored_files, vacuum
from engagement.tables.removal import delete_folder, delete_matching, delete_where, keep_latest_only
from engagement.tables.staging import Staging
from engagement.tables.stored import Warehouse, check_columns, exists, lineage_names, read, read_or_empty
from engagement.tables.writing import append, create_if_missing, merge, overwrite, replace_cohort

__all__ = [
    "Staging",
    "Warehouse",
    "added_rows",
    "append",
    "check_columns",
    "compact",
    "create_if_missing",
    "delete_folder",
    "delete_matching",
    "delete_where",
    "exists",
    "keep_changes",
    "keep_latest_only",
    "lineage_names",
    "merge",
    "overwrite",
    "read",
    "read_or_empty",
    "register",
    "registered_name",
    "replace_cohort",
    "replace_rows",
    "stored_files",
    "vacuum",
    "version_of",
]
