"""What decoding does with broken files: statuses, time, memory, and whether a worker would survive.

    python -m tests.benchmarks.fuzz_audio --mutants 20000

Every mutant is made from a real file by its number alone (tests/unit/mutants.py) and decoded in a process
apart. One that kills the process, raises, or takes longer than the limit is told by its number and counted;
the exit status is then 1. --unchecked hands the libraries also what its structure tells to be cut off.
"""

import argparse
import resource
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

from engagement.audio import decode as decoding
from tests.unit.mutants import mutant, seeds

MOST_SECONDS = 10.0
HANG_SECONDS = 60.0


def main() -> None:
    """Decode all mutants, print the figures."""
    options = _options()
    if options.worker:
        _work(options)
        return
    counts: Counter[str] = Counter()
    slowest, peak_kilobytes, began = (0.0, -1), 0, time.monotonic()
    for number, status, seconds, kilobytes in _decoded(options):
        counts[status] += 1
        slowest, peak_kilobytes = max(slowest, (seconds, number)), max(peak_kilobytes, kilobytes)
        if status.startswith("FAULT"):
            _say(f"mutant {number}: {status}")
    _say(f"{counts.total():,} mutants in {time.monotonic() - began:.0f} s")
    for status, count in counts.most_common():
        _say(f"  {status} {count:,}")
    _say(f"slowest {slowest[0]:.2f} s (mutant {slowest[1]}), peak memory {peak_kilobytes / 1024:.0f} MiB")
    sys.exit(any(status.startswith("FAULT") for status in counts) or slowest[0] > MOST_SECONDS)


def _decoded(options: argparse.Namespace) -> Iterator[tuple[int, str, float, int]]:
    """Yield number, status, seconds and memory of each; a new process goes on behind one that died."""
    number, end = options.first, options.first + options.mutants
    while number < end:
        command = [sys.executable, "-m", __spec__.name, "--worker", *["--unchecked"] * options.unchecked]
        command += [f"--first={number}", f"--mutants={end - number}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as worker:
            assert worker.stdout is not None
            while number < end:
                if not select.select([worker.stdout], [], [], HANG_SECONDS)[0]:
                    worker.kill()
                    yield number, "FAULT hangs", HANG_SECONDS, 0
                    number += 1
                    break
                line = worker.stdout.readline().decode().split()
                if not line:
                    yield number, f"FAULT process ended with {worker.wait()}", 0.0, 0
                    number += 1
                    break
                yield number, line[0], float(line[1]), int(line[2])
                number += 1


def _work(options: argparse.Namespace) -> None:
    if options.unchecked:
        decoding.is_cut_off = lambda content, container: False
    files = list(seeds().values())
    for number in range(options.first, options.first + options.mutants):
        content = mutant(files, number)
        began = time.monotonic()
        try:
            decoded = decoding.decode(content, max_seconds=60)
            status = "ok" if isinstance(decoded, decoding.Clip) else str(decoded)
        except Exception as error:  # noqa: BLE001 - to be told and counted
            status = f"FAULT:{type(error).__name__}:{error}".replace(" ", "_")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        _say(f"{status} {time.monotonic() - began:.4f} {memory}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--mutants", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--unchecked", action="store_true")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
