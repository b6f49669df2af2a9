#!/usr/bin/env python3
"""Writes esdk/: messages of the real AWS Encryption SDK, one a file, and what is wrong with them.

    PEERS/python vectors/gen/esdk.py && python3 vectors/gen/manifest.py

PEERS is the folder that .ci/peers prints. The SDK draws its keys and ids at random: a second run
writes other messages of the same kinds. The wrapping key is a stream of the file's name.
"""

import hashlib
import pathlib
import shutil

import aws_encryption_sdk
from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
from aws_cryptographic_material_providers.mpl import models
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from aws_encryption_sdk.identifiers import AlgorithmSuite, CommitmentPolicy

ESDK = pathlib.Path(__file__).resolve().parent.parent / "esdk"
PLAIN = AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY
SIGNED = AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384
CONTEXT = {"service": "elastictranscoder.amazonaws.com", "ß": "2"}
providers = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())


def stream(name, n):
    """n bytes that depend on the name alone."""
    blocks = (hashlib.sha256(f"{name} {i}".encode()).digest() for i in range(n // 32 + 1))
    return b"".join(blocks)[:n]


def raw(key):
    given = models.CreateRawAesKeyringInput(
        key_namespace="reelseal",
        key_name="a key",
        wrapping_key=key,
        wrapping_alg=getattr(models.AesWrappingAlg, f"ALG_AES{8 * len(key)}_GCM_IV12_TAG16"),
    )
    return providers.create_raw_aes_keyring(input=given)


def seal(name, suite, length, frame, context=CONTEXT, key=32, others=0):
    """A message under the key of its name, and under `others` more, in front and behind."""
    rings = [raw(stream(f"{name} key {i}", 32)) for i in range(others)]
    rings.insert(others // 2, raw(stream(f"{name} key", key)))
    ring = rings[0]
    if others:
        given = models.CreateMultiKeyringInput(generator=rings[0], child_keyrings=rings[1:])
        ring = providers.create_multi_keyring(input=given)
    commits = "COMMIT_KEY" in suite.name
    policy = "REQUIRE_ENCRYPT_REQUIRE_DECRYPT" if commits else "FORBID_ENCRYPT_ALLOW_DECRYPT"
    client = aws_encryption_sdk.EncryptionSDKClient(
        commitment_policy=getattr(CommitmentPolicy, policy)
    )
    message, _ = client.encrypt(
        source=stream(name, length),
        keyring=ring,
        encryption_context=context,
        algorithm=suite,
        frame_length=frame,
    )
    return message


def write(name, of, expect, message, released=b"", key=32):
    lines = [
        f"expect: {expect}",
        f"released: {hashlib.sha256(released).hexdigest()}",
        "origin: PyPI aws-encryption-sdk 4.0.7; gen/esdk.py",
        "kind: esdk",
        f"kek: {stream(f'{of} key', key).hex()}",
        f"message: {message.hex()}",
    ]
    (ESDK / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def good(name, suite, length, frame, **more):
    message = seal(name, suite, length, frame, **more)
    write(name, name, "success", message, stream(name, length), more.get("key", 32))
    return message


def flip(message, at):
    return message[:at] + bytes([message[at] ^ 1]) + message[at:][1:]


def split(message):
    """A signed message and its footer, whose length is that of a signature."""
    at = next(n for n in range(90, 105) if message[-n - 2 :][:2] == n.to_bytes(2, "big"))
    return message[: -at - 2], message[-at - 2 :]


def main():
    shutil.rmtree(ESDK, ignore_errors=True)
    ESDK.mkdir()
    for kind, suite in [("plain", PLAIN), ("signed", SIGNED)]:
        good(f"{kind}_empty", suite, 0, 128)
        good(f"{kind}_one_byte", suite, 1, 4096)
        good(f"{kind}_whole_frames", suite, 256, 128)
        good(f"{kind}_frames", suite, 300, 128)
        good(f"{kind}_not_framed", suite, 300, 0)
        good(f"{kind}_not_framed_and_empty", suite, 0, 0)
        good(f"{kind}_without_context", suite, 20, 128, context={})
    for size in [16, 24]:
        good(f"wrapped_under_{8 * size}_bits", PLAIN, 20, 128, key=size)
    good("second_of_three_keys", PLAIN, 20, 128, others=2)

    of = "signed_altered"
    message = seal(of, SIGNED, 300, 128)
    body, footer = split(message)
    for name, expect, altered in [
        ("signature_altered", "inauthentic", flip(message, len(message) - 1)),
        ("signature_is_no_der", "inauthentic", flip(message, len(body) + 2)),
        ("signature_missing", "malformed", body),
        ("signature_cut_short", "malformed", message[:-1]),
        ("signature_followed_by_a_byte", "malformed", message + b"\0"),
        ("signature_empty", "inauthentic", body + b"\0\0"),
        ("signed_body_altered", "inauthentic", flip(message, len(body) - 1)),
        ("signed_suite_to_unsigned", "malformed", flip(message, 1)),
    ]:
        write(name, of, expect, altered)
    _, other = split(seal(of, SIGNED, 300, 128))
    write("signature_of_another", of, "inauthentic", body + other)

    of = "plain_altered"
    message = seal(of, PLAIN, 300, 128)
    commitment = len(message) - 300 - 2 * 32 - 40 - 16 - 32
    for name, expect, altered in [
        ("commitment_altered", "inauthentic", flip(message, commitment)),
        ("header_tag_altered", "inauthentic", flip(message, commitment + 32)),
        ("message_id_altered", "inauthentic", flip(message, 3)),
        ("frame_altered", "inauthentic", flip(message, len(message) - 1)),
        ("unsigned_with_a_footer", "malformed", message + footer),
        ("final_frame_missing", "malformed", message[:-84]),
        ("unsigned_suite_to_signed", "malformed", flip(message, 1)),
    ]:
        write(name, of, expect, altered)
    for suite in AlgorithmSuite:
        if "COMMIT_KEY" not in suite.name:
            name = f"uncommitted_{suite.algorithm_id:04x}"
            write(name, name, "malformed", seal(name, suite, 20, 128))
    print(sum(1 for _ in ESDK.glob("*.txt")), "messages")


if __name__ == "__main__":
    main()
