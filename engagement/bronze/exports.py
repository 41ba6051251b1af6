"""Files of database exports → one row per export row, its fields as text, whatever form the file has.

Three forms, told apart by what stands in the file: JSON Lines (mongoexport), one JSON array, and CSV with a
header. A CSV row is one line; a line feed inside quotes is not taken.
"""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, SparkSession, functions as F

from engagement.bronze.files import paths_to_read
from engagement.bronze.lines import read_lines
from engagement.bronze.set_results import FIELD_NAMES as RESULT_FIELDS

FIELD_NAMES = (
    *("userId", "sessionId", "subSessionId", "milestone", "milestoneLevel", "language", "lesson", "progress"),
    *("createdAt", *RESULT_FIELDS),
)
KIND_FIELDS = ("milestone", "sessionResult", "milestoneLevel")
_SENTINEL = "~end of row~"
_HELD_CHARACTERS = 1_000
_CSV_NAMES = [f"c{number}" for number in range(40)]


def read_export_rows(spark: SparkSession, files: DataFrame, *, max_line_bytes: int) -> DataFrame:
    """Return one row per row of the exports, and per line that is none.

    Args:
        spark: The session.
        files: The files to read (`engagement.bronze.files.list_files`), one at least.
        max_line_bytes: Longer rows are not read.

    Returns:
        source_file, block_start and row_id (see `engagement.bronze.lines.number_lines`), value (its text),
        is_row (false for a CSV's header), is_long (whether it is over the limit), names (those of
        `KIND_FIELDS` that the row has) and fields: a struct of `FIELD_NAMES`, as text; null where the text
        cannot be read or is over the limit.
    """
    is_long = F.octet_length("value") > max_line_bytes
    lines = read_lines(spark, paths_to_read(files)).withColumn("is_long", is_long)
    heads = _first_lines(lines)
    arrays = paths_to_read(files.join(heads.where("form = 'array'"), on="source_file", how="left_semi"))
    rows = lines.join(F.broadcast(heads.where("form <> 'array'")), on="source_file", how="inner").select(
        *lines.columns, "form", "header", (F.col("row_id") != F.col("header_id")).alias("is_row")
    )
    if arrays:
        rows = rows.unionByName(_array_elements(spark, arrays).withColumn("is_long", is_long))
    return rows.transform(_read_fields)


def plain(text: Column) -> Column:
    """Return a field's text without MongoDB's type around it ({"$date": …}); null where it is empty."""
    typed = F.regexp_extract(text, r'^\{"\$\w+":(?:\{"\$numberLong":)?"?([^"{}]*)"?\}+$', 1)
    bare = F.trim(F.when(text.startswith('{"$'), typed).otherwise(text))
    return F.when(bare != "", bare)


def _first_lines(lines: DataFrame) -> DataFrame:
    """One row per file: its form, and the header where it is a CSV. Blank lines do not count."""
    text = F.btrim("value", F.lit(" \r\t"))
    # Of a row over the limit its beginning is held: it tells the form as well.
    held = F.when(F.col("is_long"), F.substring(text, 1, _HELD_CHARACTERS)).otherwise(text)
    place = F.when(text != "", F.struct("block_start", "row_id"))
    ends = lines.groupBy("source_file").agg(
        F.min_by(F.struct("row_id", held.alias("text")), place).alias("first"),
        F.max_by(F.substring(text, -1, 1), place).alias("last_character"),
    )
    head = F.col("first.text")
    is_named_json = F.lower("source_file").rlike(r"\.(json|jsonl|ndjson)(\.\w+)?$")
    form = (
        F.when(head.startswith("[") & (F.col("last_character") == "]"), "array")
        .when(head.isNull() | head.startswith("{") | head.startswith("[") | is_named_json, "lines")
        .otherwise("csv")
    )
    header_id = F.when(form == "csv", F.col("first.row_id")).otherwise(-1)
    told = ends.select(
        "source_file",
        form.alias("form"),
        _csv_cells(F.when(form == "csv", head)).alias("cells"),
        header_id.alias("header_id"),
    )
    header = F.when(F.col("form") == "csv", F.transform(_listed(F.col("cells")), F.trim))
    return told.select("source_file", "form", header.alias("header"), "header_id")


def _array_elements(spark: SparkSession, paths: Sequence[str]) -> DataFrame:
    """One row per element of each file's array; one row with the file's text where it cannot be read."""
    whole = spark.read.text(list(paths), wholetext=True).select("value", "_metadata.file_path")
    closed = F.concat(F.lit("["), F.ltrim(F.translate("value", "\ufeff", "")), F.lit(f',"{_SENTINEL}"]'))
    values = F.from_json(closed, "ARRAY<STRING>")
    is_one = (F.size(values) == 2) & (F.get(values, F.lit(1)) == _SENTINEL)
    elements = F.from_json(F.when(is_one, F.get(values, F.lit(0))), "ARRAY<STRING>")
    return (
        whole.select("file_path", elements.alias("elements"))
        .where("elements is null or size(elements) > 0")
        .select("file_path", F.posexplode_outer("elements").alias("place", "value"))
        .select(
            F.coalesce("value", F.lit("")).alias("value"),
            F.col("file_path").alias("source_file"),
            F.lit(0).cast("bigint").alias("block_start"),
            F.coalesce("place", F.lit(0)).cast("bigint").alias("row_id"),
            F.lit("array").alias("form"),
            F.lit(None).cast("array<string>").alias("header"),
            F.lit(True).alias("is_row"),
        )
    )


def _read_fields(rows: DataFrame) -> DataFrame:
    is_csv = F.col("form") == "csv"
    readable = F.when(~F.col("is_long"), F.col("value"))
    closed = F.concat(F.lit("["), readable, F.lit(f',{{"{_SENTINEL}":"1"}}]'))
    read = rows.select(
        "*",
        _csv_cells(F.when(is_csv & F.col("is_row"), F.translate(readable, "\r", ""))).alias("cells"),
        F.from_json(F.when(~is_csv, closed), "ARRAY<MAP<STRING,STRING>>").alias("values"),
    )
    is_one = (F.size("values") == 2) & F.get("values", F.lit(1))[_SENTINEL].isNotNull()
    bare = read.select(
        "*",
        F.transform(_listed(F.col("cells")), plain).alias("texts"),
        F.transform_values(F.when(is_one, F.get("values", F.lit(0))), lambda _, text: plain(text)).alias(
            "entries"
        ),
    )
    is_read = F.col("entries").isNotNull() | (is_csv & (F.trim(readable) != ""))
    named = F.when(is_csv, F.col("header")).otherwise(F.map_keys("entries"))
    fields = F.struct(*(F.coalesce(F.col("entries")[name], _text(name)).alias(name) for name in FIELD_NAMES))
    return bare.select(
        *("source_file", "block_start", "row_id", "value", "is_row", "is_long"),
        F.array_intersect(named, F.array(*map(F.lit, KIND_FIELDS))).alias("names"),
        F.when(is_read, fields).alias("fields"),
    )


def _text(name: str) -> Column:
    return F.get("texts", (F.array_position("header", name) - 1).cast("int"))


def _csv_cells(text: Column) -> Column:
    """Return a CSV line's cells as a struct of `_CSV_NAMES`.

    Give it a column of its own: a cell taken out of the expression has the line parsed for it alone.
    """
    shape = ", ".join(f"{name} STRING" for name in _CSV_NAMES)
    return F.from_csv(text, F.lit(shape), {"escape": '"'})


def _listed(cells: Column) -> Column:
    return F.array(*(cells[name] for name in _CSV_NAMES))
