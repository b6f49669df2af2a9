"""Blobs of the local key service, and the encryption contexts bound to them."""

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scenario import derive, stream, write

BLOB = "the local key service's blob, docs of reelseal-core::format::kms_blob"


def serialized(context):
    if not context:
        return b""
    pairs = sorted((k.encode(), v.encode()) for k, v in context)
    part = lambda b: len(b).to_bytes(2, "big") + b
    return len(pairs).to_bytes(2, "big") + b"".join(part(k) + part(v) for k, v in pairs)


def seal(plaintext, context, version=1, backing=None, magic=b"RSKM\x01"):
    salt, iv = stream("blob salt", 16), stream("blob iv", 12)
    key = derive(backing or stream("backing key", 32), b"reelseal kms v1", salt)
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
