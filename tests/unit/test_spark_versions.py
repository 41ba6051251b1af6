"""A cluster's own Spark and Delta: one sentence says why they cannot be used."""

import pytest

from engagement.spark import unfit


@pytest.mark.parametrize("version", ["3.5.6-amzn-2", "4.0.0", "4.0.1", "4.0.2-amzn-0"])
def test_unfit__tested_versions_pass(version: str) -> None:
    assert unfit(version, has_delta=True) == ""


@pytest.mark.parametrize("version", ["3.4.1", "3.50.0", "4.1.0", "40.0.1"])
def test_unfit__another_spark_is_named(version: str) -> None:
    assert unfit(version, has_delta=True).startswith(
        f"This is Spark {version}; the project is tested with 3.5.x or 4.0.x"
    )


def test_unfit__missing_delta_says_what_to_do() -> None:
    assert "delta-defaults (conf/emr/cluster.json)" in unfit("4.0.2-amzn-0", has_delta=False)
