"""The proof of the scores on a small class: every figure is told or says why not; labels meet their fate."""

from pathlib import Path

import pytest

from engagement.errors import InputError
from engagement.gold.measures import MEASURES, Kind
from engagement.schemas import VALIDATION
from jobs.fit_weights import fit
from jobs.validate_scores import validate_scores
from tests.e2e.conftest import Scored


def test_validate_scores__every_figure_is_told_or_says_why_not(scored_class: Scored) -> None:
    counts = scored_class.run(steps={"validate_scores": validate_scores}, run_id="proof")
    rows = scored_class.table(VALIDATION).collect()
    assert counts["validate_scores"].rows_out == len(rows)
    everybody = {row["figure"]: row for row in rows if row["subgroup"] == "all"}
    expected = {name for name, measure in MEASURES.items() if measure.kind is not Kind.RESIDUAL}
    assert expected == set(everybody)  # three weeks of eight learners are too few to rehearse a forecast
    assert all((row["value"] is None) == (row["reason"] is not None) for row in rows)
    assert 0.5 < everybody["split_half_reliability"]["value"] <= 1
    assert 0 <= everybody["group_kept"]["low"] <= everybody["group_kept"]["value"] <= 1
    # Voice is a small part of a score.
    assert 0 < everybody["voice_change"]["value"] < 5
    schools = [row for row in rows if row["subgroup"].startswith("school=")]
    assert {row["reason"] for row in schools} == {"too_few_learners"}


def test_fit_weights__too_few_labels_are_refused_with_the_number(
    scored_class: Scored, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw_id, learner_id = scored_class.raw_learners()[0]
    labels, out = tmp_path / "labels.csv", tmp_path / "weights.yaml"
    labels.write_text(
        "learner,date,rating\n"
        f"{raw_id},2025-01-20,4\n"
        f"{learner_id},2025-01-21,5\n"
        "somebody else,2025-01-20,1\n"
        f"{raw_id},soon,3\n"
    )
    with pytest.raises(InputError, match="2 can be used, of 1 learners; needed are 50, of 20 learners"):
        scored_class.run(steps={"fit_weights": fit}, labels=str(labels), out=str(out))
    assert "used 2, bad_date 1, unknown_learner 1" in capsys.readouterr().out
    assert not out.exists()
