"""What can be set about runs themselves; part of `engagement.settings`."""

from dataclasses import dataclass

from engagement.checks import between


@dataclass(frozen=True)
class RunSettings:
    """How runs keep out of each other's way.

    Attributes:
        lock: Whether a run takes the warehouse for itself; false only where the scheduler lets no two runs of
            a warehouse overlap, and its bucket lets nobody write conditionally.
        lock_wait_seconds: How long a run waits for another one to end before it gives up, seconds.
        lock_beat_seconds: How often a run in an object store tells that it is alive, seconds; one that has
            not for four times as long counts as dead.
    """

    lock: bool = True
    lock_wait_seconds: float = 900.0
    lock_beat_seconds: float = 20.0

    def __post_init__(self) -> None:
        between("run.lock_wait_seconds", self.lock_wait_seconds, 0, 7 * 86_400)
        between("run.lock_beat_seconds", self.lock_beat_seconds, 0.1, 3_600)
