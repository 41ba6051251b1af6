"""What was measured → a table; and how far the scores of two contenders lie apart."""

import statistics
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

GOALS = {
    "pool": "ours ≥ 0.9 of it",
    "ray": "ours ≥ 1.0 of it",
    "daft": "ours ≥ 1.0 of it",
    "http": "≥ 0.9 of ours, server and client counted out",
    "one core": "ours ≥ 1.8 of it",
    "naive": "told",
}


@dataclass
class Figures:
    """Seconds of every round by contender.

    Attributes:
        clips: Clips of a round.
        cores: Cores of a contender, but for `one core`.
        client_seconds: Processor time of a GET in the client, seconds a clip.
        seconds: Of every round.
        server_seconds: Processor time of the server in every round.
        start_seconds: Time that a warm contender takes for next to no clips.
    """

    clips: int
    cores: int
    client_seconds: float
    seconds: dict[str, list[float]] = field(default_factory=dict)
    server_seconds: dict[str, list[float]] = field(default_factory=dict)
    start_seconds: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, seconds: float, *, server_seconds: float) -> None:
        """Note a round."""
        self.seconds.setdefault(name, []).append(seconds)
        self.server_seconds.setdefault(name, []).append(server_seconds)

    def counted_seconds(self, name: str) -> list[float]:
        """Return the seconds of every round; over HTTP without the processor time of server and client."""
        if name != "http":
            return self.seconds[name]
        client = self.clips * self.client_seconds
        taken = zip(self.seconds[name], self.server_seconds[name], strict=True)
        return [seconds - (server + client) / self.cores for seconds, server in taken]


def table(figures: Figures) -> str:
    """Return the figures as a table of Markdown."""
    lines = [
        f"{figures.clips:,} clips, {figures.cores} cores; medians over the rounds, in brackets the range",
        "",
        "| | s | clips/s | core ms a clip | start s | ours : it | goal |",
        "|---|---|---|---|---|---|---|",
    ]
    ours = figures.seconds.get("spark")
    for name in figures.seconds:
        seconds = figures.counted_seconds(name)
        median = statistics.median(seconds)
        cores = 1 if name == "one core" else figures.cores
        ratio = _ratio([its / our for its, our in zip(seconds, ours, strict=True)], name) if ours else ""
        lines.append(
            f"| {name} | {median:.2f} ({min(seconds):.2f}–{max(seconds):.2f}) | {figures.clips / median:.1f} "
            f"| {1000 * cores * median / figures.clips:.2f} | {figures.start_seconds[name]:.2f} "
            f"| {ratio} | {GOALS.get(name, '')} |"
        )
    if "http" in figures.seconds:
        server = statistics.median(figures.server_seconds["http"]) / figures.clips
        whole = statistics.median(figures.seconds["http"])
        lines += [
            "",
            f"http: {whole:.2f} s as the clock has it; counted out are {1000 * server:.2f} ms a clip of the "
            f"server and {1000 * figures.client_seconds:.2f} ms of the client, divided by the cores.",
        ]
    return "\n".join(lines)


def _ratio(ratios: list[float], name: str) -> str:
    if name == "http":  # told as its share of ours
        ratios = [1 / ratio for ratio in ratios]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def differences(ours: Path, theirs: Path) -> float:
    """Return the largest difference of any number that both have; another status counts as infinite."""
    mine, other = (pd.read_parquet(folder).set_index("response_id").sort_index() for folder in (ours, theirs))
    both = [name for name in mine.columns if name in other.columns]
    if list(mine.index) != list(other.index) or not (mine[_texts(both)] == other[_texts(both)]).all(
        axis=None
    ):
        return float("inf")
    numbers = [name for name in both if pd.api.types.is_numeric_dtype(mine[name])]
    apart = (mine[numbers].astype(float) - other[numbers].astype(float)).abs()
    lacking = mine[numbers].isna() != other[numbers].isna()
    return float("inf") if lacking.any(axis=None) else float(apart.max(axis=None))


def _texts(names: list[str]) -> list[str]:
    return [name for name in names if name in ("status", "audio_key", "emotion_model", "tone_model")]
