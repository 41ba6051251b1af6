"""The scorer of batches, without Spark: what it returns must fit the table, whatever became of the clips."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_schema

from engagement.config import VoiceSettings
from engagement.inference.voice_udf import SCORE_SCHEMA, voice_scorer


def test_voice_scorer__a_batch_without_any_recording_still_fits_the_table(tmp_path: Path) -> None:
    batch = pd.DataFrame(
        {"response_id": ["a", "b"], "audio_key": ["gone.wav", "../out.wav"], "original_text": [None, "one"]}
    )
    (scored,) = voice_scorer(VoiceSettings(audio_root=str(tmp_path)))([batch])
    assert scored["status"].tolist() == ["not_found", "outside_root"]
    table = pa.Table.from_pandas(scored, schema=to_arrow_schema(SCORE_SCHEMA), preserve_index=False)
    assert table.column("audio_version").null_count == 2
    assert scored["audio_version"].dtype == object
