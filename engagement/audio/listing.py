"""(audio root, folder below it) → the objects there and their versions, as fetching them would tell."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from engagement.audio.fetch import file_version, leaves_root, real_folder
from engagement.audio.object_store import ObjectStore, list_objects


def list_folder(audio_root: str, folder: str, *, store: ObjectStore) -> Iterator[tuple[str, str]]:
    """Yield audio key and version of every object right below a folder; nothing where there is none.

    Args:
        audio_root: Folder, or `s3://bucket/prefix`.
        folder: Folder below it, without slashes at its ends; "" for the root itself.
        store: How an `s3://` root is reached.

    Raises:
        ConfigurationError: the root itself is not a folder or an `s3://` URI.
        CredentialsError: the store refuses the credentials.
    """
    if leaves_root(folder):
        return
    before = f"{folder}/" if folder else ""
    if audio_root.startswith("s3://"):
        parts = urlsplit(audio_root)
        prefix = parts.path.strip("/")
        root = f"{prefix}/" if prefix else ""
        for key, version in list_objects(store, parts.netloc, root + before):
            yield key[len(root) :], version
        return
    root = real_folder(audio_root)
    path = os.path.realpath(os.path.join(root, folder))  # noqa: PTH118 - realpath takes no Path
    if os.path.commonpath((root, path)) != root or not os.path.isdir(path):  # noqa: PTH112
        return
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_file():
                yield before + entry.name, file_version(entry.stat())
