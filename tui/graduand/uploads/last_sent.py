"""Latest: what Handshake has by now, known at once from the last time as long as no upload or result is noted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.git import upload_tags
from graduand.handshake.lines import KnownLines
from graduand.handshake.state import NOTHING, Sent
from graduand.storage.cache_file import CacheFile
from graduand.uploads.replay import past_of

if TYPE_CHECKING:
    from graduand.git.program import Program

_Packed = tuple[tuple[str, ...], list[str], bytes, list[str], list[str], tuple[str, ...], str]

_FORM: Final = "graduand/sent/2"


class Latest(NamedTuple):
    """The end of the past."""

    sent: Sent
    since: tuple[str, ...]
    """The last upload and the last result, as far as there are any."""
    last_upload: str
    """The name of the last upload; "" when none is noted."""


def latest_of(program: Program, *, afresh: bool = False) -> Latest:
    """Return what `past_of` comes to; told `afresh`, or as it is remembered.

    Raises:
        Unreadable: the commit of an upload is not in this clone.
    """
    marks = upload_tags.marks(program)
    if not marks:
        return Latest(NOTHING, (), "")
    file = CacheFile[_Packed](Path(program.folder, "graduand", "sent"), _FORM, program.prefix, *marks)
    remembered = None if afresh else file.read()
    if remembered:
        return _unpacked(remembered)
    past = past_of(program)
    latest = Latest(past.sent, past.since, past.last_upload)
    if past.steps and not afresh:
        headers = [*past.steps[-1].school.columns]
        file.write(_packed(latest, headers))
    return latest


def _packed(latest: Latest, headers: list[str]) -> _Packed:
    cells = latest.sent.cells
    used = set().union(*cells.values())
    columns = tuple(header for header in (*headers, *sorted(used.difference(headers))) if header in used)
    known = KnownLines.of(cells, columns)
    return (
        known.columns,
        [*known.lines],
        b"\n".join(known.lines.values()),
        sorted(latest.sent.failed),
        sorted(latest.sent.refused),
        latest.since,
        latest.last_upload,
    )


def _unpacked(remembered: _Packed) -> Latest:
    columns, usernames, lines, failed, refused, since, last = remembered
    known = KnownLines(columns, dict(zip(usernames, lines.split(b"\n") if usernames else [], strict=True)))
    return Latest(Sent(known, frozenset(failed), frozenset(refused)), since, last)
