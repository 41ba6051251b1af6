"""A simulated class of learners whose true engagement is known: telemetry, exports and recordings."""
