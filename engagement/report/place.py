"""Where the report goes: a file, or an object of S3."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from engagement.errors import ConfigurationError


def write_page(page: str, place: str) -> None:
    """Write a page to a file, whose folder is made, or to `s3://bucket/key` with boto3's usual credentials.

    Raises:
        ConfigurationError: the place is in another kind of store, or S3 does not take it.
    """
    if place.startswith("s3://"):
        _put(page, place)
    elif "://" in place:
        raise ConfigurationError(f"paths.report is {place}; expected a file, or an object of S3 (s3://…).")
    else:
        file = Path(place)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page, encoding="utf-8")


def delete_page(place: str) -> bool:
    """Delete the page at a place that `write_page` takes; return whether there was one to delete.

    Raises:
        ConfigurationError: S3 does not delete it.
    """
    if place.startswith("s3://"):
        bucket, _, key = place.removeprefix("s3://").partition("/")
        _asked(place, lambda client: client.delete_object(Bucket=bucket, Key=key), "s3:DeleteObject")
        return True
    is_there = "://" not in place and Path(place).is_file()
    if is_there:
        Path(place).unlink()
    return is_there


def _put(page: str, place: str) -> None:
    bucket, _, key = place.removeprefix("s3://").partition("/")
    if not bucket or not key:
        raise ConfigurationError(f"paths.report is {place}; expected s3://BUCKET/KEY.")
    content = {"Body": page.encode(), "ContentType": "text/html; charset=utf-8"}
    _asked(place, lambda client: client.put_object(Bucket=bucket, Key=key, **content), "s3:PutObject")


def _asked(place: str, ask: Callable[[Any], object], action: str) -> None:
    import boto3  # noqa: PLC0415 - half a second that a local run does not pay
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        ask(boto3.client("s3"))
    except (BotoCoreError, ClientError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        raise ConfigurationError(
            f"S3 did not take the report at {place} ({code}): the driver's role needs {action} on it."
        ) from error
