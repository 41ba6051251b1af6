"""Real recordings in place of the synthetic voice, and what is said when they cannot be used."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engagement.demo.__main__ import main
from engagement.demo.recordings import utterances_by_speaker
from engagement.errors import InputError

RATE_HZ = 16_000


def speech_folder(folder: Path, *, speakers: int = 3, each: int = 4, column: str = "text") -> Path:
    (folder / "flac").mkdir(parents=True)
    lines = [f"utterance_id,speaker_id,age,{column}"]
    for speaker in range(speakers):
        for number in range(each):
            name = f"u{speaker}{number}"
            level = 0.01 * (speaker * each + number + 1)
            soundfile.write(folder / "flac" / f"{name}.flac", np.full(RATE_HZ // 10, level), RATE_HZ)
            lines.append(f"{name},s{speaker},9,WORD NUMBER {name}")
    (folder / "train.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_main__each_recording_is_used_once_by_its_speakers_learner(tmp_path: Path) -> None:
    folder = speech_folder(tmp_path / "speech")
    assert main(["--out", str(tmp_path / "out"), "--weeks", "1", "--recordings", str(folder)]) == 0
    with (tmp_path / "out/truth/recordings.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert sorted(row["utterance_id"] for row in rows) == sorted(
        f"u{s}{n}" for s in range(3) for n in range(4)
    )
    assert len({(row["speaker_id"], row["learner"]) for row in rows}) == 3
    for row in rows:
        original, _ = soundfile.read(folder / "flac" / f"{row['utterance_id']}.flac", dtype="int16")
        placed, rate_hz = soundfile.read(tmp_path / "out/audio" / row["audio_key"], dtype="int16")
        assert rate_hz == RATE_HZ
        np.testing.assert_array_equal(placed, original)


def test_main__each_speaker_reads_in_the_order_of_the_list(tmp_path: Path) -> None:
    folder = speech_folder(tmp_path / "speech")
    main(["--out", str(tmp_path / "out"), "--weeks", "1", "--recordings", str(folder)])
    with (tmp_path / "out/truth/recordings.csv").open(newline="") as lines:
        used = [(row["speaker_id"], row["utterance_id"]) for row in csv.DictReader(lines)]
    assert [utterance for speaker, utterance in used if speaker == "s1"] == ["u10", "u11", "u12", "u13"]


def test_utterances_by_speaker__missing_column_is_named(tmp_path: Path) -> None:
    folder = speech_folder(tmp_path / "speech", column="words")
    with pytest.raises(InputError, match=r"train\.csv lacks text"):
        utterances_by_speaker(folder)


def test_utterances_by_speaker__missing_file_is_named(tmp_path: Path) -> None:
    folder = speech_folder(tmp_path / "speech")
    (folder / "flac" / "u12.flac").unlink()
    with pytest.raises(InputError, match="'u12'"):
        utterances_by_speaker(folder)


def test_utterances_by_speaker__no_csv(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no CSV"):
        utterances_by_speaker(tmp_path)


def test_main__a_folder_that_is_not_there_is_one_sentence_and_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["--out", str(tmp_path / "out"), "--recordings", str(tmp_path / "nowhere")])
    assert status == 2
    assert capsys.readouterr().err == f"--recordings {tmp_path / 'nowhere'}: no such folder.\n"
    assert not (tmp_path / "out").exists()


def test_main__recordings_without_audio_make_no_sense(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path / "out"), "--recordings", str(tmp_path), "--no-audio"]) == 2
    assert "exclude each other" in capsys.readouterr().err
