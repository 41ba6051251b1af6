"""(audio root, audio key) → bytes and the object's version, or a coded failure; never outside the root."""

import errno
import os
import re
import stat
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from engagement.audio.object_store import ObjectStore, read_object
from engagement.errors import ConfigurationError
from engagement.schemas.enums import VoiceStatus

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NOT_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP}
_AMAZON = ObjectStore()


@dataclass(frozen=True)
class Recording:
    """What was fetched.

    Attributes:
        content: The object, whole.
        version: What tells this content from a later one: ETag, or size and time of change.
    """

    content: bytes
    version: str


def fetch(
    audio_root: str, audio_key: str, *, max_bytes: int, store: ObjectStore = _AMAZON
) -> Recording | VoiceStatus:
    """Fetch one recording, or say why not; a bad key never raises.

    Args:
        audio_root: Folder, or `s3://bucket/prefix`, under which the key must lie.
        audio_key: Key relative to the root, as the telemetry names it.
        max_bytes: Largest object taken, bytes; never more than that is read.
        store: How an `s3://` root is reached.

    Raises:
        ConfigurationError: the root itself is not a folder or an `s3://` URI.
        CredentialsError: the store refuses the credentials.
    """
    if leaves_root(audio_key):
        return VoiceStatus.OUTSIDE_ROOT
    if not audio_key.strip("/ "):
        return VoiceStatus.NOT_FOUND
    if audio_root.startswith("s3://"):
        fetched = _from_s3(audio_root, audio_key, max_bytes=max_bytes, store=store)
    else:
        fetched = _from_folder(audio_root, audio_key, max_bytes=max_bytes)
    if isinstance(fetched, VoiceStatus):
        return fetched
    if len(fetched.content) > max_bytes:
        return VoiceStatus.TOO_LARGE
    return fetched if fetched.content else VoiceStatus.EMPTY


def leaves_root(audio_key: str) -> bool:
    """Tell absolute paths, other schemes and climbing, also percent-encoded (twice at most)."""
    spelled = (audio_key, unquote(audio_key), unquote(unquote(audio_key)))
    return any(
        key.startswith(("/", "\\")) or bool(_SCHEME.match(key)) or ".." in re.split(r"[/\\]", key)
        for key in (text.lstrip() for text in spelled)
    )


def object_place(audio_root: str, audio_key: str) -> tuple[str, str]:
    """Return the bucket and the key of a recording below an `s3://` root."""
    parts = urlsplit(audio_root)
    prefix = parts.path.strip("/")
    return parts.netloc, f"{prefix}/{audio_key}" if prefix else audio_key


def file_version(facts: os.stat_result) -> str:
    """Return what tells a file's content from a later one: its size and time of change."""
    return f"{facts.st_size}-{facts.st_mtime_ns}"


def _from_folder(audio_root: str, audio_key: str, *, max_bytes: int) -> Recording | VoiceStatus:
    root = real_folder(audio_root)
    try:
        path = os.path.realpath(os.path.join(root, audio_key), strict=True)  # noqa: PTH118 - realpath takes no Path
        if os.path.commonpath((root, path)) != root:
            return VoiceStatus.OUTSIDE_ROOT
        # Not blocking: a named pipe under the root must not hold the worker.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123 - flags
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                return VoiceStatus.UNREADABLE
            return Recording(file.read(max_bytes + 1), file_version(facts))
    except OSError as error:
        return VoiceStatus.NOT_FOUND if error.errno in _NOT_THERE else VoiceStatus.UNREADABLE
    except ValueError:  # a zero byte or a lone surrogate: no file can have such a name
        return VoiceStatus.NOT_FOUND


@lru_cache(maxsize=8)
def real_folder(audio_root: str) -> str:
    """Return the root with links followed.

    Raises:
        ConfigurationError: there is no such folder.
    """
    root = os.path.realpath(audio_root)
    if _SCHEME.match(audio_root) or not os.path.isdir(root):  # noqa: PTH112 - as above
        raise ConfigurationError(f"paths.audio is {audio_root!r}; expected a folder or s3://bucket/prefix.")
    return root


def _from_s3(
    audio_root: str, audio_key: str, *, max_bytes: int, store: ObjectStore
) -> Recording | VoiceStatus:
    read = read_object(store, *object_place(audio_root, audio_key), max_bytes=max_bytes)
    return read if isinstance(read, VoiceStatus) else Recording(*read)
