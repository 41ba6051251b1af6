"""How long learners stay from the first response of a phase on: Kaplan-Meier curves of falling silent."""

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, Window, functions as F

from engagement.report.figures import ALL, INTERVAL_Z
from engagement.report.small import with_total

_CURVE = ("language", "phase")


def stay_counts(phase_engagement: DataFrame, *, silent_days: int) -> DataFrame:
    """Return one row per language (and all together), phase and weeks stayed: learners, and who stopped.

    A stay runs from a learner's first response in the phase, at any level, to the last response in the
    language. Who has given no response in any language for longer than `silent_days` by the data's end has
    fallen silent; of everybody else it is only known that they stayed so long.

    Args:
        phase_engagement: Rows of one selection.
        silent_days: Days without a response after which a learner counts as silent.
    """
    data_end = phase_engagement.agg(F.max("ended_at").alias("data_end"))
    stays = (
        with_total(phase_engagement, "language")
        .groupBy("learner_id", *_CURVE)
        .agg(F.min("started_at").alias("began_at"), F.max("ended_at").alias("ended_at"))
        .crossJoin(F.broadcast(data_end))
    )
    last_at = F.max("ended_at").over(Window.partitionBy("learner_id", "language"))
    learner_end = F.max("ended_at").over(Window.partitionBy("learner_id"))
    ended = stays.select(
        *_CURVE,
        F.floor(F.datediff(last_at, "began_at") / 7).alias("weeks"),
        (F.datediff("data_end", learner_end) > silent_days).alias("is_silent"),
    )
    counted = ended.groupBy(*_CURVE, "weeks").agg(
        F.count(F.lit(1)).alias("learners"), F.count_if("is_silent").alias("stopped")
    )
    return counted.orderBy(*_CURVE, "weeks")


def survival_curves(counts: pd.DataFrame, *, minimum: int) -> pd.DataFrame:
    """Return one row per language, phase and week: the share not yet silent, with its 90 % interval.

    Kaplan-Meier, with Greenwood's variance on the log-log scale. A week that fewer than `minimum` have
    reached is left out, and so is a curve of fewer, with the next smallest where it alone would be told by
    the others and their total.

    Args:
        counts: Rows of `stay_counts`.
        minimum: Fewest learners at risk that are shown, count.
    """
    curves = [
        _curve(stays, minimum).assign(**{name: stays[name].iloc[0] for name in _CURVE})
        for _, stays in counts[~_too_few(counts, minimum)].groupby(list(_CURVE), sort=False, dropna=False)
    ]
    columns = [*_CURVE, "weeks", "at_risk", "staying", "low", "high"]
    return pd.concat(curves)[columns] if curves else pd.DataFrame(columns=columns)


def _too_few(counts: pd.DataFrame, minimum: int) -> pd.Series:
    languages, phases = counts["language"].fillna(""), counts["phase"].fillna("")
    sizes = counts.groupby([languages, phases])["learners"].transform("sum")
    hidden = sizes < minimum
    for phase in phases.unique():
        parts = languages.ne(ALL) & phases.eq(phase)
        small, shown = counts["learners"].where(parts & hidden, 0).sum(), sizes[parts & ~hidden]
        if 0 < small < minimum and len(shown):
            hidden |= parts & languages.eq(languages[shown.idxmin()])
    return hidden


def _curve(stays: pd.DataFrame, minimum: int) -> pd.DataFrame:
    by_week = stays.set_index("weeks")[["learners", "stopped"]]
    weeks = np.arange(int(by_week.index.max()) + 1)
    learners, stopped = by_week.reindex(weeks, fill_value=0).to_numpy(dtype=float).T
    at_risk = learners[::-1].cumsum()[::-1]
    staying = np.cumprod(1 - stopped / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(stopped / (at_risk * (at_risk - stopped)))
        spread = np.exp(INTERVAL_Z * np.sqrt(variance) / np.log(staying))
        low, high = staying ** (1 / spread), staying**spread
    begun = pd.DataFrame({"weeks": [0], "at_risk": at_risk[:1], "staying": 1.0, "low": 1.0, "high": 1.0})
    after = pd.DataFrame(
        {"weeks": weeks + 1, "at_risk": at_risk, "staying": staying, "low": low, "high": high}
    )
    # Until somebody stops, and after everybody has, the formula has no interval.
    after = after.assign(
        low=after["low"].fillna(after["staying"]), high=after["high"].fillna(after["staying"])
    )
    return pd.concat([begun, after[after["at_risk"] >= minimum]])
