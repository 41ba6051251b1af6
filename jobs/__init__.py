"""One spark-submit entry point per step."""
