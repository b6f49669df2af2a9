"""boto3 as a peer: one call of KMS in JSON a line, one answer a line.

A blob is {"base64": ...} on the way in, and base64 on the way out. The operation `esdk` is of no
service: the AWS Encryption SDK seals a message under KeyId, through the same client, and opens it.
"""

import base64
import datetime
import json
import sys

import aws_encryption_sdk
import boto3
from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders, models
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from botocore.config import Config
from botocore.exceptions import ClientError

# One attempt, so that what is refused is asked once; the ranges of members are the server's
# to check.
config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
kms = boto3.client("kms", endpoint_url=sys.argv[1], config=config)


def blobs(value):
    if isinstance(value, dict):
        if set(value) == {"base64"}:
            return base64.b64decode(value["base64"])
        return {name: blobs(member) for name, member in value.items()}
    return value


def plain(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    raise TypeError(type(value))


def esdk(KeyId):
    providers = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())
    given = models.CreateAwsKmsKeyringInput(kms_key_id=KeyId, kms_client=kms)
    keyring = providers.create_aws_kms_keyring(input=given)
    client, context = aws_encryption_sdk.EncryptionSDKClient(), {"purpose": "test"}
    message, _ = client.encrypt(source=b"text", keyring=keyring, encryption_context=context)
    clear, _ = client.decrypt(source=message, keyring=keyring)
    return {"clear": clear, "ResponseMetadata": {"HTTPStatusCode": 200}}


for line in sys.stdin:
    request = json.loads(line)
    try:
        call = esdk if request["operation"] == "esdk" else getattr(kms, request["operation"])
        answer = call(**blobs(request["params"]))
        metadata = answer.pop("ResponseMetadata")
        said = {"answer": answer}
    except ClientError as error:
        metadata = error.response["ResponseMetadata"]
        said = {"error": error.response["Error"]["Code"]}
    said |= {"status": metadata["HTTPStatusCode"], "requestId": metadata.get("RequestId")}
    print(json.dumps(said, default=plain), flush=True)
