"""A scenario: how it is written, and where its bytes come from."""

import hashlib
import pathlib

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.kbkdf import CounterLocation, KBKDFHMAC, Mode

OWN = pathlib.Path(__file__).resolve().parent.parent.parent / "own"


def stream(name, n):
    """n bytes that depend on the name alone."""
    blocks = (hashlib.sha256(f"{name} {i}".encode()).digest() for i in range(n // 32 + 1))
    return b"".join(blocks)[:n]


def write(name, kind, origin, expect, released, *fields):
    lines = [
        f"expect: {expect}",
        f"released: {hashlib.sha256(released).hexdigest()}",
        f"origin: {origin}; gen/own",
        f"kind: {kind}",
    ]
    for field, value in fields:
        value = value.hex() if isinstance(value, bytes) else value
        lines.append(f"{field}: {value}".rstrip(" ") if value == "" else f"{field}: {value}")
    path = OWN / f"{name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def derive(key, label, context):
    """KBKDF in counter mode with HMAC-SHA-256, to 32 bytes (SP 800-108)."""
    return KBKDFHMAC(
        algorithm=SHA256(),
        mode=Mode.CounterMode,
        length=32,
        rlen=4,
        llen=4,
        location=CounterLocation.BeforeFixed,
        label=label,
        context=context,
        fixed=None,
    ).derive(key)
