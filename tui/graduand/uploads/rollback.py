"""The rollback of an upload: another upload that takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import NothingNoted, NothingToTakeBack
from graduand.git.checkout import Checkout
from graduand.handshake.rollback import inverse_of
from graduand.uploads.compiler import CompileOptions, upload_of, write_upload
from graduand.uploads.note_upload import named
from graduand.uploads.replay import past_of

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.handshake.rollback import Lost
    from graduand.handshake.upload import Upload
    from graduand.workspace import Workspace


class TakenBack(NamedTuple):
    """A rollback: the upload that was made for it, and what cannot be undone."""

    upload: Upload
    lost: tuple[Lost, ...]


def take_back(workspace: Workspace, name: str, on: str, folder: Path) -> TakenBack:
    """Compile the inverse of the noted upload `name` ("" is the last one) into `folder`.

    Raises:
        NothingNoted, Usage: no upload is noted, or none of that name.
        NothingToCompile: there is nothing that could be taken back.
        NotWritten, InTheWay: the files could not be written.
    """
    program = Checkout(workspace.root).program
    past = past_of(program)
    if not past.steps:
        raise NothingNoted
    tag = named(tuple(step.tag for step in past.steps), name)
    step = next(step for step in past.steps if step.tag is tag)
    inverse = inverse_of(step.rows, step.before, step.after, step.school.columns)
    if not inverse.table.rows:
        raise NothingToTakeBack(tag.name)
    upload = upload_of(inverse.table, step.school, past, CompileOptions(on))._replace(
        commit=str(tag.says.get("commit") or tag.commit), rollback_of=tag.name
    )
    write_upload(upload, workspace.school, folder)
    return TakenBack(upload, inverse.lost)
