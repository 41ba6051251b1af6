"""Columns by which rows of the gold tables are told apart: the selection, the learner, the language."""

from engagement.schemas.table import STRING, column

COHORT = column("cohort", STRING, "Selection the row belongs to (cohort.name of the run)", required=True)
LEARNER = column("learner_id", STRING, "Learner, pseudonym", required=True)
LANGUAGE = column("language", STRING, "Language being learnt")
