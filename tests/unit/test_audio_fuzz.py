"""A small sample of tests/benchmarks/fuzz_audio.py, which is to be run at length by hand."""

import os
import subprocess
import sys
from pathlib import Path


def test_decode__broken_files_neither_raise_nor_kill() -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "tests.benchmarks.fuzz_audio", "--mutants", "1000"]
    for options in ([], ["--unchecked"]):
        done = subprocess.run(
            [*command, *options],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout
        assert "1,000 mutants" in done.stdout
