"""moto's S3 and KMS on a free port, and the real S3 Encryption Client as their client.

The first line of output is the endpoint; then each line of input is a request, and each line of
output its answer. An error of the client is an answer: {"error": "…"}.
"""

import base64
import json
import sys

import boto3
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from s3_encryption import S3EncryptionClient, S3EncryptionClientConfig
from s3_encryption.materials.kms_keyring import KmsKeyring
from s3_encryption.materials.materials import AlgorithmSuite, CommitmentPolicy

REGION = "us-east-1"
BUCKET = "reelseal-test"
SUITES = {
    "V2": (
        AlgorithmSuite.ALG_AES_256_GCM_IV12_TAG16_NO_KDF,
        CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT,
    ),
    "V3": (
        AlgorithmSuite.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
        CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
    ),
}

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
ENDPOINT = "http://%s:%s" % server.get_host_and_port()


def plain(service):
    """A fresh client: the S3 Encryption Client hooks itself into the one that it is given."""
    return boto3.client(service, region_name=REGION, endpoint_url=ENDPOINT)


def client(key, version, legacy=False):
    suite, policy = SUITES[version]
    keyring = KmsKeyring(plain("kms"), key, enable_legacy_wrapping_algorithms=legacy)
    config = S3EncryptionClientConfig(
        keyring=keyring,
        encryption_algorithm=suite,
        commitment_policy=policy,
        enable_legacy_unauthenticated_modes=legacy,
    )
    return S3EncryptionClient(plain("s3"), config)


def import_key(id, material):
    """A key of this id and material: moto keeps its keys in this process."""
    arn = plain("kms").create_key()["KeyMetadata"]["Arn"]
    keys = get_backend("kms")[DEFAULT_ACCOUNT_ID][REGION].keys
    key = keys.pop(arn.split("/")[1])
    key.id, key.arn = id, arn.split("/")[0] + "/" + id
    key.key_material = bytes.fromhex(material)
    keys[id] = key
    return key.arn


def create_key():
    return plain("kms").create_key()["KeyMetadata"]["Arn"]


def put(key, version, name, body, context):
    body = base64.b64decode(body)
    extra = {"EncryptionContext": context} if context else {}
    client(key, version).put_object(Bucket=BUCKET, Key=name, Body=body, **extra)


def get(key, version, name, context, legacy=False):
    extra = {"EncryptionContext": context} if context else {}
    answer = client(key, version, legacy).get_object(Bucket=BUCKET, Key=name, **extra)
    return base64.b64encode(answer["Body"].read()).decode()


def put_raw(name, body, metadata):
    body = base64.b64decode(body)
    plain("s3").put_object(Bucket=BUCKET, Key=name, Body=body, Metadata=metadata)


def get_raw(name):
    answer = plain("s3").get_object(Bucket=BUCKET, Key=name)
    body = base64.b64encode(answer["Body"].read()).decode()
    return {"body": body, "metadata": answer["Metadata"]}


plain("s3").create_bucket(Bucket=BUCKET)
print(json.dumps(ENDPOINT), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"answer": globals()[request.pop("do")](**request)}
    except Exception as error:  # whatever the client says, the test judges
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
