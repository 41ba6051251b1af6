"""What a day's input takes: core-hours, hours and US dollars by step, scaled from what was measured here.

    python -m tests.benchmarks.capacity --telemetry-gb 1000 --recordings 10000000 --cores 64

prints a table of Markdown. What a core does was measured on two; more of them are taken to do as much each,
which nobody has measured: time a day on your cluster (ops.runs has the seconds of every step) and compare.
"""

import argparse
from dataclasses import dataclass

from tests.benchmarks.cost import MACHINES, SECONDS_PER_HOUR

# 4 GB of memory a vCPU.
MACHINE = "m7i.4xlarge"
# score_responses takes 1,860 bytes of telemetry for a response.
RESPONSES_PER_GB = 1e9 / 1_860


@dataclass(frozen=True)
class Rate:
    """What a step takes.

    Attributes:
        step: The step.
        core_seconds: Time of one core for one unit, seconds.
        unit: What it is that it takes so long for.
        of: Whether the step reads the day's input, or the whole history each time.
    """

    step: str
    core_seconds: float
    unit: str
    of: str = "day"


# Seconds of both cores: `pipeline steps` on 1,004 MB with exports, score_recordings, and score_responses.
RATES = (
    Rate("ingest_events", 2 * 116.8 / 1.004, "GB"),
    Rate("build_sessions", 2 * 46.0 / 1.004, "GB"),
    Rate("score_voice", 0.0080, "recording"),
    Rate("score_engagement", 2 * 573 / 4_870_450, "response", of="history"),
    Rate("find_groups", 2 * 44 / 4_870_450, "response", of="history"),
    Rate("predict_engagement", 2 * 79 / 4_870_450, "response", of="history"),
)


@dataclass(frozen=True)
class Day:
    """A day's input.

    Attributes:
        telemetry_gb: JSON telemetry, GB as it is when unpacked.
        recordings: New recordings.
        history_days: Days of such input in silver, this one included.
    """

    telemetry_gb: float
    recordings: int
    history_days: int = 1

    def core_hours(self, rate: Rate) -> float:
        """Return what a step takes for it."""
        units = {
            "GB": self.telemetry_gb,
            "recording": self.recordings,
            "response": self.telemetry_gb * RESPONSES_PER_GB,
        }
        days = self.history_days if rate.of == "history" else 1
        return days * units[rate.unit] * rate.core_seconds / SECONDS_PER_HOUR


def table(day: Day, *, cores: int) -> str:
    """Return the table, in Markdown."""
    machine = next(each for each in MACHINES if each.name == MACHINE)
    price = machine.dollars_per_hour / machine.cores
    lines = [f"| step | core-hours | hours on {cores} cores | US$ |\n|---|---|---|---|"]
    for rate in RATES:
        lines.append(_line(f"`{rate.step}`", day.core_hours(rate), cores, price))
    lines.append(_line("together", sum(map(day.core_hours, RATES)), cores, price))
    return "\n".join(lines)


def _line(name: str, core_hours: float, cores: int, price: float) -> str:
    return f"| {name} | {core_hours:,.1f} | {core_hours / cores:.2f} | {core_hours * price:,.2f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--telemetry-gb", type=float, default=1000, help="a day's telemetry (default: 1000)")
    parser.add_argument("--recordings", type=int, default=10_000_000, help="a day's (default: 10 million)")
    parser.add_argument("--history-days", type=int, default=1, help="days in silver (default: 1)")
    parser.add_argument("--cores", type=int, default=64, help="of all executors (default: 64)")
    options = parser.parse_args()
    day = Day(options.telemetry_gb, options.recordings, options.history_days)
    print(table(day, cores=options.cores))  # noqa: T201


if __name__ == "__main__":
    main()
