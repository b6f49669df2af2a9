"""HLS segments under METHOD=AES-128."""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from scenario import stream, write

HLS = "RFC 8216 §4.3.2.4, RFC 5652 §6.3"


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
