"""The synthetic voice: what its manner changes, and that its bytes do not depend on what came before."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engagement.demo import speech
from engagement.demo.diary import Manner
from engagement.demo.speech import RATE_HZ, SpeechJob, Synthesiser, recording_of, speak_all

USUAL = Manner(words_per_minute=140, pitch=60, pitch_range=50, volume=90, word_gap=2, lead_seconds=0.2)


def a_job(*, target: Path | str = "", manner: Manner | None = USUAL) -> SpeechJob:
    text = "the small rabbit sleeps under the tree"
    return SpeechJob(str(target), "key", text, "en", "7001", manner, gain_db=0.0)


@pytest.fixture(scope="module")
def synthesiser() -> Synthesiser:
    return Synthesiser()


def test_recording_of__a_slow_halting_voice_takes_longer(synthesiser: Synthesiser) -> None:
    usual = recording_of(a_job(), synthesiser)
    slow = recording_of(a_job(manner=replace(USUAL, words_per_minute=100)), synthesiser)
    halting = recording_of(a_job(manner=replace(USUAL, word_gap=20)), synthesiser)
    assert 1.5 < usual.size / RATE_HZ < 4
    assert slow.size > 1.2 * usual.size
    assert halting.size > 1.2 * usual.size


def test_recording_of__volume_is_heard(synthesiser: Synthesiser) -> None:
    loud = recording_of(a_job(manner=replace(USUAL, volume=120)), synthesiser)
    quiet = recording_of(a_job(manner=replace(USUAL, volume=60)), synthesiser)
    assert loud.std() > 1.5 * quiet.std()
    assert abs(loud).max() < 1


def test_recording_of__who_says_nothing_leaves_the_room_s_noise(synthesiser: Synthesiser) -> None:
    signal = recording_of(a_job(manner=None), synthesiser)
    assert signal.size == round(1.8 * RATE_HZ)
    assert signal.std() == pytest.approx(0.0015, rel=0.05)


@pytest.mark.parametrize(("language", "text"), [("en", "the brown goat"), ("ta", "சிறிய நாய்")])
def test_say__both_languages_are_spoken(synthesiser: Synthesiser, language: str, text: str) -> None:
    spoken = synthesiser.say(text, voice=f"{language}+f3", manner=USUAL)
    assert spoken.dtype == np.float32
    assert spoken.std() > 0.01


def test_speak_all__every_bundle_starts_afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "BUNDLE", 2)
    monkeypatch.setattr(speech, "cpu_count", lambda: 1)
    jobs = [a_job(target=tmp_path / f"{number}.wav") for number in range(4)]
    assert list(speak_all(jobs)) == [2, 4]
    first, second, third, fourth = ((tmp_path / f"{number}.wav").read_bytes() for number in range(4))
    assert first != second  # espeak-ng's own state: the reason for the bundles
    assert (first, second) == (third, fourth)
