"""Preview the row of a draft as it would be compiled, with the cells that were last sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.git.program import Program
from graduand.handshake.plan import plan_of
from graduand.handshake.row import derived_cells, row_of
from graduand.handshake.row_table import table_of
from graduand.handshake.sendable import sendable
from graduand.handshake.state import NOTHING, State
from graduand.language import _
from graduand.records.record import LOGIN
from graduand.rules import judgement
from graduand.uploads.known_state import read_known_state

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graduand.findings import Finding
    from graduand.handshake.plan import PlannedChange
    from graduand.handshake.sendable import HeldPerson
    from graduand.records.record import Record
    from graduand.records.school import School
    from graduand.workspace import Workspace


class SentRow(NamedTuple):
    """The rows that were sent to Handshake."""

    state: State
    since: str
    """The last upload; "" when none is noted."""


class PreviewCell(NamedTuple):
    """One cell of the row."""

    header: str
    before: str
    """What was last sent; "" when nothing was."""
    cell: str
    why: str
    """The reason of a cell that follows from the transition; "" if the record has the value."""

    @property
    def changed(self) -> bool:
        """Whether Handshake was last sent something else."""
        return self.before != self.cell


class RowPreview(NamedTuple):
    """The row of a record without errors, and what it does."""

    cells: tuple[PreviewCell, ...]
    change: PlannedChange | None
    """None where the record says that no row is sent."""
    held: HeldPerson | None = None
    """Why and until when it is not sent; None when it is."""


NOTHING_SENT = SentRow(NOTHING, "")


def read_sent_row(workspace: Workspace) -> SentRow:
    """Return what the noted uploads came to; this compiles them again, and may take a while.

    Raises:
        NoGit, NotGit, Unreadable: the history does not say.
    """
    known = read_known_state(Program(workspace.root), workspace.importer)
    return SentRow(known.state, known.last_upload)


def preview_row(record: Record, found: Iterable[Finding], school: School, on: str, state: State) -> RowPreview | None:
    """Return the row as it would compile on the day `on`; None as long as an error forbids it."""
    checked = judgement.sound((record,), found)
    if not checked:
        return None
    row = row_of(checked[0], school, on)
    found_rows = sendable(table_of([row], [*school.columns]), state, school, early=True)
    table = found_rows.table
    if not table.rows:
        return RowPreview((), None, found_rows.held[0])
    (change,) = plan_of(table, state, school).changes
    before = {cell.header: cell.before for cell in change.cells}
    why = {header: _(derived.why) for header, derived in derived_cells(record, school).items()}
    if record.text(LOGIN) and not dict(zip(table.columns, table.rows[0], strict=True)).get(LOGIN):
        why[LOGIN] = _("Not sent: nothing shows that Handshake has another one (send_auth_identifier).")
    return RowPreview(
        tuple(
            PreviewCell(header, before.get(header, cell), cell, why.get(header, ""))
            for header, cell in zip(table.columns, table.rows[0], strict=True)
        ),
        change,
        next(iter(found_rows.early), None),
    )
