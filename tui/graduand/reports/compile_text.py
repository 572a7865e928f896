"""What a compile came to, as text."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from graduand.language import _, ngettext, visible
from graduand.reports.console import Line, Span, line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from graduand.handshake.job import Setting
    from graduand.handshake.rollback import Lost
    from graduand.handshake.upload import Upload


def compiled_text(upload: Upload, folder: Path) -> Iterator[Line]:
    """Return a line for each file of the upload."""
    for file in upload.files:
        rows = ngettext("{count} row", "{count} rows", file.rows).format(count=file.rows)
        yield line(
            Span(visible(str(folder / file.name), 300), "bold"),
            f"  {rows}  {setting_words(file.setting)}",
        )


def setting_words(setting: Setting) -> str:
    """Return what the importer is to be told of a job."""
    if setting.changes_identifier_data:
        return _("with “This job changes identifier data”")
    return _("an ordinary job, by hand: it would stop the automatic sync") if setting.by_hand else _("an ordinary job")


def left_out_text(upload: Upload) -> Iterator[Line]:
    """Return what a reader must not miss: who is left out, and that the files are a draft."""
    if upload.left_out:
        count = len(upload.left_out)
        message = ngettext(
            "{count} person is left out because of errors:", "{count} people are left out because of errors:", count
        )
        yield line(Span(message.format(count=count), "bold red"))
        for who in upload.left_out:
            yield line(f"  {visible(who, 200)}")
    if upload.dirty:
        yield line(Span(_("! Compiled with uncommitted changes: this upload cannot be answered for."), "yellow"))
    if upload.rehearsal:
        yield line(Span(_("A rehearsal: Handshake analyses these files and never runs them."), "cyan"))


def lost_text(lost: tuple[Lost, ...]) -> Iterator[Line]:
    """Return what a rollback cannot undo, by column and person."""
    if not lost:
        return
    message = ngettext("{count} cell cannot be taken back:", "{count} cells cannot be taken back:", len(lost))
    yield line(Span(message.format(count=len(lost)), "bold yellow"))
    by_header: defaultdict[str, list[str]] = defaultdict(list)
    for cell in lost:
        by_header[cell.header].append(cell.username)
    for header, usernames in by_header.items():
        shown = ", ".join(visible(username) for username in usernames[:5]) + (" …" if len(usernames) > 5 else "")
        yield line(f"  {header} ({len(usernames)}): {shown}")
    yield line(
        _("Nobody noted what stood there before. A merged account, or an answer by mail, comes back by no file.")
    )
