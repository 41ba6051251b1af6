"""One raw id to its keyed hash."""

import pandas as pd
import pytest

from engagement.pseudonyms import Keyed, _hasher, pseudonym

SECRET = b"key"


def test_pseudonym__is_the_first_half_of_the_hmac() -> None:
    # printf 'learner:u1' | openssl dgst -sha256 -hmac key
    assert pseudonym(SECRET, "learner", "u1") == "8032f6c2c6da0f100fb5e8683daa2379"


def test_pseudonym__differs_by_kind_secret_and_id() -> None:
    made = {
        pseudonym(secret, kind, raw)
        for secret in (b"key", b"other")
        for kind in ("learner", "device", "school")
        for raw in ("u1", "u2")
    }
    assert len(made) == 12


def test_pseudonym__unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="teacher"):
        pseudonym(SECRET, "teacher", "u1")


def test_keyed__repr_hides_the_secret() -> None:
    assert "key" not in repr(Keyed(b"key", {})).replace("Keyed", "")


def test_hasher__empty_batch_and_batch_of_nulls() -> None:
    hash_batch = _hasher(Keyed(SECRET, {"learner_id": ("learner", "raw")}))
    assert hash_batch(pd.DataFrame({"raw": pd.Series([], dtype=object)})).empty
    nulls = hash_batch(pd.DataFrame({"raw": pd.Series([None, None], dtype=object)}))
    assert nulls["learner_id"].tolist() == [None, None]
