"""Any amount of telemetry made from real files: their events, with times, ids and devices of their own."""

import random
import re
from pathlib import Path

FIRST_ETS = 1_714_521_600_000  # 2024-05-01, UTC
DAY_MILLISECONDS = 86_400_000
DEVICES = 5_000
SHARE_TWICE, SHARE_CUT = 0.02, 0.001
_PLACES = re.compile(r'"ets":[0-9.E]+|"mid":"[^"]*"|"did":"[^"]+"')


def generate(folder: Path, real: Path, *, size_bytes: int, files: int, days: int) -> int:
    """Write about `size_bytes` of JSON Lines in `files` files; return the lines written.

    Every event is distinct but for those delivered twice (`SHARE_TWICE`); a share of the lines is cut off
    (`SHARE_CUT`). The files follow each other in time over `days` days, as a product's do.
    """
    templates = [
        line for path in sorted(real.glob("portal*.jsonl")) for line in path.read_text().splitlines() if line
    ]
    draw = random.Random(1)
    folder.mkdir(parents=True)
    mean_bytes = sum(map(len, templates)) / len(templates)
    step = max(1, int(days * DAY_MILLISECONDS * mean_bytes / size_bytes))
    number = 0
    for file_number in range(files):
        written, before = 0, ""
        with (folder / f"part-{file_number:03}.jsonl").open("w", encoding="utf-8") as lines:
            while written < size_bytes / files:
                number += 1
                chance = draw.random()
                line = (
                    before
                    if before and chance < SHARE_TWICE
                    else _varied(draw.choice(templates), number, step)
                )
                before = line
                if chance > 1 - SHARE_CUT:
                    line = line[: len(line) // 2]
                written += lines.write(f"{line}\n")
    return number


def _varied(template: str, number: int, step: int) -> str:
    own = {
        '"ets"': f'"ets":{FIRST_ETS + number * step}',
        '"mid"': f'"mid":"EVENT:{number:032x}"',
        '"did"': f'"did":"{number % DEVICES:040x}"',
    }
    return _PLACES.sub(lambda found: own[found.group(0)[:5]], template)
