"""Lines to events: what is rejected, what is one event, and what every split of a file must agree on."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from engagement.bronze.events import parse_events
from engagement.bronze.files import list_files, paths_to_read, unread_files
from engagement.bronze.lines import read_lines
from engagement.errors import InputError
from engagement.schemas import EVENTS
from engagement.schemas.table import LINEAGE
from tests.rows import frame
from tests.spark.bronze_rows import CLOCK, ETS, Taken, event, line, lines_of, take

# No JSON library writes a key twice; what does must not lose an event.
_KEYS_TWICE = ('[{"a": 1, "a": 2}]', '[{"a": 2, "a": 1}]', '[{"a": 2.0, "a": 3}]')
_PAGES_TWICE = ('"a", "pageid": "b"', '"a", "pageid": "c"')


def test_parse_events__rejects_with_reason_and_place(spark: SparkSession) -> None:
    good = line()
    batch = json.dumps({"id": "batch", "events": [event(mid="in batch"), 5, None, [1], event(eid="")]})
    bad = {
        '{"eid":"START","ets":17': "not_json",
        "": "empty_line",
        " \t\r": "empty_line",
        "plain words": "not_json",
        "{'eid': 'START'}": "not_json",
        good + good: "several_values",
        f"{good},{good}": "several_values",
        good + "] garbage": "several_values",
        good + " garbage": "several_values",
        f"[{good}]": "not_an_object",
        "17": "not_an_object",
        "null": "not_an_object",
        '"text"': "not_an_object",
        line(eid=None): "no_eid",
        line(eid=" "): "no_eid",
        line(ets=None): "no_ets",
        line(ets="yesterday"): "no_ets",
        line(ets=True): "no_ets",
        line(edata=None): "no_edata",
        line(edata="text"): "no_edata",
        line(edata=[1]): "no_edata",
        line(ets=1_000): "clock",
        line(ets=4_102_444_800_000): "clock",
        line(ets=-5): "clock",
        line(mid="x" * 10_000): "line_too_long",
        json.dumps({"events": "none"}): "no_eid",
    }
    texts: list[str | bytes] = [good, *bad, b'{"eid":"\xff\xfe"}', batch[:-1], batch]
    taken = take(lines_of(spark, texts))

    expected = [(number, None, reason) for number, reason in enumerate(bad.values(), start=2)]
    last = len(expected) + 2
    expected += [(last, None, "not_utf8"), (last + 1, None, "not_json")]
    expected += [(last + 2, index, "not_an_object") for index in (1, 2, 3)] + [(last + 2, 4, "no_eid")]
    assert [(row["position"], row["batch_index"], row["reason"]) for row in taken.rejected] == expected
    assert [(row["mid"], row["source_line"]) for row in taken.events] == [
        ("START:1", 1),
        ("in batch", last + 2),
    ]
    assert taken.ledger == {"a.jsonl": (last + 2, last + 2 + 4, 2, 0, len(expected))}
    cut_off = taken.rejected[0]
    assert cut_off["line_sha256"] == hashlib.sha256(next(iter(bad)).encode()).hexdigest()
    assert cut_off["line_bytes"] == len(next(iter(bad)))
    assert taken.rejected[-1]["line_sha256"] == hashlib.sha256(batch.encode()).hexdigest()
    assert not any("START" in row["detail"] or "words" in row["detail"] for row in taken.rejected)


def test_parse_events__odd_types_do_not_lose_an_event(spark: SparkSession) -> None:
    texts = [
        line(mid=5, actor="somebody", object=[1], tags={"a": 1}),
        line(context="none", mid="no context"),
        line(context={"cdata": "none", "pdata": [1], "did": 7}, mid="odd context"),
        line(eid="RESPONSE", edata={"type": 1, "values": "none", "target": [1]}, mid="odd edata"),
        json.dumps({"events": []}),
    ]
    taken = take(lines_of(spark, texts))
    assert [row["mid"] for row in taken.events] == ["5", "no context", "odd context", "odd edata"]
    assert taken.ledger == {"a.jsonl": (5, 4, 4, 0, 0)}


def test_event_id__one_for_all_deliveries_of_an_event(spark: SparkSession) -> None:
    cdata = [{"type": "language", "id": "ta"}, {"type": "ContentSession", "id": "c"}]
    sent = event(
        eid="RESPONSE",
        context={
            "channel": "tn",
            "did": "d",
            "pdata": {"id": "ala", "ver": "1"},
            "cdata": cdata,
            "more": "x",
        },
        edata={
            "type": "SPEAK",
            "values": [{"duration": 2}, {"level": "m1", "accuracy_percentage": 50}],
            "big": 15_000_000,
        },
    )
    resent = {
        **sent,
        "syncts": 1,
        "@timestamp": "2024",
        "flags": {"x": 1},
        "devicedata": {"y": 2},
        "ver": "3.1",
    }
    turned = json.loads(json.dumps(sent), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    as_doubles = json.dumps(sent).replace(str(ETS), "1.7145576E12").replace(": 2}", ": 2.0}")
    texts = [
        json.dumps(sent),
        json.dumps(resent, indent=None, separators=(" ,  ", " :  ")),
        json.dumps(turned),
        as_doubles.replace("15000000", "1.5E7").replace(": 50", ": 50.0"),
        json.dumps({**sent, "object": None}).replace('"object": null, ', ""),
        json.dumps({"events": [sent]}),
        json.dumps(sent).replace('{"duration": 2}', '{"level": null, "duration": 2}'),
        json.dumps(sent).replace('"big":', '"pageid": null, "big":'),
    ]
    taken = take(lines_of(spark, texts))
    assert taken.ledger == {"a.jsonl": (8, 8, 1, 7, 0)}


def test_event_id__another_for_any_other_content(spark: SparkSession) -> None:
    base = event()
    context, edata = base["context"], base["edata"]
    texts = [
        json.dumps(base),
        line(eid="END"),
        line(ets=ETS + 1),
        line(mid=""),
        line(actor={"id": "device-1", "type": "System"}),
        line(actor={"id": "device-1", "type": "User", "role": "x"}),
        line(object={"id": "do_1"}),
        line(tags=["a"]),
        line(edata={**edata, "pageid": "home"}),
        line(edata={**edata, "pageid": "home", "x": {"y": 1}}),
        line(context={**context, "sid": "s"}),
        line(context={**context, "unknown": "s"}),
        line(context={**context, "pdata": {"id": "ala", "pid": "ala.app"}}),
        line(context={**context, "cdata": [{"type": "User", "id": "1"}]}),
        line(context={**context, "cdata": [{"type": "User", "id": "1", "more": 1}]}),
        line(edata={**edata, "values": [{"a": 1}, {"b": 2}]}),
        line(edata={**edata, "values": [{"b": 2}, {"a": 1}]}),
        line(edata={**edata, "values": [{"a": 1, "b": 2}]}),
        line(edata={**edata, "values": [{"a": 1}, None, {"b": 2}]}),
        line(edata={**edata, "values": ["a", 1]}),
        line(edata={**edata, "values": ["b", 2]}),
        line(edata={**edata, "values": [{"a": 1}, "x"]}),
        line(edata={**edata, "values": [{"a": 1}, "y"]}),
        *(line(edata={**edata, "values": [0]}).replace("[0]", twice) for twice in _KEYS_TWICE),
        *(line(edata={**edata, "x": 0}).replace('"x": 0', f'"pageid": {page}') for page in _PAGES_TWICE),
    ]
    taken = take(lines_of(spark, texts))
    assert len({row["event_id"] for row in taken.events}) == len(texts)


def test_first_deliveries__known_events_are_duplicates(spark: SparkSession) -> None:
    lines = lines_of(spark, [line(mid="old"), line(mid="new"), line(mid="new")])
    first_run = take(lines.limit(1))
    known = frame(spark, EVENTS, [first_run.events[0].asDict()])
    second_run = take(lines, known=known)
    assert [row["mid"] for row in second_run.events] == ["new"]
    assert second_run.ledger == {"a.jsonl": (3, 3, 1, 2, 0)}


def test_read_lines__splits_and_compression_change_nothing(spark: SparkSession, tmp_path: Path) -> None:
    texts = [line(mid=f"m{number % 90}", ets=ETS + number % 90) for number in range(100)]
    texts[40:40] = ["", "broken"]
    (tmp_path / "deep [1]").mkdir()
    (tmp_path / "deep [1]" / "b c.jsonl").write_text("\n".join(texts))
    with gzip.open(tmp_path / "a.jsonl.gz", "wt") as packed:
        packed.write("\r\n".join(texts[:10]) + "\r\n")
    (tmp_path / "empty.jsonl").touch()

    def taken_with(partition_bytes: str) -> Taken:
        before = spark.conf.get("spark.sql.files.maxPartitionBytes")
        spark.conf.set("spark.sql.files.maxPartitionBytes", partition_bytes)
        try:
            return take(read_lines(spark, paths_to_read(list_files(spark, str(tmp_path)))))
        finally:
            spark.conf.set("spark.sql.files.maxPartitionBytes", str(before))

    whole, split = taken_with("128m"), taken_with("3k")
    assert split == whole
    plain = f"file:{tmp_path}/deep%20%5B1%5D/b%20c.jsonl"
    assert whole.ledger == {f"file:{tmp_path}/a.jsonl.gz": (10, 10, 10, 0, 0), plain: (102, 102, 80, 20, 2)}
    assert [(row["position"], row["reason"]) for row in whole.rejected] == [
        (41, "empty_line"),
        (42, "not_json"),
    ]
    # Ten are in the other file already; two bad lines stand before the fortieth.
    assert [row["source_line"] for row in whole.events if row["source_file"] == plain] == [
        *range(11, 41),
        *range(43, 93),
    ]


def test_parse_events__columns_are_those_of_the_table(spark: SparkSession) -> None:
    parsed = parse_events(lines_of(spark, [line()]), max_line_bytes=10_000, **CLOCK)
    missing = {c.name for c in EVENTS.columns if c not in LINEAGE} - set(parsed.columns)
    assert missing == {
        *("device_id", "virtual_learner_id", "user_learner_id", "buddy_learner_id", "actor_learner_id"),
        *("content_session_id", "device_learner_id", "school_id", "source_line"),
    }


def test_list_files__missing_folder_and_ledger(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        list_files(spark, str(tmp_path / "nowhere"))
    (tmp_path / "a.jsonl").write_text("1\n")
    (tmp_path / "b.jsonl").write_text("2\n")
    files = list_files(spark, str(tmp_path))
    read = files.where("source_file like '%a.jsonl'").select("source_file", "bytes", "modified_at")
    assert [row["path"] for row in unread_files(files, read).collect()] == [f"file:{tmp_path}/b.jsonl"]


def test_real_telemetry__ledger(spark: SparkSession, corpora: Path) -> None:
    # Counted by a script of its own (json.loads, sorted keys, a set).
    expected = {
        "batches_golden.jsonl": (3, 35, 18, 17, 0),
        "portal_500_events.jsonl": (500, 500, 500, 0, 0),
        "portal_session_1.jsonl": (31, 31, 31, 0, 0),
        "portal_session_2.jsonl": (23, 23, 23, 0, 0),
        "portal_session_3.jsonl": (33, 33, 32, 1, 0),
        "portal_session_4.jsonl": (7, 7, 7, 0, 0),
        "portal_session_5.jsonl": (4, 4, 4, 0, 0),
    }
    files = list_files(spark, str(corpora / "telemetry"))
    taken = take(read_lines(spark, paths_to_read(files)), max_line_bytes=10_000_000)
    assert {name.rsplit("/", 1)[1]: counts for name, counts in taken.ledger.items()} == expected
