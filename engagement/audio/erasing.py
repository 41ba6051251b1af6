"""(audio root, audio key) → no such object any more, in none of its versions; never outside the root."""

import os

from botocore.exceptions import BotoCoreError, ClientError

from engagement.audio.fetch import leaves_root, object_place, real_folder
from engagement.audio.object_store import ObjectStore, client_of
from engagement.audio.store_faults import NO_CREDENTIALS, code_of, no_credentials, stop_if_hopeless
from engagement.errors import InputError


def erase(audio_root: str, audio_key: str, *, store: ObjectStore) -> bool:
    """Delete a recording; return whether there was one.

    Args:
        audio_root: Folder, or `s3://bucket/prefix`, under which the key must lie.
        audio_key: Key relative to the root, as the telemetry names it.
        store: How an `s3://` root is reached.

    Raises:
        ConfigurationError: the root itself is not a folder or an `s3://` URI.
        InputError: it is there and may not be deleted, or the store does not answer.
        CredentialsError: the store refuses the credentials.
    """
    if leaves_root(audio_key) or not audio_key.strip("/ ") or "\0" in audio_key:
        return False
    if audio_root.startswith("s3://"):
        return _erase_object(store, *object_place(audio_root, audio_key))
    return _erase_file(real_folder(audio_root), audio_key)


def _erase_file(root: str, audio_key: str) -> bool:
    path = os.path.realpath(os.path.join(root, audio_key))  # noqa: PTH118 - realpath takes no Path
    if os.path.commonpath((root, path)) != root or not os.path.isfile(path):  # noqa: PTH113 - as above
        return False
    try:
        os.unlink(path)  # noqa: PTH108 - as above
    except OSError as error:
        raise InputError(f"A recording below {root} cannot be deleted: {error.strerror}.") from error
    return True


def _erase_object(store: ObjectStore, bucket: str, key: str) -> bool:
    """Delete every version of an object: in a bucket that keeps them, deleting it alone only hides it."""
    client = client_of(store)
    pages = client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key)
    try:
        versions = [
            each["VersionId"]
            for page in pages
            for each in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
            if each["Key"] == key
        ]
        for version in versions:
            client.delete_object(Bucket=bucket, Key=key, VersionId=version)
    except ClientError as error:
        stop_if_hopeless(error, bucket)
        raise InputError(
            f"Bucket {bucket!r} does not let recordings be deleted ({code_of(error)}): the driver's role "
            "needs s3:ListBucketVersions on it, s3:DeleteObject and s3:DeleteObjectVersion on the recordings."
        ) from None
    except NO_CREDENTIALS as error:
        raise no_credentials(error, bucket) from error
    except (BotoCoreError, OSError) as error:
        raise InputError(f"Bucket {bucket!r} does not answer ({type(error).__name__}).") from error
    return bool(versions)
