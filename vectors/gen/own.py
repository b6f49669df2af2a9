#!/usr/bin/env python3
"""Writes own/: scenarios of our own formats, one a file, by PyCA cryptography.

    python3 vectors/gen/own.py && python3 vectors/gen/manifest.py

Nothing is random: every byte string is the SHA-256 stream of its name, so that a second run
writes the same files. `expect:` says what must come of opening; `released:` is the SHA-256 of
every byte let out, that of the empty string where opening is refused.
"""

import base64
import hashlib
import pathlib
import shutil

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.kbkdf import CounterLocation, KBKDFHMAC, Mode
from cryptography.hazmat.primitives.padding import PKCS7

OWN = pathlib.Path(__file__).resolve().parent.parent / "own"
HLS = "RFC 8216 §4.3.2.4, RFC 5652 §6.3"
BLOB = "the local key service's blob, docs of reelseal-core::format::kms_blob"


def stream(name, n):
    """n bytes that depend on the name alone."""
    blocks = (hashlib.sha256(f"{name} {i}".encode()).digest() for i in range(n // 32 + 1))
    return b"".join(blocks)[:n]


def write(name, kind, origin, expect, released, *fields):
    lines = [
        f"expect: {expect}",
        f"released: {hashlib.sha256(released).hexdigest()}",
        f"origin: {origin}; gen/own.py",
        f"kind: {kind}",
    ]
    for field, value in fields:
        value = value.hex() if isinstance(value, bytes) else value
        lines.append(f"{field}: {value}".rstrip(" ") if value == "" else f"{field}: {value}")
    path = OWN / f"{name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def ecb(key, block):
    e = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return e.update(block) + e.finalize()


# --- HLS segments -----------------------------------------------------------------------------
def cbc(key, iv, clear, pad=True):
    if pad:
        p = PKCS7(128).padder()
        clear = p.update(clear) + p.finalize()
    e = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return e.update(clear) + e.finalize()


def segment(name, clear, encrypted, expect="success", key=None, iv=None, sequence=None, origin=HLS):
    source = ("sequence", str(sequence)) if iv is None else ("iv", iv)
    key = key or stream("segment key", 16)
    released = clear if expect == "success" else b""
    write(
        f"segment/{name}",
        "segment",
        origin,
        expect,
        released,
        ("key", key),
        source,
        ("encrypted", encrypted),
    )


def segments():
    key, iv = stream("segment key", 16), stream("segment iv", 16)
    for name, n in [
        ("empty", 0),
        ("one_byte", 1),
        ("fifteen_bytes", 15),
        ("one_block", 16),
        ("seventeen_bytes", 17),
        ("one_ts_packet", 188),
        ("seven_ts_packets", 1316),
        ("odd_length", 1003),
    ]:
        clear = stream(name, n)
        segment(name, clear, cbc(key, iv, clear), iv=iv)
    for sequence in [0, 7, 255, 256, 2**32, 2**63, 2**64 - 1]:
        clear = stream("sequence", 188)
        block = sequence.to_bytes(16, "big")
        segment(
            f"sequence_{sequence}",
            clear,
            cbc(key, block, clear),
            sequence=sequence,
            origin="RFC 8216 §5.2",
        )
    same = cbc(key, (7).to_bytes(16, "big"), stream("sequence", 188))
    segment(
        "attribute_equal_to_sequence_7",
        stream("sequence", 188),
        same,
        iv=(7).to_bytes(16, "big"),
        origin="RFC 8216 §5.2",
    )
    clear = stream("altered", 1000)
    good = cbc(key, iv, clear)
    flip = lambda at, bit=0x80: good[:at] + bytes([good[at] ^ bit]) + good[at + 1 :]
    segment("last_block_flipped", b"", flip(len(good) - 1), "inauthentic", iv=iv)
    segment("padding_flipped_by_the_block_before", b"", flip(len(good) - 17), "inauthentic", iv=iv)
    segment("truncated_to_blocks", b"", good[:-16], "inauthentic", iv=iv)
    segment("truncated_in_a_block", b"", good[:-1], "inauthentic", iv=iv)
    segment("no_bytes", b"", b"", "inauthentic", iv=iv)
    segment("fifteen_encrypted_bytes", b"", good[:15], "inauthentic", iv=iv)
    segment("wrong_key", b"", good, "inauthentic", key=stream("another key", 16), iv=iv)
    for name, last in [
        ("padding_of_zeros", bytes(16)),
        ("padding_of_17", bytes([17]) * 16),
        ("padding_of_255", bytes([255]) * 16),
        ("padding_short", bytes([2] * 15 + [3])),
        ("padding_wrong_in_front", bytes([15] + [16] * 15)),
        ("padding_wrong_in_the_middle", bytes([16] * 8 + [15] + [16] * 7)),
        ("padding_ansi_x923", bytes([0] * 15 + [16])),
        ("padding_iso_7816", bytes([128] + [0] * 15)),
    ]:
        segment(
            name, b"", cbc(key, iv, stream("front", 32) + last, pad=False), "inauthentic", iv=iv
        )
    # CBC authenticates nothing: what is altered in front of the last two blocks comes out, altered.
    d = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    altered = d.update(flip(5)) + d.finalize()
    segment("altered_in_front_is_not_noticed", altered[:1000], flip(5), iv=iv)


# --- KMS blobs --------------------------------------------------------------------------------
def serialized(context):
    if not context:
        return b""
    pairs = sorted((k.encode(), v.encode()) for k, v in context)
    part = lambda b: len(b).to_bytes(2, "big") + b
    return len(pairs).to_bytes(2, "big") + b"".join(part(k) + part(v) for k, v in pairs)


def seal(plaintext, context, version=1, backing=None, magic=b"RSKM\x01"):
    salt, iv = stream("blob salt", 16), stream("blob iv", 12)
    key = KBKDFHMAC(
        algorithm=SHA256(),
        mode=Mode.CounterMode,
        length=32,
        rlen=4,
        llen=4,
        location=CounterLocation.BeforeFixed,
        label=b"reelseal kms v1",
        context=salt,
        fixed=None,
    ).derive(backing or stream("backing key", 32))
    header = magic + stream("key uuid", 16) + version.to_bytes(4, "big") + salt + iv
    return header + AESGCM(key).encrypt(iv, plaintext, header + serialized(context))


def blob(name, blob_bytes, plaintext, context=(), expect="success", backing=None, origin=BLOB):
    released = plaintext if expect == "success" else b""
    write(
        f"kms/{name}",
        "kms-blob",
        origin,
        expect,
        released,
        ("backing-key", backing or stream("backing key", 32)),
        *[("pair", f"{k}={v}") for k, v in context],
        ("blob", blob_bytes),
    )


def blobs():
    context = [("service", "elastictranscoder.amazonaws.com")]
    key = stream("data key", 16)
    good = seal(key, context)
    flip = lambda at, bit=1: good[:at] + bytes([good[at] ^ bit]) + good[at + 1 :]
    blob("data_key_16", good, key, context)
    for n in [1, 15, 24, 32, 100, 4096]:
        blob(
            f"plaintext_{n}", seal(stream("plaintext", n), context), stream("plaintext", n), context
        )
    blob("empty_context", seal(key, []), key)
    blob("version_2", seal(key, context, 2), key, context)
    blob("version_4294967295", seal(key, context, 2**32 - 1), key, context)
    three = [("b", ""), ("ä", "ö"), ("a", "x")]
    blob("three_pairs_in_any_order", seal(key, three), key, three)
    for at, field in [
        (5, "key_id"),
        (24, "version"),
        (25, "salt"),
        (52, "iv"),
        (53, "ciphertext"),
        (len(good) - 1, "tag"),
        (len(good) - 16, "tag_front"),
    ]:
        blob(f"altered_{field}", flip(at, 2), b"", context, "inauthentic")
    blob("other_backing_key", good, b"", context, "inauthentic", backing=stream("other", 32))
    for name, other in [
        ("none", []),
        ("value", [("service", "elastictranscoder.amazonaws.co")]),
        ("case", [("Service", "elastictranscoder.amazonaws.com")]),
        ("more", context + [("a", "b")]),
        ("blank", [("service", context[0][1] + " ")]),
        ("shifted", [("servicee", "lastictranscoder.amazonaws.com")]),
    ]:
        blob(f"context_{name}", good, b"", other, "inauthentic")
    split = [("ab", "c")]
    blob("context_joined_without_lengths", seal(key, split), b"", [("a", "bc")], "inauthentic")
    blob("context_empty_value_is_not_empty_context", seal(key, [("", "")]), b"", [], "inauthentic")
    blob("no_bytes", b"", b"", context, "malformed")
    blob("header_alone", good[:53], b"", context, "malformed")
    blob("truncated_to_its_tag", good[:69], b"", context, "malformed")
    blob("truncated_by_a_byte", good[:-1], b"", context, "inauthentic")
    blob("one_byte_more", good + b"\0", b"", context, "inauthentic")
    blob("empty_plaintext", seal(b"", context), b"", context, "malformed")
    blob("plaintext_4097", seal(stream("plaintext", 4097), context), b"", context, "malformed")
    blob("version_0", seal(key, context, 0), b"", context, "malformed")
    blob("magic_of_another", seal(key, context, magic=b"RSKN\x01"), b"", context, "malformed")
    blob("format_2", seal(key, context, magic=b"RSKM\x02"), b"", context, "malformed")


# --- encryption contexts ----------------------------------------------------------------------
def contexts():
    origin = "AWS Encryption SDK specification, framework/structures.md"
    big = "x" * (8192 - 7)
    for name, pairs in [
        ("empty", []),
        ("service", [("service", "elastictranscoder.amazonaws.com")]),
        ("empty_pair", [("", "")]),
        ("unsorted", [("b", "1"), ("a", "2"), ("B", "3")]),
        ("sorted_by_bytes", [("ﬀ", "1"), ("𝄞", "2"), ("z", "3"), ("é", "4")]),
        ("prefixes", [("aa", "1"), ("a", "2"), ("aaa", "3")]),
        ("at_the_limit", [("a", big)]),
        ("blanks_kept", [(" a ", " b ")]),
    ]:
        write(
            f"context/{name}",
            "context",
            origin,
            "success",
            serialized(pairs),
            *[("pair", f"{k}={v}") for k, v in pairs],
        )
    for name, pairs in [
        ("repeated_key", [("a", "1"), ("b", "2"), ("a", "1")]),
        ("beyond_the_limit", [("a", big + "x")]),
    ]:
        write(
            f"context/{name}",
            "context",
            origin,
            "malformed",
            b"",
            *[("pair", f"{k}={v}") for k, v in pairs],
        )


# --- base64 -----------------------------------------------------------------------------------
def base64s():
    origin = "RFC 4648 §3.3, §3.5, §4"
    for n in [0, 1, 2, 3, 16, 24, 32, 100]:
        plain = stream("base64", n)
        write(
            f"base64/bytes_{n}",
            "base64",
            origin,
            "success",
            plain,
            ("text-hex", base64.b64encode(plain)),
        )
    every = bytes(range(256))
    write(
        "base64/every_byte",
        "base64",
        origin,
        "success",
        every,
        ("text-hex", base64.b64encode(every)),
    )
    for name, text in [
        ("trailing_bits_1", b"Zh=="),
        ("trailing_bits_2", b"Zm9="),
        ("no_padding", b"Zg"),
        ("half_padding", b"Zg="),
        ("only_padding", b"===="),
        ("padding_inside", b"Zg==Zg=="),
        ("padding_3", b"Z==="),
        ("newline", b"Zm9v\n"),
        ("newline_inside", b"Zm9v\nZm9v"),
        ("blank", b" Zm9"),
        ("url_alphabet", b"-_-_"),
        ("one_character", b"Z"),
        ("not_ascii", "Zmé".encode()),
        ("nul", b"Zm9\0"),
        ("more_padding", b"Zm9v===="),
    ]:
        write(f"base64/{name}", "base64", origin, "malformed", b"", ("text-hex", text))


# --- EXT-X-KEY --------------------------------------------------------------------------------
def ext_x_keys():
    iv = "000102030405060708090a0b0c0d0e0f"
    ok = 'METHOD=AES-128,URI="k.key"'
    with_iv = f"{ok},IV=0x{iv}"
    # `released` is the attribute list as we print it, KEYFORMAT only where it is not identity.
    for name, text, printed in [
        ("none", "METHOD=NONE", "METHOD=NONE"),
        ("no_iv", ok, ok),
        ("iv", with_iv, with_iv),
        ("iv_in_capitals", f"{ok},IV=0X{iv.upper()}", with_iv),
        ("order", f'IV=0x{iv},URI="k.key",METHOD=AES-128', with_iv),
        ("comma_in_uri", 'METHOD=AES-128,URI="a,b=c.key"', 'METHOD=AES-128,URI="a,b=c.key"'),
        ("empty_uri", 'METHOD=AES-128,URI=""', 'METHOD=AES-128,URI=""'),
        ("unknown_attribute", f'X-COLOUR="red",{ok},X-N=1', ok),
        (
            "identity",
            f'{ok},KEYFORMAT="identity",KEYFORMATVERSIONS="1"',
            f'{ok},KEYFORMATVERSIONS="1"',
        ),
        ("method_in_small_letters", 'METHOD=aes-128,URI="k.key"', ok),
        ("blank_after_comma", 'METHOD=AES-128, URI="k.key"', ok),
        (
            "sample_aes",
            'METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery",'
            'KEYFORMATVERSIONS="1/2"',
            'METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery",'
            'KEYFORMATVERSIONS="1/2"',
        ),
    ]:
        write(
            f"ext_x_key/{name}",
            "ext-x-key",
            "RFC 8216 §4.2, §4.3.2.4",
            "success",
            printed.encode(),
            ("list", text),
        )
    for name, text in [
        ("nothing", ""),
        ("no_method", 'URI="k.key"'),
        ("no_uri", "METHOD=AES-128"),
        ("none_with_uri", 'METHOD=NONE,URI="k.key"'),
        ("none_with_iv", f"METHOD=NONE,IV=0x{iv}"),
        ("iv_of_15_bytes", f"{ok},IV=0x{iv[2:]}"),
        ("iv_of_17_bytes", f"{ok},IV=0x{iv}10"),
        ("iv_of_31_digits", f"{ok},IV=0x{iv[1:]}"),
        ("iv_without_0x", f"{ok},IV={iv}"),
        ("iv_quoted", f'{ok},IV="0x{iv}"'),
        ("iv_not_hexadecimal", f"{ok},IV=0x{iv[:-1]}g"),
        ("iv_with_a_sign", f"{ok},IV=0x+{iv[1:]}"),
        ("iv_empty", f"{ok},IV="),
        ("uri_not_quoted", "METHOD=AES-128,URI=k.key"),
        ("uri_not_closed", 'METHOD=AES-128,URI="k.key'),
        ("method_quoted", 'METHOD="AES-128",URI="k.key"'),
        ("method_empty", 'METHOD=,URI="k.key"'),
        ("uri_twice", f'{ok},URI="l.key"'),
        ("unknown_twice", f"{ok},X=1,X=1"),
        ("trailing_comma", f"{ok},"),
        ("leading_comma", f",{ok}"),
        ("two_commas", 'METHOD=AES-128,,URI="k"'),
        ("name_in_small_letters", f'method=AES-128,{ok}'),
        ("name_empty", f"{ok},=1"),
        ("no_value", f"{ok},X"),
        ("after_the_quote", f'{ok}x'),
        ("after_the_quote_not_ascii", f'{ok}é'),
        ("keyformat_not_quoted", f"{ok},KEYFORMAT=identity"),
        ("blank_before_equals", 'METHOD =AES-128,URI="k.key"'),
    ]:
        write(
            f"ext_x_key/{name}",
            "ext-x-key",
            "RFC 8216 §4.2, §4.3.2.4",
            "malformed",
            b"",
            ("list", text),
        )


# --- counters of CTR --------------------------------------------------------------------------
def counters():
    origin = "SP 800-38A §6.5 and its standard incrementing function"
    for bits in [128, 64, 32]:
        for size in [16, 24, 32]:
            starts = [
                ("zero", 0),
                ("wraps_at_32", 2**32 - 2),
                ("wraps_at_64", 2**64 - 2),
                ("wraps_at_128", 2**128 - 2),
            ]
            for name, start in starts:
                key, plain = stream("ctr key", size), stream("ctr", 16 * 4 + 5)
                counts, masked = (1 << bits) - 1, b""
                for i in range(0, len(plain), 16):
                    t = (start & ~counts) | ((start + i // 16) & counts)
                    mask = ecb(key, t.to_bytes(16, "big"))
                    masked += bytes(a ^ b for a, b in zip(plain[i : i + 16], mask))
                if bits == 128:
                    e = Cipher(
                        algorithms.AES(key), modes.CTR(start.to_bytes(16, "big"))
                    ).encryptor()
                    assert e.update(plain) == masked
                write(
                    f"ctr/aes_{8 * size}_counter_{bits}_{name}",
                    "ctr",
                    origin,
                    "success",
                    masked,
                    ("key", key),
                    ("counter-bits", str(bits)),
                    ("first", start.to_bytes(16, "big")),
                    ("message", plain),
                )


# --- the record's seal ------------------------------------------------------------------------
def records():
    origin = "HMAC-SHA-256 under KBKDF of the segment key, label reelseal record v1"
    for name, record in [
        ("empty", b""),
        ("json", b'{"segments":[]}'),
        ("long", stream("record", 5000)),
    ]:
        key = stream("segment key", 16)
        mac_key = KBKDFHMAC(
            algorithm=SHA256(),
            mode=Mode.CounterMode,
            length=32,
            rlen=4,
            llen=4,
            location=CounterLocation.BeforeFixed,
            label=b"reelseal record v1",
            context=b"",
            fixed=None,
        ).derive(key)
        mac = HMAC(mac_key, SHA256())
        mac.update(record)
        right = mac.finalize()
        wrong = right[:31] + bytes([right[31] ^ 1])
        for suffix, seal_bytes, expect in [
            ("", right, "success"),
            ("_altered", wrong, "inauthentic"),
        ]:
            write(
                f"record/{name}{suffix}",
                "record",
                origin,
                expect,
                record if expect == "success" else b"",
                ("key", key),
                ("record", record),
                ("seal", seal_bytes),
            )


if __name__ == "__main__":
    shutil.rmtree(OWN, ignore_errors=True)
    for scenarios in [segments, blobs, contexts, base64s, ext_x_keys, counters, records]:
        scenarios()
    print(sum(1 for _ in OWN.rglob("*.txt")), "scenarios")
