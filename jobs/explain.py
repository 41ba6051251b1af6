"""gold.*, silver.*, bronze.events → one learner's scores taken apart on the screen; no score changes."""

import argparse
import re

from engagement.config import pseudonym_secret
from engagement.errors import ConfigurationError
from engagement.progress import say
from engagement.pseudonyms import pseudonym
from engagement.report.explained import ExplainedTables, collect_phases
from engagement.report.explanation import explanation_text
from engagement.schemas import EVENTS, PHASE_ENGAGEMENT, RESPONSE_ENGAGEMENT, RESPONSES, VOICE_SCORES
from engagement.step import Counts, Run, main
from engagement.tables import read

_STAGE = ("language", "level", "phase")


def explain(run: Run) -> Counts:
    """Show what the learner's scores are made of, down to the lines that they came from."""
    options, cohort = run.options, run.settings.cohort.name
    tables = ExplainedTables(
        phase_engagement=read(run.spark, run.warehouse, PHASE_ENGAGEMENT),
        response_engagement=read(run.spark, run.warehouse, RESPONSE_ENGAGEMENT),
        responses=read(run.spark, run.warehouse, RESPONSES),
        voice_scores=read(run.spark, run.warehouse, VOICE_SCORES),
        events=read(run.spark, run.warehouse, EVENTS),
    )
    stage = {name: getattr(options, name) for name in _STAGE if getattr(options, name)}
    phases = collect_phases(
        tables,
        learner_id=_learner_id(options.learner),
        cohort=cohort,
        stage=stage,
        most_responses=options.responses,
    )
    if not phases:
        told = "".join(f", {name} {value}" for name, value in stage.items())
        raise ConfigurationError(f"The selection '{cohort}' has no phase of this learner{told}.")
    say(explanation_text(phases, run.settings.score.dimension_weights))
    return Counts(rows_in=sum(len(each.responses) for each in phases), detail={"phases": len(phases)})


def _learner_id(given: str) -> str:
    is_pseudonym = re.fullmatch(r"[0-9a-f]{32}", given)
    return given if is_pseudonym else pseudonym(pseudonym_secret(), "learner", given)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--learner", required=True, metavar="ID", help="raw id, or learner_id of the tables")
    for name in _STAGE:
        parser.add_argument(f"--{name}", metavar="NAME", help=f"explain this {name} only")
    parser.add_argument(
        "--responses", type=int, default=20, metavar="N", help="latest responses of a phase (default: 20)"
    )


if __name__ == "__main__":
    main("explain", {"explain": explain}, _add_options, writes=False)
