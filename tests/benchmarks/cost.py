"""What a million clips cost, from a measured throughput.

    python -m tests.benchmarks.cost --clips-per-second 300 --cores 2

prints a table of Markdown. A vCPU is taken to be as fast as a core that was measured: run `score_recordings`
on the machine that you will pay for. Prices are inputs with a date: check them before use.
"""

import argparse
from dataclasses import dataclass

CLIPS = 1_000_000
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class Machine:
    """A machine to rent.

    Attributes:
        name: Its type, as its owner names it.
        cores: vCPUs.
        dollars_per_hour: On-demand price of an hour of Linux, US dollars.
    """

    name: str
    cores: int
    dollars_per_hour: float


# AWS, us-east-1, on demand, Linux, list prices of early 2025; without EMR's or Databricks' surcharge.
MACHINES = (Machine("c7i.4xlarge", 16, 0.714), Machine("m7i.4xlarge", 16, 0.8064))
GPU_MACHINE = Machine("g5.4xlarge", 16, 1.624)


def cost(machine: Machine, *, clips_per_core_second: float) -> tuple[float, float]:
    """Return the hours that a million clips take, and what they cost, US dollars."""
    hours = CLIPS / (machine.cores * clips_per_core_second) / SECONDS_PER_HOUR
    return hours, hours * machine.dollars_per_hour


def table(clips_per_core_second: float, model_share: float) -> str:
    """Return the table.

    Args:
        clips_per_core_second: Measured, clips/s on one core.
        model_share: Share of a core's time that runs the models. A GPU takes no more than that away, so the
            estimate for it is the time of all the rest: the most that it can bring.
    """
    lines = [
        "| machine | clips/s | hours | US$ | how known |\n|---|---|---|---|---|",
        *(_line(machine, clips_per_core_second, "scaled from measured cores") for machine in MACHINES),
        _line(GPU_MACHINE, clips_per_core_second / (1 - model_share), "estimated: models take no time"),
    ]
    return "\n".join(lines)


def _line(machine: Machine, clips_per_core_second: float, how: str) -> str:
    hours, dollars = cost(machine, clips_per_core_second=clips_per_core_second)
    speed = machine.cores * clips_per_core_second
    price = f"{machine.name}, {machine.dollars_per_hour} $/h"
    return f"| {price} | {speed:,.0f} | {hours:.2f} | {dollars:.2f} | {how} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--clips-per-second", type=float, required=True, help="of all cores together")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument(
        "--model-share", type=float, default=0.03, help="share of the time in the models, 0–1"
    )
    options = parser.parse_args()
    print(table(options.clips_per_second / options.cores, options.model_share))  # noqa: T201


if __name__ == "__main__":
    main()
