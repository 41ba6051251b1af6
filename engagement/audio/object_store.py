"""(bucket, key) → an object of S3 or a store that speaks like it, or a coded failure; retried and bounded."""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError

from engagement.audio.store_faults import NO_CREDENTIALS, no_credentials, status_of, stop_if_hopeless
from engagement.config import VoiceSettings
from engagement.errors import InputError
from engagement.schemas.enums import VoiceStatus

_CHUNK_BYTES = 1 << 16
_LONGEST_WAIT_SECONDS = 4.0


@dataclass(frozen=True)
class ObjectStore:
    """How a store is reached.

    Attributes:
        endpoint: Endpoint of an S3-compatible store; None for Amazon's.
        connect_timeout_seconds: Longest wait for a connection.
        read_timeout_seconds: Longest wait for the next bytes of an answer.
        attempts: Requests for one object, the first included.
        connections: Connections kept open, at least one a thread that fetches.
    """

    endpoint: str | None = None
    connect_timeout_seconds: float = 5.0
    read_timeout_seconds: float = 20.0
    attempts: int = 4
    connections: int = 8


def store_of(settings: VoiceSettings) -> ObjectStore:
    """Return the store that the settings name."""
    return ObjectStore(
        endpoint=settings.s3_endpoint,
        connect_timeout_seconds=settings.connect_timeout_seconds,
        read_timeout_seconds=settings.read_timeout_seconds,
        attempts=settings.fetch_attempts,
        connections=settings.fetch_threads,
    )


class _CutOffError(Exception):
    """Fewer bytes came than the answer promised."""


def read_object(
    store: ObjectStore, bucket: str, key: str, *, max_bytes: int
) -> tuple[bytes, str] | VoiceStatus:
    """Return an object's bytes and its ETag, or why there are none.

    boto3 tries an answer that is an error again by itself; a body that breaks off is asked for anew here,
    whole, so that bytes of two versions are never joined.

    Args:
        store: How the store is reached.
        bucket: Name of the bucket.
        key: Key of the object.
        max_bytes: Largest object taken, bytes; no more than a chunk over it is read.

    Raises:
        CredentialsError: the store knows no such credentials, or they have expired; no object would come.
        ConfigurationError: there is no such bucket.
    """
    for attempt in range(store.attempts):
        if attempt:
            # Full jitter: aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
            time.sleep(random.uniform(0, min(_LONGEST_WAIT_SECONDS, 0.1 * 2**attempt)))  # noqa: S311 - no secret
        try:
            return _read_once(store, bucket, key, max_bytes=max_bytes)
        except _CutOffError:
            continue
        except ClientError as error:
            return status_of(error, bucket)
        except NO_CREDENTIALS as error:
            raise no_credentials(error, bucket) from error
        except (BotoCoreError, OSError):
            return VoiceStatus.UNREADABLE
        except UnicodeEncodeError:  # a lone surrogate: no object can have such a key
            return VoiceStatus.NOT_FOUND
    return VoiceStatus.UNREADABLE


def list_objects(store: ObjectStore, bucket: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield key and ETag of the objects below a prefix, not of those in folders below it.

    Args:
        store: How the store is reached.
        bucket: Name of the bucket.
        prefix: What the keys begin with, the last slash included.

    Raises:
        CredentialsError: the store refuses the credentials.
        ConfigurationError: there is no such bucket.
        InputError: the store does not list: what is there now cannot be told.
    """
    client = client_of(store)
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/")
    try:
        for page in pages:
            for entry in page.get("Contents", []):
                yield str(entry["Key"]), str(entry["ETag"]).strip('"')
    except ClientError as error:
        stop_if_hopeless(error, bucket)
        code = error.response.get("Error", {}).get("Code")
        raise InputError(
            f"Bucket {bucket!r} does not list its objects ({code}): allow s3:ListBucket."
        ) from None
    except NO_CREDENTIALS as error:
        raise no_credentials(error, bucket) from error
    except (BotoCoreError, OSError) as error:
        raise InputError(f"Bucket {bucket!r} does not answer ({type(error).__name__}).") from error


def client_of(store: ObjectStore) -> Any:
    """Return boto3's client of the store, one for all threads of a process."""
    with _client_lock:
        return _client(store)


def _read_once(
    store: ObjectStore, bucket: str, key: str, *, max_bytes: int
) -> tuple[bytes, str] | VoiceStatus:
    client = client_of(store)
    answer = client.get_object(Bucket=bucket, Key=key)
    promised = answer.get("ContentLength")
    with answer["Body"] as body:
        if promised is not None and promised > max_bytes:
            return VoiceStatus.TOO_LARGE
        content = _read_body(body, max_bytes=max_bytes)
    if len(content) > max_bytes:
        return VoiceStatus.TOO_LARGE
    if promised is not None and len(content) < promised:
        raise _CutOffError
    return content, str(answer.get("ETag", "")).strip('"')


def _read_body(body: Any, *, max_bytes: int) -> bytes:
    content = bytearray()
    try:
        while len(content) <= max_bytes:
            chunk = body.read(_CHUNK_BYTES)
            if not chunk:
                break
            content += chunk
    except (IncompleteReadError, HTTPClientError, OSError) as error:
        raise _CutOffError from error
    return bytes(content)


# boto3's clients may be shared by threads, but are not to be made by several at once.
_client_lock = threading.Lock()


@lru_cache(maxsize=4)
def _client(store: ObjectStore) -> Any:
    import boto3  # noqa: PLC0415 - half a second that a local run does not pay
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=store.connect_timeout_seconds,
        read_timeout=store.read_timeout_seconds,
        retries={"mode": "adaptive", "total_max_attempts": store.attempts},
        max_pool_connections=store.connections,
    )
    return boto3.client("s3", endpoint_url=store.endpoint, config=config)
