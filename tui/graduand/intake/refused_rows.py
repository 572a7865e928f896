"""Files of refused rows: each intake writes its own, and one stays until its rows are taken in or it is thrown away."""

from __future__ import annotations

import hashlib
import re
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import InTheWay, NotWritten, Trouble, reason_of
from graduand.intake.column_mapping import REFUSAL_REASON
from graduand.similar import visible_header
from graduand.storage import atomic, file_reader
from graduand.tables.spreadsheet import as_csv, guarded, unguarded
from graduand.tables.table_reader import SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from graduand.intake.preview import IntakePreview
    from graduand.workspace import Workspace

_NAME: Final = re.compile(r"(?P<source>[a-z0-9][a-z0-9_-]*)-refused(?:-\d{4}-\d\d-\d\d)?(?:-\d+)?\.csv")
"""The name of such a file; versions before had no day in it."""


class RefusedFile(NamedTuple):
    """A file of refused rows that waits."""

    path: Path
    source: str
    changed: float
    """When it was changed last, in seconds of the epoch."""


def folder_of(workspace: Workspace) -> Path:
    """Return the default folder of refused rows."""
    return workspace.root / "build" / "intake"


def waiting_files(folder: Path) -> tuple[RefusedFile, ...]:
    """Return the files of refused rows in a folder, the one that was changed last first."""
    found = []
    for path in folder.glob("*.csv") if folder.is_dir() else ():
        name = _NAME.fullmatch(path.name)
        if name and path.is_file() and not path.is_symlink():
            found.append(RefusedFile(path, name["source"], path.stat().st_mtime))
    return tuple(sorted(found, key=lambda one: (-one.changed, one.path.name)))


def write_refused(preview: IntakePreview, folder: Path, taken: Path | None = None) -> Path | None:
    """Write the refused rows to a new file, and remove the file `taken` from which this intake took its rows.

    No other file is touched: what somebody corrected by hand stays as it is. The file `taken` is removed only when
    it is a file of refused rows, holds what the preview read, and each of its rows was taken in or is written again.
    Return the file of the refused rows; None when there are none.

    Raises:
        InTheWay, NotWritten: the file system refuses.
    """
    written = _written(preview, folder) if preview.refused else None
    whole = not preview.not_selected and not preview.left_out
    if taken and taken != written and whole and is_refused_file(taken) and checksum_of(taken) == preview.checksum:
        atomic.remove(taken)
    return written


def is_refused_file(path: Path) -> bool:
    """Tell whether a file has the name of a file of refused rows."""
    return _NAME.fullmatch(path.name) is not None


def checksum_of(path: Path) -> str:
    """Return the SHA-256 of a file; "" when it cannot be read."""
    try:
        return hashlib.sha256(file_reader.read(path, SIZE)).hexdigest()
    except Trouble:
        return ""


def discard(path: Path) -> None:
    """Throw a file of refused rows away.

    Raises:
        NotWritten: the file system refuses.
    """
    if is_refused_file(path):
        atomic.remove(path)


def _written(preview: IntakePreview, folder: Path) -> Path:
    """Return a file with the refused rows: one that says just that already, or a new one."""
    content = _content(preview)
    for one in waiting_files(folder):
        if one.source == preview.source_name and file_reader.is_content(one.path, content):
            return one.path
    try:
        atomic.refuse_planted_link(folder)
        atomic.make_folders(folder, private=True)
    except OSError as error:
        raise NotWritten(folder, reason_of(error)) from error
    for number in count(1):
        more = f"-{number}" if number > 1 else ""
        path = folder / f"{preview.source_name}-refused-{preview.options.on}{more}.csv"
        try:
            atomic.put_private(path, content, overwrite=False)
        except InTheWay:
            if not path.exists():
                raise
        else:
            return path
    raise InTheWay(folder)  # pragma: no cover - `count` does not end


def _content(preview: IntakePreview) -> bytes:
    numbers = {line: number for number, line in enumerate(preview.table.lines)}
    ragged = {row.line: row.cells for row in preview.table.ragged}
    pairs = [(ragged.get(one.line) or preview.table.row(numbers[one.line]), one.reason) for one in preview.refused]
    return refused_table(preview.table.headers, pairs, preview.table.separator)


def refused_table(headers: Sequence[str], rows: Iterable[tuple[Sequence[str], str]], separator: str) -> bytes:
    """Return rows with their reasons as CSV that a spreadsheet neither runs nor converts.

    A row whose number of cells differs from the header's is written as it is, and is refused again until corrected.
    """
    kept = [index for index, header in enumerate(headers) if visible_header(header) != REFUSAL_REASON]
    lines = [[*map(_guarded, (headers[index] for index in kept)), REFUSAL_REASON]]
    for row, reason in rows:
        cells = [row[index] for index in kept] if len(row) == len(headers) else row
        lines.append([*map(_guarded, cells), reason])
    return as_csv(lines, separator or ",").replace("\0", "").encode(errors="replace")


def _guarded(cell: str) -> str:
    """Return a cell with one guard if it needs any, also when it has one from an earlier file of refused rows."""
    return guarded(unguarded(cell))
