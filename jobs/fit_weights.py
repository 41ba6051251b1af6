"""A file of ratings and gold.response_engagement → weights of the dimensions, in a file of their own."""

import argparse
from pathlib import Path

from pyspark.sql import functions as F

from engagement.config import pseudonym_secret
from engagement.labelling.labels import LabelFate, coded_labels, fates, grams, labelled_scores, read_labels
from engagement.labelling.weights import check_enough, fit_weights, weights_file
from engagement.progress import say
from engagement.schemas import RESPONSE_ENGAGEMENT
from engagement.step import Counts, Run, main
from engagement.tables import read


def fit(run: Run) -> Counts:
    """Fit the weights to the ratings, say what that gains, and write them where it gains anything."""
    score, cohort = run.settings.score, run.settings.cohort.name
    rows = read_labels(run.spark, run.options.labels)
    scores = read(run.spark, run.warehouse, RESPONSE_ENGAGEMENT).where(F.col("cohort") == cohort)
    labelled = labelled_scores(coded_labels(rows, pseudonym_secret()), scores, score).persist()
    counts, learners = fates(labelled)
    say("      rows of the file: " + ", ".join(f"{name} {rows:,}" for name, rows in counts.items()))
    check_enough(counts.get(LabelFate.USED, 0), learners)
    fitted = fit_weights(grams(labelled), score.dimension_weights)
    labelled.unpersist()
    say(f"      {fitted.told}")
    if fitted.gain > 0:
        out, used = Path(run.options.out), counts[LabelFate.USED]
        text = weights_file(fitted, labels=used, learners=learners, made_at=run.warehouse.started_at)
        out.write_text(text, encoding="utf-8")
        say(f"      written to {out}: score with --set score.weights_file={out}")
    else:
        say("      nothing gained on learners that the fit has not seen: the weights in force stay")
    return Counts(rows_in=sum(counts.values()), rows_out=int(fitted.gain > 0), detail=counts)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--labels", required=True, metavar="FILE", help="CSV file with the columns learner, date, rating"
    )
    parser.add_argument(
        "--out", default="weights.yaml", metavar="FILE", help="file to write (default: weights.yaml)"
    )


if __name__ == "__main__":
    main("fit_weights", {"fit_weights": fit}, _add_options, writes=False)
