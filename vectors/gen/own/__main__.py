"""Writes own/: scenarios of our own formats, one a file, by PyCA cryptography.

    python3 vectors/gen/own && python3 vectors/gen/manifest.py

Nothing is random: every byte string is the SHA-256 stream of its name, so that a second run
writes the same files. `expect:` says what must come of opening; `released:` is the SHA-256 of
every byte let out, that of the empty string where opening is refused.
"""

import shutil

from kms import blobs, contexts
from scenario import OWN
from segments import segments
from streams import counters, records
from texts import base64s, ext_x_keys

shutil.rmtree(OWN, ignore_errors=True)
for scenarios in [segments, blobs, contexts, base64s, ext_x_keys, counters, records]:
    scenarios()
print(sum(1 for _ in OWN.rglob("*.txt")), "scenarios")
