"""Files in S3 under the hash of their content: the same file is uploaded once."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from engagement.errors import ConfigurationError


@dataclass(frozen=True)
class Place:
    """A prefix in S3.

    Attributes:
        bucket: Its bucket.
        prefix: Without slashes at its ends; may be empty.
    """

    bucket: str
    prefix: str

    def key(self, name: str) -> str:
        """Return the key of a name under the prefix."""
        return f"{self.prefix}/{name}" if self.prefix else name


def place_of(uri: str, option: str) -> Place:
    """Return the place that `s3://bucket/prefix` names.

    Raises:
        ConfigurationError: it is none.
    """
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not bucket:
        raise ConfigurationError(f"{option} is {uri!r}; expected s3://BUCKET or s3://BUCKET/PREFIX.")
    return Place(bucket, prefix.strip("/"))


def upload(client: Any, path: Path, place: Place, *, name: str | None = None) -> tuple[str, bool]:
    """Bring a file to S3 unless its content is there.

    Args:
        client: boto3's client for S3.
        path: The file.
        place: Where such files lie.
        name: Name in S3; None: the file's own.

    Returns:
        Its URI, and whether it had to be uploaded.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    key = place.key(f"{digest[:16]}/{name or path.name}")
    uri = f"s3://{place.bucket}/{key}"
    try:
        if client.head_object(Bucket=place.bucket, Key=key)["ContentLength"] == path.stat().st_size:
            return uri, False
    except ClientError as error:
        # Without s3:ListBucket, S3 answers 403 for what is not there: the upload will tell.
        if error.response["Error"]["Code"] not in ("404", "403", "NoSuchKey"):
            raise
    client.upload_file(str(path), place.bucket, key)
    return uri, True
