"""A batch of recordings, as Spark hands it to the scorer."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

DAY = date(2026, 1, 5)


def recordings_batch(keys: Sequence[str], texts: Sequence[str | None] | None = None) -> pd.DataFrame:
    """Return a row per audio key; Spark's index is not the batch's place."""
    return pd.DataFrame(
        {
            "response_id": [str(number) for number in range(len(keys))],
            "response_date": [DAY] * len(keys),
            "audio_key": list(keys),
            "first_tried_at": pd.Series([pd.NaT] * len(keys), dtype="datetime64[ns]"),
            "original_text": list(texts) if texts else [None] * len(keys),
        }
    ).set_axis(range(100, 100 + len(keys)))
