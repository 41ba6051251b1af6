"""Which releases of EMR bring the Spark and the Delta that this project is tested with."""

from dataclasses import dataclass

from engagement.errors import ConfigurationError


@dataclass(frozen=True)
class Release:
    """What a release brings.

    Attributes:
        label: Beginning of the release's label.
        spark: Version of Spark.
        delta: Version of Delta Lake, and so of its Python package.
    """

    label: str
    spark: str
    delta: str


# Amazon EMR's release guide, "emr-spark-8.0.0 application versions": Python 3.11, 3.12, 3.13.
RELEASES = (Release(label="emr-spark-8.0", spark="4.0.2", delta="4.0.0"),)


def release_of(label: str) -> Release:
    """Return what the release with this label brings.

    Raises:
        ConfigurationError: the project is not tested with it.
    """
    for release in RELEASES:
        if label.startswith(release.label):
            return release
    tested = ", ".join(f"{each.label}.x (Spark {each.spark}, Delta {each.delta})" for each in RELEASES)
    raise ConfigurationError(
        f"The release is {label}; this project is tested with {tested}: use one of these."
    )


def delta_for(spark: str) -> str:
    """Return the version of Delta's Python package that goes with an EMR's Spark, such as `4.0.2-amzn-0`.

    Raises:
        ConfigurationError: the project is not tested with that Spark.
    """
    for release in RELEASES:
        if spark.split(".")[:2] == release.spark.split(".")[:2]:
            return release.delta
    tested = ", ".join(f"{each.spark} ({each.label}.x)" for each in RELEASES)
    raise ConfigurationError(
        f"The cluster's Spark is {spark}; this project is tested with {tested}: use one of these."
    )
