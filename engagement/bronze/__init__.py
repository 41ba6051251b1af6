"""Bronze: raw telemetry and exports, typed, de-duplicated, rejects kept with a reason."""
