"""The rollback of an upload: another upload that takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import NothingNoted, NothingToTakeBack
from graduand.git.checkout import Checkout
from graduand.handshake.rollback import inverse_of
from graduand.uploads.compiler import CompileOptions, upload_of, write_upload
from graduand.uploads.note_upload import find_upload
from graduand.uploads.replay import replay_uploads

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.handshake.rollback import Lost
    from graduand.handshake.upload import Upload
    from graduand.workspace import Workspace


class CompiledRollback(NamedTuple):
    """The upload that takes another one back, and what it cannot undo."""

    upload: Upload
    lost: tuple[Lost, ...]


def compile_rollback(workspace: Workspace, name: str, on: str, folder: Path) -> CompiledRollback:
    """Compile the inverse of the noted upload `name` ("" is the last one) into `folder`.

    Raises:
        NothingNoted, Usage: no upload is noted, or none of that name.
        NothingToCompile: no cell can be taken back.
        NotWritten, InTheWay: the files could not be written.
    """
    program = Checkout(workspace.root).program
    past = replay_uploads(program)
    if not past.replayed:
        raise NothingNoted
    tag = find_upload(tuple(step.tag for step in past.replayed), name)
    step = next(step for step in past.replayed if step.tag is tag)
    inverse = inverse_of(step.rows, step.before, step.after, step.school.columns)
    if not inverse.table.rows:
        raise NothingToTakeBack(tag.name)
    upload = upload_of(inverse.table, step.school, past, CompileOptions(on))._replace(
        commit=str(tag.says.get("commit") or tag.commit), rollback_of=tag.name
    )
    write_upload(upload, workspace.school, folder)
    return CompiledRollback(upload, inverse.lost)
