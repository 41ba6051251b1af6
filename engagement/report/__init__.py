"""Gold tables → one self-contained HTML page, and the demo's closing screen."""
