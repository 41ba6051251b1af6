"""What Spark 4 can ask of a text and Spark 3.5 cannot, on both."""

from typing import Any

from pyspark import SparkContext
from pyspark.sql import Column, functions as F


def try_cast(text: Column, kind: str) -> Column:
    """Return `text` as a type of Spark's SQL, null where it cannot be read as one.

    Spark 3.5 knows this in its SQL only; there the same expression is built in the JVM.
    """
    if hasattr(Column, "try_cast"):
        return text.try_cast(kind)
    child: Any = text
    make: Any = Column
    context: Any = SparkContext._active_spark_context
    sql = context._jvm.org.apache.spark.sql
    expressions = sql.catalyst.expressions
    cast = expressions.Cast(
        child._jc.expr(),
        sql.types.DataType.fromDDL(kind),
        context._jvm.scala.Option.empty(),  # the session's time zone
        expressions.EvalMode.TRY(),
    )
    return make(sql.Column(cast))  # type: ignore[no-any-return]


def is_valid_utf8(text: Column) -> Column:
    """Return whether a text's bytes are UTF-8.

    Spark 3.5 puts U+FFFD in the place of what is not, when it decodes: the bytes come back changed.
    """
    if hasattr(F, "is_valid_utf8"):
        return F.is_valid_utf8(text)
    stored = text.cast("binary")
    return F.encode(F.decode(stored, "UTF-8"), "UTF-8") == stored
