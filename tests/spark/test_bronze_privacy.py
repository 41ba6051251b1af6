"""Only what is needed is kept: no words of a learner, no address, no school code, no rejected line."""

import hashlib
import json

from pyspark.sql import SparkSession

from tests.spark.bronze_rows import event, lines_of, take

_SAID = "my father is a baker"
_PRIVATE = (_SAID, "baker", "203.0.113.7", "Mozilla/5.0", "29240100101", "Hill School", "Priya")


def test_take__keeps_counts_of_what_was_said_and_nothing_of_servers(spark: SparkSession) -> None:
    context = {
        "channel": "tn",
        "did": "device-1",
        "pdata": {"id": "ala"},
        "cdata": [{"type": "udise_code", "id": "29240100101"}, {"type": "school_name", "id": "Hill School"}],
    }
    values = [{"original_text": "the father"}, {"response_text": _SAID}]
    values += [{"response_incorrect_words_array": ["baker"]}, {"response_correct_words_array": ["father"]}]
    told = event(
        eid="RESPONSE",
        context=context,
        edata={"type": "SPEAK", "target": "tn/a.wav", "values": values},
        devicedata={"ip": "203.0.113.7", "uaspec": "Mozilla/5.0"},
        userdata={"name": "Priya"},
        **{"ip_addr": "203.0.113.7", "user-agent": "Mozilla/5.0", "@timestamp": "2024-05-01"},
    )
    (kept,) = take(lines_of(spark, [json.dumps(told)])).events
    assert (kept["response_words"], kept["words_correct"], kept["words_incorrect"]) == (5, 1, 1)
    assert kept["school_id"] is not None
    assert [private for private in _PRIVATE if private in repr(kept)] == []


def test_take__keeps_of_a_rejected_line_its_hash_position_and_reason(spark: SparkSession) -> None:
    line = json.dumps(
        {"eid": "RESPONSE", "ip": "203.0.113.7", "edata": {"values": [{"response_text": _SAID}]}}
    )
    (rejected,) = take(lines_of(spark, [line])).rejected
    assert rejected["line_sha256"] == hashlib.sha256(line.encode()).hexdigest()
    assert (rejected["position"], rejected["reason"]) == (1, "no_ets")
    assert [private for private in (*_PRIVATE, "RESPONSE") if private in repr(rejected)] == []
