"""Read a manifest that comes back, and compare it with its files before anything is built on it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from graduand import __version__
from graduand.errors import NotAnUpload, Unreadable
from graduand.handshake.upload import CHECKSUM, SCHEMA, manifest_checksum
from graduand.language import _, quoted
from graduand.rules.values import is_day
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
        whole = says["schema"] == SCHEMA and isinstance(says["jobs"], list) and all(map(_is_job, says["jobs"]))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise NotAnUpload(path, _("it is no manifest of graduand.")) from error
    if says["schema"] != SCHEMA:
        raise NotAnUpload(path, _("it is no manifest that this graduand reads ({schema}).").format(schema=SCHEMA))
    if not whole or not _are_facts(says):
        raise NotAnUpload(path, _("it is no manifest of graduand."))
    is_ours = CHECKSUM in says or says.get("version") == __version__  # older versions wrote none
    if is_ours and says.get(CHECKSUM) != manifest_checksum(says):
        raise NotAnUpload(path, _("it was changed after it was compiled; compile it again."))
    return dict(says)


def _is_job(job: Any) -> bool:  # noqa: ANN401 - as JSON has it
    """Tell whether a job names a file beside the manifest, its checksum, and how it is to be run."""
    name = job["file"]
    texts = ("file", "sha256", "job_type", "identifier_column", "delivery")
    return bool(
        all(isinstance(job[key], str) for key in texts)
        and type(job["rows"]) is int
        and type(job["changes_identifier_data"]) is bool
        and all(isinstance(header, str) for header in job["columns"])
        and job["sha256"]
        and name not in {"", ".", ".."}
        and not {"/", "\0"} & set(name)
    )


_TEXTS: Final = ("version", "commit", "branch", "on", "region", "ledger", "plan", "anchor", "takes_back")


def _are_facts(says: dict[str, Any]) -> bool:
    """Tell whether what the manifest says besides is of the types that graduand writes."""
    texts = all(isinstance(says.get(key), str | None) for key in _TEXTS)
    overrides, approvals = says.get("overrides", []), says.get("approvals", [])
    lists = isinstance(overrides, list) and isinstance(approvals, list)
    return texts and lists and is_day(str(says.get("on"))) and all(isinstance(one, dict) for one in overrides)
