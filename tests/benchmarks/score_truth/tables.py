"""Whether the tables under the scores are right, and equal however partitioned, on a simulated class.

    python -m tests.benchmarks.score_truth.tables --generator expression --folder DIR

The class goes through every step from telemetry to forecast at 1, 8 and 64 shuffle partitions, into three
warehouses that are compared row by row. Its exports cover about 60 % of the learners. Told is how often
learner, level and phase are right, with exports and without. Shared tablets are those whose app names nobody,
where several learners sit and only the ContentSession tells them apart.
"""

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
from pyspark.sql import SparkSession

from engagement.demo.generators import GENERATORS
from tests.benchmarks.score_truth.classes import SimulatedClass, session
from tests.benchmarks.score_truth.coverage import is_covered
from tests.benchmarks.score_truth.measures import identity_figures
from tests.benchmarks.score_truth.units import responses_with_truth
from tests.equal import differences

PARTITIONS = (1, 8, 64)
# Of the learners in an export, 86 % of a class: it leaves 60 % of all.
COVERED = 0.7
_SMALL_SPLITS = str(64 * 1024)


def main() -> None:
    """Run the steps three times, compare, print."""
    options = _options()
    spark = session()
    classes = [_run(spark, partitions, options) for partitions in PARTITIONS]
    first, *others = classes
    for partitions, other in zip(PARTITIONS[1:], others, strict=True):
        found = differences(spark, first.warehouse, other.warehouse)
        _say(f"tables that differ between 1 and {partitions} partitions: {len(found)}")
        for difference in found:
            _say(f"  {difference}")
    answers = responses_with_truth(first)
    figures = identity_figures(answers) | shared_tablet_figures(answers, first)
    for name, value in figures.items():
        _say(f"{name:<86} {value:9.4f}")
    spark.stop()


def shared_tablet_figures(answers: pd.DataFrame, simulated: SimulatedClass) -> dict[str, float]:
    """Return how often the learner is right on tablets that several share and whose app names nobody."""
    with (simulated.truth / "learners.csv").open(encoding="utf-8") as lines:
        learners = list(csv.DictReader(lines))
    sitting = Counter(row["device"] for row in learners)
    nameless = {
        row["learner"]
        for row in learners
        if sitting[row["device"]] > 1 and row["app_names_learner"] == "False"
    }
    covered = {row["learner"] for row in learners if row["exports"] and is_covered(row["learner"], COVERED)}
    shared = answers[answers["learner"].isin(nameless)]
    is_right = shared["learner_id"] == shared["true_learner_id"]
    in_exports = shared["learner"].isin(covered)
    return {
        "share of all learners in an export": len(covered) / len(learners),
        "responses on shared tablets": float(len(shared)),
        "  of them by learners in an export": float(in_exports.sum()),
        "  learner right, of those in an export": float(is_right[in_exports].mean()),
    }


def _run(spark: SparkSession, partitions: int, options: argparse.Namespace) -> SimulatedClass:
    spark.conf.set("spark.sql.shuffle.partitions", partitions)
    spark.conf.set("spark.sql.adaptive.enabled", "false")
    spark.conf.set("spark.sql.files.maxPartitionBytes", _SMALL_SPLITS if partitions > 1 else "128m")
    simulated = SimulatedClass(
        spark,
        options.folder / f"{options.generator}-{options.seed}-{partitions}",
        options.generator,
        options.seed,
        learners=options.learners,
        weeks=options.weeks,
        covered=COVERED,
    )
    simulated.prepare()
    simulated.run("score_engagement", "find_groups", "predict_engagement")
    _say(f"{partitions} partitions: done")
    return simulated


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--generator", choices=GENERATORS, default="expression")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--learners", type=int, default=100)
    parser.add_argument("--weeks", type=int, default=8)
    parser.add_argument("--folder", type=Path, required=True, help="where classes and tables are kept")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
