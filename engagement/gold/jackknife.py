"""How sure a figure of many learners is: the delete-a-group jackknife (Kott 2001).

Learners fall into `BUCKETS` groups by the hash of their id, the figure is worked out again without each of
them, and Student's t for one degree less spreads the differences to 90 %.
"""

from pyspark.sql import Column, functions as F

BUCKETS = 20
# Student's t for 19 degrees of freedom, two-sided 90 %.
T_QUANTILE = 1.729


def bucket_of_learner() -> Column:
    """Return the bucket of a row's learner_id, from 0."""
    return F.pmod(F.xxhash64(F.lit("bucket"), "learner_id"), F.lit(BUCKETS))
