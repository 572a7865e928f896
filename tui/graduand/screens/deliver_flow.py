"""The delivery of the upload in hand into the school's folder of Amazon S3: what would be sent, then sending it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from graduand.deliveries.deliver import DeliverOptions, deliver, note_broken_off
from graduand.deliveries.package import PackageOptions
from graduand.errors import Trouble
from graduand.language import _, ngettext
from graduand.patience import progress
from graduand.reports.delivery_text import delivery_text, refused_text
from graduand.screens.messages import Changed
from graduand.screens.page import PageScreen
from graduand.screens.sync_notice import say_synced
from graduand.screens.waiting import Waiting
from graduand.uploads.exchange import ONLINE
from graduand.uploads.status import folder_of
from graduand.workspace import today

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.deliveries.deliver import Delivered
    from graduand.screens.view import View
    from graduand.workspace import Workspace


def is_delivered(workspace: Workspace) -> bool:
    """Return whether the school's uploads are delivered into Amazon S3."""
    return workspace.institution.delivery == "s3"


def ask_to_deliver(view: View[Any], workspace: Workspace) -> None:
    """Show what would be sent, as the records, the limits and the ledger allow it; send it when one says so."""
    manifest = folder_of(workspace) / "manifest.json"

    def looked(outcome: Delivered | Trouble | None) -> None:
        if isinstance(outcome, Trouble):
            view.notify(str(outcome), severity="error", markup=False, timeout=12)
        elif outcome and outcome.packed.package is None:
            refused = refused_text(outcome.packed, everything=True, show=False)
            view.app.push_screen(PageScreen(_("Nothing is delivered"), refused))
        elif outcome:
            number = len(outcome.files)
            title = ngettext("Deliver {count} file to Handshake", "Deliver {count} files to Handshake", number)
            page = PageScreen(title.format(count=number), delivery_text(outcome), _("Deliver"))
            view.app.push_screen(page, partial(_send, view, workspace, manifest))

    options = _options(manifest)._replace(dry_run=True)
    view.app.push_screen(
        Waiting(_("Looking at what would be delivered"), lambda _tell: deliver(workspace, options)), looked
    )


def _options(manifest: Path) -> DeliverOptions:
    return DeliverOptions(PackageOptions(manifest, today(), exchange=ONLINE), ONLINE)


def _send(view: View[Any], workspace: Workspace, manifest: Path, is_wanted: bool | None) -> None:  # noqa: FBT001 - as the page answers
    def labour(_tell: object) -> tuple[Delivered, str]:
        late = note_broken_off(workspace, ONLINE)
        return deliver(workspace, _options(manifest), progress), late

    def sent(outcome: tuple[Delivered, str] | Trouble | None) -> None:
        if isinstance(outcome, Trouble):
            view.notify(str(outcome), severity="error", markup=False, timeout=12)
        elif outcome:
            done, late = outcome
            if late:
                message = _(
                    "! An earlier delivery had broken off; what it sent, or may have sent, is noted now: {entry}."
                )
                view.notify(message.format(entry=late), severity="warning", markup=False, timeout=12)
            say_synced(view, done.packed.fetched, done.shared)
            title = _("Delivered, and noted as {entry}; pending until it is known that the job ran")
            view.app.push_screen(PageScreen(title.format(entry=done.entry), delivery_text(done)))
        view.touched = True
        view.post_message(Changed())
        view.action_read()

    if is_wanted:
        view.app.push_screen(Waiting(_("Delivering"), labour, writes=True), sent)
