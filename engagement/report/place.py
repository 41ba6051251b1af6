"""Where the report goes: a file, or an object of S3."""

from pathlib import Path

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


def _put(page: str, place: str) -> None:
    import boto3  # noqa: PLC0415 - half a second that a local run does not pay
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    bucket, _, key = place.removeprefix("s3://").partition("/")
    if not bucket or not key:
        raise ConfigurationError(f"paths.report is {place}; expected s3://BUCKET/KEY.")
    try:
        client = boto3.client("s3")
        client.put_object(Bucket=bucket, Key=key, Body=page.encode(), ContentType="text/html; charset=utf-8")
    except (BotoCoreError, ClientError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        raise ConfigurationError(
            f"S3 did not take the report at {place} ({code}): the driver's role needs s3:PutObject on it."
        ) from error
