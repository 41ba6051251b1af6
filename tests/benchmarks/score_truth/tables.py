"""Whether the tables under the scores are right, and equal however partitioned, on a simulated class.

    python -m tests.benchmarks.score_truth.tables --folder DIR

The class goes through every step from telemetry to forecast in 1, 8 and 64 partitions, into three warehouses
that are compared row by row, gold included. Its exports cover 60 % of the learners, a fixed draw. Told is how
often learner, level and phase are right, with exports and without.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from pyspark.sql import SparkSession

from engagement.demo.generators import GENERATORS
from engagement.schemas import TABLES
from engagement.tables import exists
from tests.benchmarks.score_truth.classes import SimulatedClass, session
from tests.benchmarks.score_truth.coverage import learners_in
from tests.benchmarks.score_truth.measures import identity_figures
from tests.benchmarks.score_truth.telling import say, tell
from tests.benchmarks.score_truth.units import responses_with_truth
from tests.equal import differences

COVERED = 0.6
# Shuffle partitions, and the bytes of a file that a task reads.
PARTITIONS = {1: 128 << 20, 8: 1 << 20, 64: 64 << 10}
STEPS = ("score_engagement", "find_groups", "predict_engagement")


def main() -> None:
    """Run the steps three times, compare, print."""
    options = _options()
    spark = session()
    least, *more = PARTITIONS
    first = _run(spark, least, options)
    compared = sum(exists(spark, first.warehouse, table) for table in TABLES)
    for partitions in more:
        other = _run(spark, partitions, options, source=first.input)
        found = differences(spark, first.warehouse, other.warehouse)
        say(f"of {compared} tables, differ between {least} and {partitions} partitions: {len(found)}")
        for difference in found:
            say(f"  {difference}")
    covered = len(learners_in(first.input / "exports"))
    figures = {"share of all learners in an export": covered / options.learners}
    figures |= identity_figures(responses_with_truth(first))
    tell(figures)
    spark.stop()


def _run(
    spark: SparkSession, partitions: int, options: argparse.Namespace, *, source: Path | None = None
) -> SimulatedClass:
    spark.conf.set("spark.sql.shuffle.partitions", partitions)
    # Else small tables come in one partition, whatever is asked for.
    spark.conf.set("spark.sql.adaptive.coalescePartitions.enabled", "false")
    spark.conf.set("spark.sql.files.maxPartitionBytes", PARTITIONS[partitions])
    spark.conf.set("spark.sql.files.minPartitionNum", partitions)
    group = f"{partitions} partitions"
    spark.sparkContext.setJobGroup(group, group)
    simulated = SimulatedClass(
        spark,
        options.folder / f"{options.generator}-{options.seed}-{partitions}",
        options.generator,
        options.seed,
        learners=options.learners,
        weeks=options.weeks,
        covered=COVERED,
        source=source,
    )
    simulated.prepare()
    simulated.run(*STEPS)
    tasks = _stage_tasks(spark, group)
    say(f"{group}: {len(tasks)} stages, half of {median(tasks):.0f} tasks or more, one of {max(tasks)}")
    return simulated


def _stage_tasks(spark: SparkSession, group: str) -> Sequence[int]:
    """Return the tasks of each stage that Spark still remembers of a group of jobs."""
    tracker = spark.sparkContext.statusTracker()
    jobs = [tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup(group)]
    stages = {stage for job in jobs if job for stage in job.stageIds}
    told = [tracker.getStageInfo(stage) for stage in stages]
    return [stage.numTasks for stage in told if stage and stage.numCompletedTasks]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--generator", choices=GENERATORS, default="expression")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--learners", type=int, default=120)
    parser.add_argument("--weeks", type=int, default=8)
    parser.add_argument("--folder", type=Path, required=True, help="where classes and tables are kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
