"""Approve in the interface what the checked-out records would send: it is shown first, then noted in the ledger."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from graduand.errors import Trouble
from graduand.language import _
from graduand.reports.approval_text import approval_text
from graduand.reports.labels import terms_of
from graduand.screens.page import PageScreen
from graduand.screens.results import tell_result
from graduand.screens.sync_notice import say_synced
from graduand.screens.waiting import Waiting
from graduand.uploads.approve import ApprovalOptions, NotedApproval, ProposedApproval, approve, prepare_approval

if TYPE_CHECKING:
    from textual.screen import Screen

    from graduand.workspace import Workspace


def ask_for_approval(screen: Screen[Any], workspace: Workspace, on: str) -> None:
    """Show what an upload on a day would do and who may approve it; approve it when one says so."""

    def shown(outcome: ProposedApproval | Trouble | None) -> None:
        if isinstance(outcome, Trouble):
            screen.notify(str(outcome), severity="error", markup=False)
        elif outcome:
            lines = approval_text(outcome, terms_of(workspace), everything=True, show=False)
            verb = "" if outcome.is_empty else _("Approve")
            page = PageScreen(_("What would be approved"), lines, verb)
            screen.app.push_screen(page, partial(_approve, screen, workspace, outcome))

    work = Waiting(
        _("Reading what would be approved"), lambda tell: prepare_approval(workspace, ApprovalOptions(on), tell)
    )
    screen.app.push_screen(work, shown)


def _approve(
    screen: Screen[Any],
    workspace: Workspace,
    proposed: ProposedApproval,
    is_wanted: bool | None,  # noqa: FBT001 - as the page answers
) -> None:
    def noted(outcome: NotedApproval | Trouble | None) -> None:
        if isinstance(outcome, Trouble):
            screen.notify(str(outcome), severity="error", markup=False)
        elif outcome:
            say_synced(screen, outcome.fetched, outcome.shared)
            words = _("Your approval is noted.") if outcome.is_new else _("Your approval was noted already.")
            tell_result(screen, words, _("Noted as {name}").format(name=outcome.id))
            if not outcome.is_signed:
                sentence = _(
                    "! It is not signed, so it is a claim and no proof: git config commit.gpgsign true, and a key."
                )
                screen.notify(sentence, severity="warning", markup=False)

    if is_wanted:
        work = Waiting(_("Approving"), lambda _tell: approve(workspace, proposed), writes=True)
        screen.app.push_screen(work, noted)
