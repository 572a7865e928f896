from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.editing.draft import draft_findings
from graduand.editing.row_preview import NOTHING_SENT, preview_row, read_sent_row
from graduand.errors import NotGit
from graduand.handshake.effect import Effect, Status
from graduand.ledger.entry import is_id
from graduand.workspace import Workspace
from tests.editing.drafts import ON, draft_of, people
from tests.repository import graduand

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.editing.draft import Draft
    from graduand.editing.row_preview import RowPreview, SentRow


def shown(workspace: Workspace, draft: Draft, what: SentRow, on: str = ON) -> RowPreview:
    made = preview_row(draft.record, draft_findings(workspace, draft, on), workspace.school, on, what.state)
    assert made is not None
    return made


def test_the_row_is_shown_with_what_follows_from_the_transition(root: Path) -> None:
    workspace = Workspace(people(root))

    made = shown(workspace, draft_of(root), read_sent_row(workspace))

    cells = {cell.header: cell for cell in made.cells}
    assert [cell.header for cell in made.cells] == [header for header in workspace.school.columns if header in cells]
    assert cells[workspace.school.year].cell == "Alumni"
    assert cells[workspace.school.year].why == "A person who graduates is Alumni."
    assert cells["last_name"] == ("last_name", "", "Dupont", "")
    assert made.change is not None
    assert made.change.status is Status.NEW


def test_cells_that_changed_since_the_last_upload_are_marked(root: Path) -> None:
    people(root)
    assert graduand(root, "compile", "--on", ON).code == 0
    assert graduand(root, "uploaded", str(root / "build/manifest.json")).code == 0
    workspace = Workspace(root)
    what = read_sent_row(workspace)

    draft = draft_of(root).set("disabled", "true").set("transition:account:reason", "required-by-policy")
    made = shown(workspace, draft.set("last_name", "Martin"), what)

    assert is_id(what.since)
    assert [(cell.header, cell.before, cell.cell) for cell in made.cells if cell.changed] == [
        ("last_name", "Dupont", "Martin"),
        ("disabled", "", "TRUE"),
    ]
    assert made.change is not None
    assert made.change.effects == (Effect.DEACTIVATE, Effect.UPDATE)
    later = draft.set("transition:account:effective_on", "2027-01-01")
    held = shown(workspace, later, what).change
    assert held is not None
    assert held.held_back == "2027-01-01"


def test_a_record_with_an_error_has_no_row(root: Path) -> None:
    workspace = Workspace(people(root))
    draft = draft_of(root).set("disabled", "true")

    assert (
        preview_row(draft.record, draft_findings(workspace, draft, ON), workspace.school, ON, NOTHING_SENT.state)
        is None
    )


def test_without_git_the_sent_rows_are_unknown(root: Path) -> None:
    with pytest.raises(NotGit):
        read_sent_row(Workspace(root))
