"""`reveal` joins the holder's own list with the tables' pseudonyms, on the standard output alone."""

import hashlib
import hmac
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret for tests, long enough"


def _reveal(*arguments: str, given: str = "", secret: str = SECRET) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ENGAGEMENT_SECRET": secret}
    command = [sys.executable, "-m", "engagement.reveal", *arguments]
    return subprocess.run(command, env=environment, input=given, capture_output=True, text=True, check=False)


def _hash(kind: str, raw: str) -> str:
    return hmac.new(SECRET.encode(), f"{kind}:{raw}".encode(), hashlib.sha256).hexdigest()[:32]


def test_reveal__writes_one_row_per_id_in_order_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "class.txt").write_text('priya-7\n\n  "த", the second  \n', encoding="utf-8")
    done = _reveal(str(tmp_path / "class.txt"))
    assert done.returncode == 0, done.stderr
    second = '"த", the second'
    assert done.stdout == (
        f"raw_id,learner_id\npriya-7,{_hash('learner', 'priya-7')}\n"
        f'"""த"", the second",{_hash("learner", second)}\n'
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class.txt"]


def test_reveal__reads_the_standard_input_and_other_kinds() -> None:
    done = _reveal("--kind", "school", given="29240100101\n")
    assert done.stdout == f"raw_id,school_id\n29240100101,{_hash('school', '29240100101')}\n"


def test_reveal__without_a_secret_or_a_file_is_one_sentence() -> None:
    for done, words in (
        (_reveal(given="x\n", secret=""), "reveal failed: ENGAGEMENT_SECRET holds 0 bytes"),
        (_reveal("/no/such/file"), "reveal failed: /no/such/file is no text file that can be read"),
    ):
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(words)
