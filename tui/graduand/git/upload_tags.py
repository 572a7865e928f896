"""Read the annotated tags in which versions before the ledger noted uploads and their results."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from graduand.git.program import Program

UPLOAD: Final = "upload/"
RESULT: Final = "result/"
_SCHEMAS: Final = {UPLOAD: "graduand/manifest/1", RESULT: "graduand/result/1"}
_NAME: Final = re.compile(r"(?:upload|result)/(\d{8}T\d{6}Z)(?:\.\d+)?")
_TEXTS: Final = ("commit", "on", "upload", "rollback_of")
_LISTS: Final = {"usernames": str, "jobs": dict, "since": str, "failed": dict}
_COMMIT: Final = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})?")


class UploadTag(NamedTuple):
    """A tag that notes an upload or a result."""

    name: str
    """As `upload/20260701T090000Z`, with a number behind it where several were noted in one second."""
    commit: str
    tagger: str
    """`Name <mail>`."""
    says: dict[str, Any]
    """The JSON of the message."""
    manifest: str
    """The message itself."""

    @property
    def moment(self) -> str:
        """When it was noted, as `yyyy-mm-ddThh:mm:ssZ`."""
        return _moment(self.name)

    @property
    def is_upload(self) -> bool:
        """Whether it notes an upload."""
        return self.name.startswith(UPLOAD)


def _moment(name: str) -> str:
    """Return when a tag of this name was noted; "" when it is no name of graduand's."""
    found = _NAME.fullmatch(name)
    try:
        return datetime.strptime(found[1], "%Y%m%dT%H%M%S%z").strftime("%Y-%m-%dT%H:%M:%SZ") if found else ""
    except ValueError:
        return ""


def _refs() -> list[str]:
    return [f"refs/tags/{prefix}" for prefix in (UPLOAD, RESULT)]


def read_tags(program: Program) -> tuple[UploadTag, ...]:
    """Return the tags that graduand made, in the order of noting; others may have a name like theirs."""
    parts = ("objecttype", "refname:lstrip=2", "*objectname", "taggername", "taggeremail", "contents")
    form = "%00".join(f"%({part})" for part in parts)
    found = []
    for entry in program.read("for-each-ref", f"--format={form}%00%01", *_refs()).split("\0\x01"):
        fields = entry.lstrip("\n").split("\0", maxsplit=5)
        if len(fields) == 6 and fields[0] == "tag" and _moment(fields[1]):
            _kind, name, commit, tagger, mail, message = fields
            if says := _said(name, message):
                found.append(UploadTag(name, str(says.get("commit") or commit), f"{tagger} {mail}", says, message))
    return tuple(sorted(found, key=lambda tag: (tag.moment, tag.name.partition("/")[2], not tag.is_upload)))


def _said(name: str, message: str) -> dict[str, Any]:
    """Return the JSON of a message; empty when it has not the form of graduand's."""
    try:
        says, _end = json.JSONDecoder().raw_decode(message)  # a signature may follow
    except (ValueError, RecursionError):
        return {}
    if not isinstance(says, dict) or says.get("schema") != _SCHEMAS[f"{name.partition('/')[0]}/"]:
        return {}
    texts = all(isinstance(says.get(key) or "", str) for key in _TEXTS)
    lists = all(
        isinstance(items := says.get(key) or [], list) and all(isinstance(item, kind) for item in items)
        for key, kind in _LISTS.items()
    )
    return says if texts and lists and _COMMIT.fullmatch(says.get("commit") or "") else {}
