"""One recording for a notebook, through the code that the voice step uses; nothing of it is kept."""

from engagement.audio.decode import Clip, decode
from engagement.audio.fetch import Recording, fetch
from engagement.config import VoiceSettings
from engagement.errors import ConfigurationError


def hear(audio_root: str, audio_key: str) -> Clip:
    """Return a recording, decoded, within the limits that the voice step has by default.

    Args:
        audio_root: Folder, or `s3://bucket/prefix`, under which the key lies: `paths.audio` of the run.
        audio_key: Key of the recording, as silver.responses and silver.voice_scores have it.

    Raises:
        ConfigurationError: the recording is not there, or no audio any more.
    """
    limits = VoiceSettings()
    heard = fetch(audio_root, audio_key, max_bytes=limits.max_bytes)
    if isinstance(heard, Recording):
        clip = decode(heard.content, max_seconds=limits.max_seconds)
        if isinstance(clip, Clip):
            return clip
        heard = clip
    raise ConfigurationError(
        f"The recording cannot be had from {audio_root} ({heard.value}): name the root of the recordings, as "
        "paths.audio does (ENGAGEMENT_AUDIO, on Databricks the widget audio)."
    )
