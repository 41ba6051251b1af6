"""Rows of a label file beside the scores: every row meets one fate, which is counted."""

from datetime import date, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from engagement.errors import InputError
from engagement.labelling.labels import coded_labels, fates, grams, labelled_scores, read_labels
from engagement.pseudonyms import pseudonym
from engagement.schemas import RESPONSE_ENGAGEMENT
from engagement.settings import ScoreSettings
from tests.rows import frame

SECRET = b"a secret for tests, long enough"


def test_labels__every_row_has_its_fate_and_its_points(spark: SparkSession, tmp_path: Path) -> None:
    ann, ben = (pseudonym(SECRET, "learner", name) for name in ("ann", "ben"))
    file = tmp_path / "labels.csv"
    file.write_text(
        "rating,learner,date,remark\n"
        "4,ann,2025-03-28,twice the same\n"
        "4,ann,2025-03-28,\n"
        f"2,{ben},2025-03-28,a learner_id of the tables\n"
        "5,ben,2025-02-01,before he came\n"
        "5,cem,2025-03-28,nobody knows him\n"
        "5,,2025-03-28,\n"
        "5,ann,28.3.2025,\n"
        "good,ann,2025-03-28,\n"
        "NaN,ann,2025-03-28,\n"
        "ann\n"
    )
    scores = [
        {"learner_id": ann, "responded_at": datetime(2025, 3, day), "engagement": 50.0} | points
        for day, points in (
            (1, {"behavioural": 68.0, "vocal": 10.0}),  # the first of 28 days
            (28, {"behavioural": 68.0}),
            (29, {"behavioural": 0.0}),  # the day after
        )
    ]
    scores.append(
        {"learner_id": ann, "responded_at": datetime(2025, 2, 28), "engagement": 50.0, "vocal": 0.0}
    )
    scores.append(
        {"learner_id": ben, "responded_at": datetime(2025, 3, 20), "engagement": 50.0, "cognitive": 41.0}
    )
    coded = coded_labels(read_labels(spark, str(file)), SECRET)
    labelled = labelled_scores(
        coded, frame(spark, RESPONSE_ENGAGEMENT, scores), ScoreSettings(prior_responses=8)
    )
    counts, learners = fates(labelled)
    assert learners == 2
    assert counts == {
        "used": 3, "no_learner": 2, "bad_date": 1, "bad_rating": 2, "unknown_learner": 1, "no_responses": 1,
    }  # fmt: skip
    told = {row["learner_id"]: row for row in labelled.where("fate = 'used'").collect()}
    # (18 + 18) / (2 + 8); one response 40 below the average: -40 / (1 + 8); cognitive -9 / (1 + 8).
    assert told[ann]["behavioural"] == pytest.approx(3.6)
    assert told[ann]["vocal"] == pytest.approx(-40 / 9)
    assert told[ann]["emotional"] == 0.0
    assert (told[ben]["cognitive"], told[ben]["date"]) == (pytest.approx(-1.0), date(2025, 3, 28))
    together = grams(labelled).sum(axis=0)
    assert together[0].tolist() == pytest.approx([3, 2 * 3.6, -1.0, 0.0, -80 / 9, 10.0], abs=1e-5)
    assert together[1, 5] == together[5, 1] == pytest.approx(2 * 3.6 * 4)


def test_read_labels__names_the_missing_columns(spark: SparkSession, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("learner;date;rating\nann;2025-03-28;4\n")
    with pytest.raises(InputError, match=r"no column learner, date, rating; expected .*learner,date,rating"):
        read_labels(spark, str(file))
