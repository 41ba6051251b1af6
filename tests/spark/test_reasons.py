"""What a Python worker raises comes out of Spark as the one sentence that it was."""

from collections.abc import Iterable

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from engagement.errors import CredentialsError, EngagementError, ModelError
from engagement.reasons import exit_status_of, reason_of

SENTENCE = "Bucket 'voices' refuses the credentials (ExpiredToken): renew them."


@pytest.mark.parametrize("kind", [CredentialsError, ModelError])
@pytest.mark.parametrize("written", [False, True], ids=["collected", "in a failed write"])
def test_reason_of__a_failure_in_a_worker(
    spark: SparkSession, tmp_path: object, kind: type[EngagementError], written: bool
) -> None:
    def fail(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        raise kind(SENTENCE)

    failing = spark.range(1).mapInPandas(fail, "id long")
    with pytest.raises(Exception, match="ExpiredToken") as raised:
        if written:
            failing.write.format("delta").save(f"{tmp_path}/table")
        else:
            failing.collect()
    assert not isinstance(raised.value, EngagementError)
    assert exit_status_of(raised.value) == kind.exit_status
    assert reason_of(raised.value) == SENTENCE
