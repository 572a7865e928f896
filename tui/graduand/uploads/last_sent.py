"""What was last sent: the end of the replay of all noted uploads, cached until another upload or result is noted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.git import upload_tags
from graduand.handshake.state import NOTHING, Sent
from graduand.storage.cache_file import CacheFile
from graduand.uploads.replay import replay_uploads

if TYPE_CHECKING:
    from graduand.git.program import Program

_Packed = tuple[tuple[str, ...], list[str], list[list[str]], list[str], list[str], tuple[str, ...], str]

_FORMAT: Final = "graduand/sent/3"


class LastSent(NamedTuple):
    """The state after the last noted upload."""

    sent: Sent
    since: tuple[str, ...]
    """The last upload and the last result, as far as there are any."""
    last_upload: str
    """The name of the last upload; "" when none is noted."""


def read_last_sent(program: Program, *, no_cache: bool = False) -> LastSent:
    """Return the end of the replay, from the cache unless `no_cache`.

    Raises:
        Unreadable: the commit of an upload is not in this clone.
    """
    marks = upload_tags.marks(program)
    if not marks:
        return LastSent(NOTHING, (), "")
    file = CacheFile[_Packed](Path(program.folder, "graduand", "sent"), _FORMAT, program.prefix, *marks)
    remembered = None if no_cache else file.read()
    if remembered:
        return _unpacked(remembered)
    past = replay_uploads(program)
    latest = LastSent(past.sent, past.since, past.last_upload)
    if past.replayed and not no_cache:
        file.write(_packed(latest))
    return latest


def _packed(latest: LastSent) -> _Packed:
    """Return plain values: the rows as columns, in which equal cells are one object."""
    sent = latest.sent
    known: list[dict[str, str]] = [{} for _column in sent.columns]
    columns = [
        [cells.setdefault(cell, cell) for cell in column]
        for cells, column in zip(known, zip(*sent.rows.values(), strict=True), strict=False)
    ]
    return (
        sent.columns,
        [*sent.rows],
        columns,
        sorted(sent.failed),
        sorted(sent.refused),
        latest.since,
        latest.last_upload,
    )


def _unpacked(remembered: _Packed) -> LastSent:
    columns, usernames, cells, failed, refused, since, last = remembered
    rows = dict(zip(usernames, zip(*cells, strict=True), strict=True))
    return LastSent(Sent(columns, rows, frozenset(failed), frozenset(refused)), since, last)
