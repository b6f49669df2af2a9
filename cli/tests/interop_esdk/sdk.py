"""The AWS Encryption SDK as a peer: one request in JSON a line, one answer a line.

seal: IN is sealed to OUT.    open: OUT gets what IN opens to.
flips: how many of the messages that differ from IN in one bit open.
key:   the ARN of a new key of KMS.
"""

import json
import logging
import sys

import aws_encryption_sdk
import boto3
from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from aws_cryptographic_material_providers.mpl import models
from aws_encryption_sdk import identifiers

logging.disable()  # of every message that is refused, as it should be
providers = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())


def keyring(spec):
    """Of a raw AES key, or of a key of KMS."""
    if "arn" in spec:
        client = boto3.client("kms", region_name="us-east-1", endpoint_url=spec["endpoint"])
        given = models.CreateAwsKmsKeyringInput(kms_key_id=spec["arn"], kms_client=client)
        return providers.create_aws_kms_keyring(input=given)
    key = bytes.fromhex(spec["key"])
    given = models.CreateRawAesKeyringInput(
        key_namespace=spec["namespace"],
        key_name=spec["name"],
        wrapping_key=key,
        wrapping_alg=getattr(models.AesWrappingAlg, f"ALG_AES{8 * len(key)}_GCM_IV12_TAG16"),
    )
    return providers.create_raw_aes_keyring(input=given)


def keyrings(specs):
    first, *rest = [keyring(spec) for spec in specs]
    if not rest:
        return first
    given = models.CreateMultiKeyringInput(generator=first, child_keyrings=rest)
    return providers.create_multi_keyring(input=given)


def client(request):
    policy = request.get("policy", "REQUIRE_ENCRYPT_REQUIRE_DECRYPT")
    policy = getattr(identifiers.CommitmentPolicy, policy)
    return aws_encryption_sdk.EncryptionSDKClient(commitment_policy=policy)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def seal(request):
    more = {}
    if request.get("suite"):
        more["algorithm"] = getattr(identifiers.AlgorithmSuite, request["suite"])
    if request.get("frame_length") is not None:
        more["frame_length"] = request["frame_length"]
    message, header = client(request).encrypt(
        source=read(request["in"]),
        keyring=keyrings(request["keys"]),
        encryption_context=request["context"],
        **more,
    )
    with open(request["out"], "wb") as file:
        file.write(message)
    return {"frame_length": header.frame_length}


def opened(request):
    clear, header = client(request).decrypt(
        source=read(request["in"]),
        keyring=keyrings(request["keys"]),
        encryption_context=request.get("context"),
    )
    with open(request["out"], "wb") as file:
        file.write(clear)
    return {"context": header.encryption_context}


def flips(request):
    message, ring = read(request["in"]), keyrings(request["keys"])
    tried, taken = 0, []
    for bit in range(8 * len(message)):
        altered = bytearray(message)
        altered[bit // 8] ^= 1 << bit % 8
        tried += 1
        try:
            client(request).decrypt(source=bytes(altered), keyring=ring)
            taken.append(bit)
        except Exception:
            pass
    return {"tried": tried, "taken": taken}


def key(request):
    client = boto3.client("kms", region_name="us-east-1", endpoint_url=request["endpoint"])
    return {"arn": client.create_key()["KeyMetadata"]["Arn"]}


VERBS = {"seal": seal, "open": opened, "flips": flips, "key": key}
for line in sys.stdin:
    request = json.loads(line)
    answer = VERBS[request["op"]](request)
    print(json.dumps(answer), flush=True)
