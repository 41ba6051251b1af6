"""What the notebooks read and draw with; nothing here writes a table."""

from engagement.exploring.drawing import (
    GOOD,
    NEUTRAL,
    PHASE_COLOURS,
    PHASE_MARKERS,
    POOR,
    SOFT,
    headline,
    in_order,
    mean_with_interval,
)
from engagement.exploring.hearing import hear
from engagement.exploring.warehouse import OpenWarehouse, open_warehouse

__all__ = [
    "GOOD",
    "NEUTRAL",
    "PHASE_COLOURS",
    "PHASE_MARKERS",
    "POOR",
    "SOFT",
    "OpenWarehouse",
    "headline",
    "hear",
    "in_order",
    "mean_with_interval",
    "open_warehouse",
]
