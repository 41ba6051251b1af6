"""What events say: the answer of a RESPONSE, the result in a LOG, and the ids of those involved."""

import json
from typing import Any

from pyspark.sql import Row, SparkSession

from engagement.pseudonyms import pseudonym
from tests.spark.bronze_rows import SECRET, line, lines_of, take


def by_mid(spark: SparkSession, texts: list[str]) -> dict[str, Row]:
    return {row["mid"]: row for row in take(lines_of(spark, texts)).events}


def response(mid: str, **edata: Any) -> str:
    return line(eid="RESPONSE", mid=mid, edata={"type": "SPEAK", **edata})


def test_answer_columns__list_and_object_values(spark: SparkSession) -> None:
    told = {
        "original_text": "பூனை ஓடுகிறது",
        "response_text": " பூனை  ஓடு ",
        "response_correct_words_array": ["பூனை"],
        "response_incorrect_words_array": ["ஓடு", "x"],
        "response_word_array_result": [],
        "response_word_result": "Incorrect",
        "accuracy_percentage": "66.5",
        "duration": 3,
        "level": "M2",
        "isCorrect": False,
    }
    key = "tn/s-1714557600000-do_1.wav"
    rows = by_mid(
        spark,
        [
            response("list", target=key, values=[{name: value} for name, value in told.items()]),
            response("object", target={"id": "do_9", "ver": "1", "type": "q"}, values=told),
            response("profane", target=" ", values=[{"original_text": "a b"}, {"profanity": "true"}]),
            response(
                "blank", values=[{"response_text": " "}, {"accuracy_percentage": 101}, {"level": "m16"}]
            ),
            response("nulls", values=[None, {"original_text": None}, {"original_text": "a b"}]),
            response("bare"),
            line(mid="no response", edata={"values": [{"original_text": "x"}], "target": key}),
        ],
    )
    names = (
        *("audio_key", "target_id", "original_text", "response_words", "words_correct", "words_incorrect"),
        *("word_result", "accuracy", "duration_seconds", "response_level", "is_correct", "is_profane"),
    )
    answer = ("பூனை ஓடுகிறது", 2, 1, 2, "incorrect", 66.5, 3.0, "m2", False, None)
    expected: dict[str, tuple[Any, ...]] = {
        "list": (key, None, *answer),
        "object": (None, "do_9", *answer),
        "profane": (None, None, "a b", *[None] * 8, True),
        "blank": (None, None, None, 0, *[None] * 8),
        "nulls": (None, None, "a b", *[None] * 9),
        "bare": (None,) * 12,
        "no response": (None,) * 12,
    }
    assert {mid: tuple(row[name] for name in names) for mid, row in rows.items()} == expected


def test_set_result__from_the_message_of_a_log(spark: SparkSession) -> None:
    message = {
        "sessionResult": "No Result",
        "currentLevel": "M3",
        "previous_level": "m2",
        "totalTargets": "4",
    }
    call = {"type": "api_call", "level": "TRACE", "pageid": "practice", "message": json.dumps(message)}

    def log(mid: str, **changed: Any) -> str:
        return line(eid="LOG", mid=mid, edata={**call, **changed})

    rows = by_mid(
        spark,
        [
            log("set"),
            log("other spelling", message=json.dumps({"sessionResult": "pass", "previousLevel": "m16"})),
            log("no json", message="{cut off"),
            log("no result", message='{"percentage": 5}'),
            log("other page", pageid="home"),
            log("other type", type="error"),
            line(eid="START", mid="no log", edata=call),
        ],
    )
    told = {mid: row["set_result"] for mid, row in rows.items()}
    assert told["set"][:4] == ("no_result", "m3", "m2", 4.0)
    assert told["other spelling"][:4] == ("pass", None, None, None)
    assert {mid for mid, result in told.items() if result is not None} == {"set", "other spelling"}


def test_raw_ids__become_pseudonyms_of_their_kind(spark: SparkSession) -> None:
    def of(mid: str, actor: str = "tablet", did: str = "tablet", sid: str = "", **cdata: str) -> str:
        pairs = [{"type": kind.replace("_", " ", 1), "id": one} for kind, one in cdata.items()]
        context = {"did": did, "sid": sid, "cdata": [*pairs, {"type": "school_name"}]}
        return line(mid=mid, actor={"id": actor}, context=context)

    def learner(raw: str) -> str:
        return pseudonym(SECRET, "learner", raw)

    rows = by_mid(
        spark,
        [
            of("app", ContentSession="c1", User="", virtualId=" Anonymous "),
            of("pair", Buddy_User="u1/u2", virtualId="v1"),
            of("user", User=" u1 ", actor="a1"),
            of("portal", did="", sid="s1", actor="636"),
            of("nothing", did="", actor="anonymous"),
            line(
                mid="school",
                context={"cdata": [{"type": "school_name", "id": "N"}, {"type": "udise_code", "id": 33}]},
            ),
        ],
    )
    names = (
        *("device_id", "device_learner_id", "virtual_learner_id", "user_learner_id", "buddy_learner_id"),
        *("actor_learner_id", "content_session_id"),
    )
    tablet = (pseudonym(SECRET, "device", "tablet"), learner("tablet"))
    expected: dict[str, tuple[str | None, ...]] = {
        "app": (*tablet, None, None, None, None, learner("c1")),
        "pair": (*tablet, learner("v1"), learner("u1"), learner("u2"), None, None),
        "user": (*tablet, None, learner("u1"), None, learner("a1"), None),
        "portal": (pseudonym(SECRET, "device", "s1"), learner("s1"), None, None, None, learner("636"), None),
        "nothing": (None,) * 7,
    }
    assert {mid: tuple(rows[mid][name] for name in names) for mid in expected} == expected
    assert rows["school"]["school_id"] == pseudonym(SECRET, "school", "33")
    assert rows["app"]["school_id"] is None
