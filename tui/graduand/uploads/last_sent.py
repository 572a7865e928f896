"""Latest: what Handshake has by now, known at once from the last time as long as no upload or result is noted."""

from __future__ import annotations

import marshal
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.git import upload_tags
from graduand.handshake.lines import KnownLines
from graduand.handshake.state import NOTHING, Sent
from graduand.storage import cache_file
from graduand.uploads.replay import past_of

if TYPE_CHECKING:
    from graduand.git.program import Program

_FORM: Final = "graduand/sent/1"


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
    prefix = program.look("rev-parse", "--show-prefix")
    place, key = Path(program.folder, "graduand", "sent"), cache_file.key_of(_FORM, prefix, *marks)
    body = None if afresh else cache_file.taken(place, key)
    try:
        if body:
            return _unpacked(body)
    except (ValueError, TypeError, EOFError):
        pass
    past = past_of(program)
    latest = Latest(past.sent, past.since, past.last_upload)
    if past.steps and not afresh:
        headers = [*past.steps[-1].school.columns]
        cache_file.put(place, key, _packed(latest, headers))
    return latest


def _packed(latest: Latest, headers: list[str]) -> bytes:
    cells = latest.sent.cells
    used = set().union(*cells.values())
    columns = tuple(header for header in (*headers, *sorted(used.difference(headers))) if header in used)
    known = KnownLines.of(cells, columns)
    return marshal.dumps(
        (
            known.columns,
            [*known.lines],
            b"\n".join(known.lines.values()),
            sorted(latest.sent.failed),
            sorted(latest.sent.refused),
            latest.since,
            latest.last_upload,
        )
    )


def _unpacked(body: memoryview) -> Latest:
    columns, usernames, lines, failed, refused, since, last = marshal.loads(body)  # noqa: S302 - our own
    known = KnownLines(columns, dict(zip(usernames, lines.split(b"\n") if usernames else [], strict=True)))
    return Latest(Sent(known, frozenset(failed), frozenset(refused)), since, last)
