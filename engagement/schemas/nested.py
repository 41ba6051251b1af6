"""Rows within rows of the gold tables: what drives a score, and the windows that it slides through."""

from pyspark.sql import types as T

from engagement.schemas.table import DOUBLE, INTEGER, STRING, TIMESTAMP

DRIVER = T.StructType(
    [
        T.StructField("driver", STRING),
        T.StructField("dimension", STRING),
        T.StructField("contribution", DOUBLE),
        T.StructField("value", DOUBLE),
        T.StructField("reference", DOUBLE),
    ]
)

WINDOW = T.StructType(
    [
        T.StructField("started_at", TIMESTAMP),
        T.StructField("ended_at", TIMESTAMP),
        T.StructField("responses", INTEGER),
        T.StructField("engagement", DOUBLE),
    ]
)
