"""Raw ids → keyed hashes. The only holder of the secret.

A pseudonym is the lower-case hex of the first 16 bytes of HMAC-SHA256(secret, kind + ":" + raw id). The
secret reaches the workers inside the pickled function; it stands in no plan, no setting and no log.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd
from pyspark.sql import DataFrame, functions as F
from pyspark.sql.pandas.functions import pandas_udf

KINDS = ("learner", "device", "school")
_HEX_CHARACTERS = 32

# Column of bronze.events ← kind of pseudonym, raw column.
EVENT_PSEUDONYMS = {
    "device_id": ("device", "device_raw"),
    "virtual_learner_id": ("learner", "virtual_raw"),
    "user_learner_id": ("learner", "user_raw"),
    "buddy_learner_id": ("learner", "buddy_raw"),
    "actor_learner_id": ("learner", "actor_raw"),
    "content_session_id": ("learner", "content_session_raw"),
    "device_learner_id": ("learner", "device_raw"),
    "school_id": ("school", "school_raw"),
}
# The same for milestone records from exports.
RECORD_PSEUDONYMS = {
    "learner_id": ("learner", "learner_raw"),
    "content_session_id": ("learner", "content_session_raw"),
    "sub_session_id": ("learner", "sub_session_raw"),
}


@dataclass(frozen=True)
class Keyed:
    """The secret, and what to make of which column; its text form keeps the secret to itself.

    Attributes:
        secret: Key of the hashes.
        columns: Column made ← kind of pseudonym, raw column.
    """

    secret: bytes = field(repr=False)
    columns: Mapping[str, tuple[str, str]]


def pseudonym(secret: bytes, kind: str, raw: str) -> str:
    """Return the pseudonym of one raw id.

    Raises:
        ValueError: `kind` is not one of `KINDS`.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; expected one of {', '.join(KINDS)}")
    return hmac.digest(secret, f"{kind}:{raw}".encode(), "sha256").hex()[:_HEX_CHARACTERS]


def with_pseudonyms(
    rows: DataFrame, secret: bytes, columns: Mapping[str, tuple[str, str]] | None = None
) -> DataFrame:
    """Return `rows` with pseudonyms in place of the raw columns; nulls stay null.

    Args:
        rows: Rows with the raw columns.
        secret: Key of the hashes.
        columns: Column made ← kind, raw column; those of bronze.events when not given.
    """
    keyed = Keyed(secret, dict(columns or EVENT_PSEUDONYMS))
    raw = sorted({source for _, source in keyed.columns.values()})
    shape = ", ".join(f"{name} string" for name in keyed.columns)
    hashed = pandas_udf(_hasher(keyed), shape)(F.struct(*raw))  # type: ignore[call-overload]
    kept = [name for name in rows.columns if name not in raw and name not in keyed.columns]
    return rows.withColumn("hashed", hashed).select(*kept, "hashed.*")


def pseudonymous_learners(learners: DataFrame, secret: bytes) -> DataFrame:
    """Return rows with `learner_id` for rows with the raw id in `learner`."""
    return with_pseudonyms(learners, secret, {"learner_id": ("learner", "learner")})


def _hasher(keyed: Keyed) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def hash_batch(raw: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame(
            {name: _hashed(raw[source], keyed.secret, kind) for name, (kind, source) in keyed.columns.items()}
        )

    return hash_batch


def _hashed(raw: "pd.Series[str]", secret: bytes, kind: str) -> "pd.Series[str]":
    """Hash each distinct id of a batch once."""
    codes, distinct = pd.factorize(raw)
    hashes = pd.Series([pseudonym(secret, kind, str(each)) for each in distinct] + [None], dtype=object)
    return hashes.iloc[codes].reset_index(drop=True)
