"""CTR with counters of several widths, and the seal of a package's record."""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from scenario import derive, stream, write


def ecb(key, block):
    e = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return e.update(block) + e.finalize()


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


def records():
    origin = "HMAC-SHA-256 under KBKDF of the segment key, label reelseal record v1"
    for name, record in [
        ("empty", b""),
        ("json", b'{"segments":[]}'),
        ("long", stream("record", 5000)),
    ]:
        key = stream("segment key", 16)
        mac_key = derive(key, b"reelseal record v1", b"")
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
