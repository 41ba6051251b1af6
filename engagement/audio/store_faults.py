"""What an S3 store's refusals mean: a coded failure of one recording, or the end of the run."""

from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    TokenRetrievalError,
)

from engagement.errors import ConfigurationError, CredentialsError
from engagement.schemas.enums import VoiceStatus

# Error codes of S3: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_NOT_THERE = frozenset({"NoSuchKey", "NotFound", "404", "KeyTooLongError"})
_FORBIDDEN = frozenset({"AccessDenied", "Forbidden", "403", "AllAccessDisabled", "InvalidObjectState"})
_BAD_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidToken",
        "NotSignedUp",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
    }
)
NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    TokenRetrievalError,
)


def no_credentials(error: Exception, bucket: str) -> CredentialsError:
    """Return what to tell the operator where no credentials were found."""
    return CredentialsError(
        f"Credentials for bucket {bucket!r} cannot be had ({type(error).__name__}): "
        "give the executors a role or keys that may read it."
    )


def code_of(error: ClientError) -> str:
    """Return the store's own code of an error answer."""
    return str(error.response.get("Error", {}).get("Code"))


def stop_if_hopeless(error: ClientError, bucket: str) -> None:
    """Raise CredentialsError or ConfigurationError where the store would answer so for every object."""
    code = code_of(error)
    if code in _BAD_CREDENTIALS:
        # Only the code: the store's own words may hold the key's id or the signed request.
        raise CredentialsError(
            f"Bucket {bucket!r} refuses the credentials ({code}): renew them and run the step again; "
            "what is scored stays scored."
        ) from None
    if code == "NoSuchBucket":
        raise ConfigurationError(f"paths.audio names the bucket {bucket!r}, which does not exist.") from None


def status_of(error: ClientError, bucket: str) -> VoiceStatus:
    """Return what an error answer means for one recording.

    Raises:
        CredentialsError, ConfigurationError: it means the same for all of them.
    """
    stop_if_hopeless(error, bucket)
    code = code_of(error)
    if code in _NOT_THERE:
        return VoiceStatus.NOT_FOUND
    return VoiceStatus.FORBIDDEN if code in _FORBIDDEN else VoiceStatus.UNREADABLE
