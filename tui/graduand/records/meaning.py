"""The meaning of a record: a checksum of what it says, whatever its file looks like and whichever schema it follows."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from graduand.records.legacy_reader import read_past_record


def meaning_of(path: str, raw: bytes) -> str:
    """Return the SHA-256 of a record as canonical JSON: keys nested and sorted, every value a text or a list of texts.

    Comments, the order of keys, quotes and line ends do not change it, nor does the path. It is "" of bytes that are no
    record.
    """
    record = read_past_record(path, raw.replace(b"\r\n", b"\n"))
    if record is None:
        return ""
    tree: dict[str, Any] = {}
    for key, value in record.values.items():
        *groups, name = key.split(":")
        place = tree
        for group in groups:
            place = place.setdefault(group, {})
        place[name] = value
    text = json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
