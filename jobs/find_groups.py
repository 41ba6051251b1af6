"""gold.phase_engagement, gold.response_engagement → gold.learner_groups, gold.insights."""

from pyspark.sql import functions as F

from engagement.gold.groups import group_learners
from engagement.gold.insights import tell_insights
from engagement.gold.texts import insight_texts
from engagement.schemas import INSIGHTS, LEARNER_GROUPS, PHASE_ENGAGEMENT, RESPONSE_ENGAGEMENT, RESPONSES
from engagement.selection import data_end
from engagement.step import Counts, Run, main
from engagement.tables import read, replace_cohort


def find_groups(run: Run) -> Counts:
    """Group the selection's learners and tell what moves their scores."""
    cohort = run.settings.cohort.name
    phases, answers = (
        read(run.spark, run.warehouse, table).where(F.col("cohort") == cohort)
        for table in (PHASE_ENGAGEMENT, RESPONSE_ENGAGEMENT)
    )
    as_of = data_end(read(run.spark, run.warehouse, RESPONSES))
    found = group_learners(phases, answers, run.settings.score, as_of=as_of)
    groups = replace_cohort(found, run.warehouse, LEARNER_GROUPS, cohort)
    insights = replace_cohort(
        tell_insights(phases, insight_texts(run.settings.insights.language)), run.warehouse, INSIGHTS, cohort
    )
    return Counts(rows_in=phases.count(), rows_out=groups, detail={"insights": insights})


if __name__ == "__main__":
    main("find_groups", {"find_groups": find_groups})
