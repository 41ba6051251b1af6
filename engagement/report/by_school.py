"""Gold tables → figures by school, small classes left out: what the page's filters choose from."""

from pyspark.sql import Column, DataFrame, functions as F

from engagement.report.figures import ALL, INTERVAL_Z
from engagement.report.small import with_total, without_small
from engagement.schemas.enums import Dimension

_MEAN = ("engagement", "variance", "error_variance")


def phase_cells(phase_engagement: DataFrame, *, minimum: int) -> DataFrame:
    """Return one row per school (and all together), language, level and phase, all together first.

    Means are over the learners with a score. `error_variance` is that of the mean, from the learners'
    intervals; `falling` and `rising` count the learners whose trend's interval lies below or above zero.

    Args:
        phase_engagement: Rows of one selection.
        minimum: Learners under whom a row is left out, or a figure blank, count.
    """
    learner_error = (F.col("engagement_high") - F.col("engagement_low")) / (2 * INTERVAL_Z)
    cells = (
        with_total(phase_engagement, "school_id")
        .groupBy("school_id", "language", "level", "phase")
        .agg(
            *_over_learners(),
            (F.sum(learner_error**2) / F.count("engagement") ** 2).alias("error_variance"),
            F.count("trend").alias("trended"),
            F.avg("trend").alias("trend"),
            F.count_if(F.col("trend_high") < 0).alias("falling"),
            F.count_if(F.col("trend_low") > 0).alias("rising"),
        )
    )
    shown = without_small(
        cells,
        minimum=minimum,
        counts={"scored": _MEAN, "trended": ("trend", "falling", "rising")},
        siblings={"school_id": ("language", "level", "phase")},
    )
    return shown.orderBy(_totals_first(), F.desc("learners"), "language", "level", "phase", "school_id")


def week_means(response_engagement: DataFrame, *, minimum: int) -> DataFrame:
    """Return one row per school (and all together), language and week from Monday, UTC, the latest first.

    The mean is over learners, each with the mean of that week's responses: who answers much counts once.

    Args:
        response_engagement: Rows of one selection.
        minimum: Learners under whom a row is left out, or a mean blank, count.
    """
    per_learner = response_engagement.groupBy(
        "language", F.date_trunc("week", "responded_at").alias("week"), "learner_id"
    ).agg(
        F.avg("engagement").alias("engagement"),
        F.count("*").alias("responses"),
        F.max_by("school_id", F.struct("responded_at", "response_id")).alias("school_id"),
    )
    weeks = (
        with_total(per_learner, "school_id")
        .groupBy("school_id", "language", "week")
        .agg(
            *_over_learners(),
            F.lit(None).cast("double").alias("error_variance"),
        )
    )
    shown = without_small(
        weeks, minimum=minimum, counts={"scored": _MEAN}, siblings={"school_id": ("language", "week")}
    )
    return shown.orderBy(_totals_first(), F.desc("week"), F.desc("learners"), "language", "school_id")


def group_sizes(learner_groups: DataFrame, *, minimum: int) -> DataFrame:
    """Return one row per school (and all together), language and group; of all together, with a reason.

    Args:
        learner_groups: Rows of one selection, `with_forecasts`.
        minimum: Learners under whom a row is left out, count.
    """
    groups = (
        with_total(learner_groups, "school_id")
        .groupBy("school_id", "language", "group_name")
        .agg(
            F.count("*").alias("learners"),
            F.median("engagement").alias("engagement"),
            F.median("trend").alias("trend"),
            F.median("achievement").alias("achievement"),
            # Of each school they would make the page long, and tell of its learners one by one.
            F.when(F.col("school_id") == ALL, F.min_by("reason", "learner_id")).alias("example"),
        )
    )
    shown = without_small(groups, minimum=minimum, siblings={"school_id": ("language", "group_name")})
    return shown.orderBy(_totals_first(), F.desc("learners"), "language", "group_name", "school_id")


def dimension_means(phase_engagement: DataFrame, *, minimum: int) -> DataFrame:
    """Return one row per school, language and phase: mean and learners of each dimension.

    Of schools and of languages there is a row for all together as well.

    Args:
        phase_engagement: Rows of one selection.
        minimum: Learners under whom a mean is blank, count.
    """
    with_all = with_total(with_total(phase_engagement, "school_id"), "language")
    told = {dimension: F.when(F.col(dimension).isNotNull(), F.col("learner_id")) for dimension in Dimension}
    means = with_all.groupBy("school_id", "language", "phase").agg(
        F.countDistinct("learner_id").alias("learners"),
        *(F.avg(dimension).alias(dimension) for dimension in Dimension),
        *(F.countDistinct(learner).alias(f"{name}_learners") for name, learner in told.items()),
    )
    shown = without_small(
        means,
        minimum=minimum,
        counts={f"{dimension}_learners": (str(dimension),) for dimension in Dimension},
        siblings={"school_id": ("language", "phase"), "language": ("school_id", "phase")},
    )
    return shown.orderBy(_totals_first(), F.desc("learners"), "school_id", "language", "phase")


def driver_counts(insights: DataFrame, *, minimum: int) -> DataFrame:
    """Return one row per language, phase, driver and direction, the commonest first.

    It tells how many learners the driver moves, and by how much on average. Of languages and of phases there
    is a row for all together as well.

    Args:
        insights: Rows of one selection.
        minimum: Learners under whom a row is left out, count.
    """
    of_learners = insights.where(F.col("learner_id").isNotNull())
    drivers = (
        with_total(with_total(of_learners, "language"), "phase")
        .groupBy("language", "phase", "driver", "direction")
        .agg(F.countDistinct("learner_id").alias("learners"), F.avg("contribution").alias("contribution"))
    )
    # Over phases learners do not sum: who is in two counts twice.
    shown = without_small(drivers, minimum=minimum, siblings={"language": ("phase", "driver", "direction")})
    return shown.orderBy(
        *(F.desc(F.col(name).eqNullSafe(ALL)) for name in ("language", "phase")),
        F.desc("learners"),
        "driver",
        "direction",
        "language",
        "phase",
    )


def _over_learners() -> list[Column]:
    """Return how many learners the rows tell of, how many with a score, and the scores' mean and variance."""
    return [
        F.count("*").alias("learners"),
        F.count("engagement").alias("scored"),
        F.sum("responses").alias("responses"),
        F.avg("engagement").alias("engagement"),
        F.var_samp("engagement").alias("variance"),
    ]


def _totals_first() -> Column:
    return F.desc(F.col("school_id").eqNullSafe(ALL))
