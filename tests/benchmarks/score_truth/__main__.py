"""How far the score is the truth, on simulated classes whose engagement is known.

    python -m tests.benchmarks.score_truth --generator persistence --seeds 1,2,3 --learners 300 --weeks 10

Each class goes through the real steps: ingest_events, build_sessions, score_engagement; the forecast is
rehearsed on it. Only its voice scores are drawn instead of heard (voices.py). The figures are pooled over the
seeds. What a former run prepared under --folder (events, sessions, voices) is used again; scores are always
made anew.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from engagement.demo.generators import GENERATORS
from tests.benchmarks.score_truth.classes import SimulatedClass, session
from tests.benchmarks.score_truth.forecasts import forecast_figures, rehearsed
from tests.benchmarks.score_truth.halves import half_scores
from tests.benchmarks.score_truth.measures import identity_figures, reliability, score_figures
from tests.benchmarks.score_truth.telling import say, tell
from tests.benchmarks.score_truth.units import phase_units, responses_with_truth


def main() -> None:
    """Simulate, score, compare, print."""
    options = _options()
    spark = session()
    classes = [
        SimulatedClass(
            spark,
            options.folder / _name(options, seed),
            options.generator,
            seed,
            learners=options.learners,
            weeks=options.weeks,
            covered=options.covered,
        )
        for seed in options.seeds
    ]
    units: list[pd.DataFrame] = []
    answers: list[pd.DataFrame] = []
    for simulated in classes:
        simulated.prepare()
        simulated.run("score_engagement")
        answers.append(responses_with_truth(simulated))
        units.append(phase_units(simulated, answers[-1]))
        say(f"{options.generator}, seed {simulated.seed}: {len(units[-1])} phases")
    tell(score_figures(pd.concat(units, ignore_index=True)))
    tell(identity_figures(pd.concat(answers, ignore_index=True)))
    if not options.quick:
        halves = pd.concat([half_scores(simulated) for simulated in classes])
        tell({"split-half reliability, odd and even responses": reliability(halves)})
        foreseen = [each for simulated in classes for each in rehearsed(simulated)]
        tell(forecast_figures(foreseen) if foreseen else {})
    spark.stop()


def _name(options: argparse.Namespace, seed: int) -> str:
    covered = "" if options.covered is None else f"-covered-{options.covered}"
    return f"{options.generator}-{seed}{covered}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--generator", choices=GENERATORS, default="persistence")
    parser.add_argument("--seeds", type=_numbers, default=(1, 2, 3), help="seeds, parted by commas")
    parser.add_argument("--learners", type=int, default=300)
    parser.add_argument("--weeks", type=int, default=10)
    parser.add_argument(
        "--covered", type=float, help="share of the learners that exports name; 0: as without exports"
    )
    parser.add_argument("--folder", type=Path, required=True, help="where classes and tables are kept")
    parser.add_argument("--quick", action="store_true", help="the score's figures alone")
    return parser.parse_args()


def _numbers(text: str) -> Sequence[int]:
    return tuple(int(number) for number in text.split(","))


if __name__ == "__main__":
    main()
