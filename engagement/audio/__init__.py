"""Recordings: fetched, decoded and measured; plain numpy, no JVM."""
