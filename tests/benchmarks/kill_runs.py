"""`all` killed with SIGKILL at many points, run again, compared: `python -m tests.benchmarks.kill_runs`.

The points are spread over all steps and their commits, between them as well. A chain kills one run after the
other on the same warehouse (every second run of it makes all anew), then lets one run to its end and compares
all tables with those of a run that nobody disturbed. The first chains have one link: a single kill, compared
at once.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from engagement.tables import Warehouse
from jobs.all import PIPELINE
from tests.benchmarks.killed_runs import ROOT, Point, Watched, run_all
from tests.benchmarks.sessions import benchmark_session
from tests.equal import differences

_SINGLES = 2
_REPORTED = 3


def main() -> None:
    """Kill, compare, and tell where the kills fell; exit status 1 where any table differs."""
    options = _parse()
    folder = Path(options.folder or tempfile.mkdtemp(prefix="kill-runs-"))
    source = folder / "input"
    size = ("--learners", str(options.learners), "--weeks", "2", "--seed", str(options.seed))
    subprocess.run(
        [sys.executable, "-m", "engagement.demo", "--out", str(source), *size], check=True, cwd=ROOT
    )
    undisturbed, status = run_all(source, folder / "undisturbed")
    if status != 0:
        sys.exit(f"the undisturbed run failed: {''.join(undisturbed.output[-_REPORTED:])}")
    _tell(f"undisturbed: {undisturbed.commits} commits, {sum(undisturbed.seconds.values()):.0f} s of steps")
    points = _points(undisturbed, options.kills, random.Random(options.seed))
    found, fell = [], Counter[str]()
    for number, chain in enumerate(_chains(points, options.chain)):
        warehouse = folder / f"chain{number}"
        fell.update(_kill(source, warehouse, chain))
        found += _compared(source, warehouse, folder / "undisturbed", number)
        shutil.rmtree(warehouse)
    _tell(f"killed {sum(fell.values())} times: {dict(sorted(fell.items()))}; differences: {len(found)}")
    sys.exit(1 if found else 0)


def _points(undisturbed: Watched, kills: int, chosen: random.Random) -> list[Point]:
    """Deal the kills evenly over the steps, and in each step over its commits and the time between them."""
    points = []
    for number in range(kills):
        step = list(PIPELINE)[number % len(PIPELINE)]
        commits = undisturbed.commits.get(step, 0)
        gap = undisturbed.seconds[step] / (commits + 1)
        points.append(
            Point(step, chosen.randint(0, commits), chosen.choice((0, 0.02, gap * chosen.random())))
        )
    chosen.shuffle(points)
    return points


def _chains(points: list[Point], length: int) -> list[list[Point]]:
    singles, rest = points[:_SINGLES], points[_SINGLES:]
    return [[point] for point in singles] + [rest[at : at + length] for at in range(0, len(rest), length)]


def _kill(source: Path, warehouse: Path, chain: list[Point]) -> Counter[str]:
    fell = Counter[str]()
    for link, point in enumerate(chain):
        options = ("--full-refresh",) if link % 2 else ()
        watched, status = run_all(source, warehouse, kill_at=point, options=options)
        if status not in (-9, 137):
            sys.exit(
                f"{point}: the run ended by itself with {status}: {''.join(watched.output[-_REPORTED:])}"
            )
        fell[watched.step] += 1
        _tell(f"killed at {point}{' of a full refresh' if options else ''}: it had made {watched.commits}")
    return fell


def _compared(source: Path, warehouse: Path, undisturbed: Path, number: int) -> list[str]:
    began = time.monotonic()
    watched, status = run_all(source, warehouse)
    if status != 0:
        return [f"chain {number}: the run after the kills failed: {''.join(watched.output[-_REPORTED:])}"]
    spark = benchmark_session(2, {"spark.sql.shuffle.partitions": "2"})
    found = differences(spark, Warehouse(str(undisturbed)), Warehouse(str(warehouse)))
    _tell(f"chain {number}: {found or 'all tables equal'} ({time.monotonic() - began:.0f} s)")
    return found


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--chain", type=int, default=9, help="kills on one warehouse before it is compared")
    parser.add_argument("--learners", type=int, default=4)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--folder", help="where input and tables go (default: a new temporary folder)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
