"""A secret that lies in AWS Secrets Manager, by its ARN."""

import re

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from engagement.errors import ConfigurationError

_ARN = re.compile(r"arn:aws[a-z-]*:secretsmanager:(?P<region>[a-z0-9-]+):\d+:secret:\S+")
_LIMITS = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})


def is_reference(text: str) -> bool:
    """Return whether a text is the ARN of a secret, not a secret."""
    return _ARN.fullmatch(text) is not None


def stored_secret(arn: str) -> str:
    """Return the secret that an ARN names, asked for in the ARN's region with boto3's usual credentials.

    Raises:
        ConfigurationError: it is not there, may not be read, is no text, or the service does not answer.
    """
    found = _ARN.fullmatch(arn)
    if found is None:
        raise ConfigurationError("This is no ARN of a secret in AWS Secrets Manager.")
    try:
        client = boto3.client("secretsmanager", region_name=found["region"], config=_LIMITS)
        answer = client.get_secret_value(SecretId=arn)
    except (BotoCoreError, ClientError) as error:
        is_answer = isinstance(error, ClientError)
        code = error.response["Error"]["Code"] if is_answer else type(error).__name__
        raise ConfigurationError(
            f"AWS Secrets Manager did not give the secret of ENGAGEMENT_SECRET ({code}): check the ARN "
            "and that the driver's role may call secretsmanager:GetSecretValue on it."
        ) from error
    secret = answer.get("SecretString")
    if not isinstance(secret, str):
        raise ConfigurationError("The secret that ENGAGEMENT_SECRET names holds bytes; expected a text.")
    return secret
