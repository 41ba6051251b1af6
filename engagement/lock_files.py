"""One small file that many runs may want: written only if it is absent, or still as it was read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession


class LockFile(Protocol):
    """A file that two runs cannot both write; a token stands for one state of it."""

    def read(self) -> tuple[str, str] | None:
        """Return its token and text; None where it is absent."""

    def create(self, text: str) -> str | None:
        """Write it where it is absent; return its token, or None where it was there."""

    def replace(self, token: str, text: str) -> str | None:
        """Write it where it still is as it was under `token`; return the new token, else None."""

    def remove(self, token: str) -> None:
        """Delete it where it still is as it was under `token`."""


_S3 = ("s3", "s3a", "s3n")
_BEING_WRITTEN = "being written"


@dataclass(frozen=True)
class S3LockFile:
    """An object of S3, written on condition (docs.aws.amazon.com/AmazonS3, conditional writes): atomic.

    Attributes:
        client: boto3's client for S3.
        bucket: The bucket.
        key: The key.
    """

    client: Any
    bucket: str
    key: str

    def read(self) -> tuple[str, str] | None:
        """See `LockFile`."""
        try:
            got = self.client.get_object(Bucket=self.bucket, Key=self.key)
        except self.client.exceptions.NoSuchKey:
            return None
        return got["ETag"], got["Body"].read().decode()

    def create(self, text: str) -> str | None:
        """See `LockFile`."""
        return self._put(text, IfNoneMatch="*")

    def replace(self, token: str, text: str) -> str | None:
        """See `LockFile`."""
        return self._put(text, IfMatch=token)

    def remove(self, token: str) -> None:
        """See `LockFile`; not every store deletes on condition, so an empty text means free."""
        self._put("", IfMatch=token)

    def _put(self, text: str, **condition: str) -> str | None:
        try:
            put = self.client.put_object(Bucket=self.bucket, Key=self.key, Body=text.encode(), **condition)
        except self.client.exceptions.ClientError as error:
            # 412: the condition does not hold; 409: somebody else is writing; 404: there is nothing to match.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 409, 412):
                return None
            raise
        return str(put["ETag"])


@dataclass(frozen=True)
class HadoopLockFile:
    """A file of HDFS, ABFS, DBFS …: making it is atomic there, taking over a dead run's is not quite.

    Two runs that find the same dead run's file within the same moment are told apart by reading it again.

    Attributes:
        spark: The session, whose JVM reaches the store.
        uri: The file.
    """

    spark: SparkSession
    uri: str

    def read(self) -> tuple[str, str] | None:
        """See `LockFile`; the text is its own token, since every beat changes it."""
        try:
            with_stream = self._system().open(self._path())
        except Py4JJavaError as error:
            if "FileNotFoundException" in str(error.java_exception.toString()):
                return None
            raise
        try:
            text = str(self._jvm().org.apache.commons.io.IOUtils.toString(with_stream, "UTF-8"))
        finally:
            with_stream.close()
        # Writing anew empties the file first: whoever reads it at that moment must not think it free.
        words = text or _BEING_WRITTEN
        return words, words

    def create(self, text: str) -> str | None:
        """See `LockFile`."""
        try:
            self._write(text, overwrite=False)
        except Py4JJavaError as error:
            if "AlreadyExists" in str(error.java_exception.toString()):
                return None
            raise
        return text

    def replace(self, token: str, text: str) -> str | None:
        """See `LockFile`."""
        found = self.read()
        if found is None or found[0] != token:
            return None
        self._write(text, overwrite=True)
        found = self.read()
        return text if found is not None and found[0] == text else None

    def remove(self, token: str) -> None:
        """See `LockFile`."""
        found = self.read()
        if found is not None and found[0] == token:
            self._system().delete(self._path(), False)

    def _write(self, text: str, *, overwrite: bool) -> None:
        stream = self._system().create(self._path(), overwrite)
        try:
            stream.write(bytearray(text.encode()))
        finally:
            stream.close()

    def _system(self) -> Any:
        return self._path().getFileSystem(self.spark.sparkContext._jsc.hadoopConfiguration())

    def _path(self) -> Any:
        return self._jvm().org.apache.hadoop.fs.Path(self.uri)

    def _jvm(self) -> Any:
        return self.spark.sparkContext._jvm


def lock_file_of(spark: SparkSession, uri: str) -> LockFile:
    """Return the file at `uri`, by the way that its store can write on condition."""
    parts = urlsplit(uri)
    if parts.scheme not in _S3:
        return HadoopLockFile(spark, uri)
    import boto3  # noqa: PLC0415 - half a second that a local run does not pay

    endpoint = spark.sparkContext._jsc.hadoopConfiguration().get("fs.s3a.endpoint")
    if endpoint and "://" not in endpoint:
        endpoint = f"https://{endpoint}"
    is_own = bool(endpoint) and "amazonaws.com" not in endpoint
    client = boto3.client("s3", endpoint_url=endpoint if is_own else None)
    return S3LockFile(client, parts.netloc, parts.path.lstrip("/"))


def local_folder(spark: SparkSession, root: str) -> Path | None:
    """Return the warehouse's folder on this machine; None where it lies in a store."""
    context = spark.sparkContext
    path = context._jvm.org.apache.hadoop.fs.Path(root)  # type: ignore[union-attr]
    if urlsplit(root).scheme in _S3:
        return None
    if path.getFileSystem(context._jsc.hadoopConfiguration()).getUri().getScheme() != "file":
        return None
    return Path(unquote(urlsplit(root).path) if root.startswith("file:") else root)
