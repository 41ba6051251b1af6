"""Spoken answers by espeak-ng, called through ctypes: text and manner in, a 16 kHz WAV out."""

import ctypes
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
import soxr

from engagement.demo.diary import Manner
from engagement.errors import ConfigurationError, EngagementError

RATE_HZ = 16_000
ESPEAK_RATE_HZ = 22_050
NOISE_RMS = 0.0015  # about -56 dB below full scale: a quiet room
SPEECH_SCALE = 0.32  # leaves room for loud voices at a loud microphone
SILENT_SECONDS = 1.8
TAIL_SECONDS = 0.25
# espeak-ng keeps state from one utterance to the next: the same bytes on every machine need the
# same utterances in the same order in a fresh process, so the jobs are cut into fixed bundles.
BUNDLE = 64
VARIANTS = ("f2", "f3", "f4", "f5", "m2", "m4")

# Constants of espeak-ng's speak_lib.h.
_SYNCHRONOUS, _UTF8 = 2, 1
_PARAMETERS = {"rate": 1, "volume": 2, "pitch": 3, "range": 4, "word_gap": 7}
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


@dataclass(frozen=True)
class SpeechJob:
    """One recording to make; without a manner it holds the room's noise only.

    `target` is the file to write, `key` names the recording wherever it lies.
    """

    target: str
    key: str
    text: str
    language: str
    speaker: str
    manner: Manner | None
    gain_db: float


def speak_all(jobs: Sequence[SpeechJob]) -> Iterator[int]:
    """Write every recording, in as many processes as there are cores; yields how many are done.

    Raises:
        ConfigurationError: the synthesiser is not installed.
        EngagementError: the synthesiser does not start.
    """
    _library_paths()
    bundles = [jobs[start : start + BUNDLE] for start in range(0, len(jobs), BUNDLE)]
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    done = 0
    with context.Pool(cpu_count() or 1, maxtasksperchild=1) as pool:
        for written in pool.imap_unordered(_speak_bundle, bundles):
            done += written
            yield done


class Synthesiser:
    """espeak-ng in this process: the library, its callback and what it has spoken so far."""

    def __init__(self) -> None:
        library_path, voices_path = _library_paths()
        self._library = ctypes.CDLL(library_path)
        rate_hz = self._library.espeak_Initialize(_SYNCHRONOUS, 0, voices_path.encode(), 0)
        if rate_hz != ESPEAK_RATE_HZ:
            raise EngagementError(
                f"espeak-ng did not start with the voices of {voices_path} (it said {rate_hz})."
            )
        self._spoken: list[npt.NDArray[np.int16]] = []
        self._callback = _CALLBACK(self._keep)  # a reference, or ctypes frees it while the library holds it
        self._library.espeak_SetSynthCallback(self._callback)
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(1))

    def say(self, text: str, *, voice: str, manner: Manner) -> npt.NDArray[np.float32]:
        """Return the spoken text: float32 (samples,), mono, [-1, 1], at ESPEAK_RATE_HZ."""
        settings = (manner.words_per_minute, manner.volume, manner.pitch, manner.pitch_range, manner.word_gap)
        self._library.espeak_SetVoiceByName(voice.encode())
        for parameter, value in zip(_PARAMETERS.values(), settings, strict=True):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._spoken.clear()
        encoded = text.encode()
        self._library.espeak_Synth(encoded, len(encoded) + 1, 0, 1, 0, _UTF8, None, None)
        if not self._spoken:
            return np.zeros(0, dtype=np.float32)
        return np.concatenate(self._spoken).astype(np.float32) / np.float32(32_768)

    def _keep(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
        if count > 0:
            self._spoken.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0


def voice_of(language: str, speaker: str) -> str:
    """Return the name of a speaker's own voice in a language."""
    return f"{language}+{Random(f'variant:{speaker}').choice(VARIANTS)}"


def recording_of(job: SpeechJob, synthesiser: Synthesiser) -> npt.NDArray[np.float32]:
    """Return a job's recording: float32 (samples,), mono, [-1, 1], at RATE_HZ."""
    if job.manner is None:
        signal = np.zeros(round(SILENT_SECONDS * RATE_HZ), dtype=np.float32)
    else:
        voice = voice_of(job.language, job.speaker)
        spoken = synthesiser.say(job.text, voice=voice, manner=job.manner)
        spoken = soxr.resample(spoken, ESPEAK_RATE_HZ, RATE_HZ).astype(np.float32) * SPEECH_SCALE
        lead = np.zeros(round(job.manner.lead_seconds * RATE_HZ), dtype=np.float32)
        tail = np.zeros(round(TAIL_SECONDS * RATE_HZ), dtype=np.float32)
        signal = np.concatenate([lead, spoken, tail])
    noise = np.random.default_rng(Random(job.key).getrandbits(64)).normal(0, NOISE_RMS, signal.size)
    gain = 10 ** (job.gain_db / 20)
    return np.clip((signal + noise) * gain, -1, 1).astype(np.float32)


def _speak_bundle(jobs: Sequence[SpeechJob]) -> int:
    synthesiser = Synthesiser()
    for job in jobs:
        samples = (recording_of(job, synthesiser) * 32_767).astype("<i2")
        Path(job.target).parent.mkdir(parents=True, exist_ok=True)
        with wave.open(job.target, "wb") as recording:
            recording.setnchannels(1)
            recording.setsampwidth(2)
            recording.setframerate(RATE_HZ)
            recording.writeframes(samples.tobytes())
    return len(jobs)


def _library_paths() -> tuple[str, str]:
    try:
        import espeakng_loader  # noqa: PLC0415 - the rest of the demo works without the synthesiser
    except ImportError as error:
        raise ConfigurationError(
            "The demo speaks with espeakng-loader, which is not installed: install the extra `demo`, "
            "or simulate with --no-audio or --recordings DIR."
        ) from error
    return str(espeakng_loader.get_library_path()), str(espeakng_loader.get_data_path())
