"""Engagement Prediction System: telemetry and voice recordings to engagement scores, on Spark."""

__version__ = "0.1.0"
