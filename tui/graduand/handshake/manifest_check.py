"""Received: a manifest that comes back, read and held against its files before anything is built on it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from graduand.errors import NotAnUpload, Unreadable
from graduand.handshake.upload import SCHEMA
from graduand.language import _, quoted
from graduand.storage import file_reader

if TYPE_CHECKING:
    from pathlib import Path

_SIZE = 64_000_000


def received(path: Path) -> dict[str, Any]:
    """Return what the manifest at `path` says, once its files are as it says.

    Raises:
        Unreadable: it is not there.
        NotAnUpload: it is no manifest, a draft, a rehearsal, or its files have changed.
    """
    says = _says(path)
    if says.get("dirty") or not says.get("commit"):
        raise NotAnUpload(
            path, _("it was compiled from uncommitted changes and cannot be answered for; compile it from a commit.")
        )
    if says.get("rehearsal"):
        raise NotAnUpload(path, _("it is a rehearsal, which Handshake never runs; compile it without --rehearse."))
    for job in says["jobs"]:
        file = path.with_name(str(job["file"]))
        try:
            content = file_reader.read(file, _SIZE)
        except Unreadable as missing:
            raise NotAnUpload(path, str(missing)) from missing
        if hashlib.sha256(content).hexdigest() != job["sha256"]:
            raise NotAnUpload(
                path, _("{file} is not as it was compiled; compile it again.").format(file=quoted(file.name))
            )
    return says


def _says(path: Path) -> dict[str, Any]:
    raw = file_reader.read(path, _SIZE)
    try:
        says = json.loads(raw)
        whole = says["schema"] == SCHEMA and all(_is_job(job) for job in says["jobs"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise NotAnUpload(path, _("it is no manifest of graduand.")) from error
    if not whole:
        raise NotAnUpload(path, _("it is no manifest that this graduand reads ({schema}).").format(schema=SCHEMA))
    return dict(says)


def _is_job(job: Any) -> bool:  # noqa: ANN401 - as JSON has it
    """Tell whether a job names a file beside the manifest, and its checksum."""
    name = job["file"]
    return bool(job["sha256"]) and name not in {"", ".", ".."} and not {"/", "\0"} & set(name)
