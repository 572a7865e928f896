"""The question that is asked before an upload is compiled into build/."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.handshake.effect import Status
from graduand.handshake.sendable import waiting_text
from graduand.language import _, ngettext, visible
from graduand.reports.labels import terms_of
from graduand.reports.plan_text import counts
from graduand.reports.upload_text import setting_words
from graduand.screens.confirm import Question, Subject
from graduand.uploads.compiler import build_in_hand, describe_breach, describe_early
from graduand.uploads.status import folder_of, holds_upload

if TYPE_CHECKING:
    from graduand.handshake.upload import File
    from graduand.reports.labels import Terms
    from graduand.uploads.compiler import PreparedUpload
    from graduand.workspace import Workspace


def question_of(prepared: PreparedUpload, workspace: Workspace) -> Question:
    """Return what one must know before saying yes; beyond a limit its number must be typed."""
    upload = prepared.upload
    remarks = [counts(prepared.plan), where_to(workspace)]
    if sent := sum(change.status is Status.UNCHANGED for change in prepared.plan.changes):
        message = ngettext(
            "{count} person was sent as the record is now, and would be sent again; O in the plan leaves it out.",
            "{count} people were sent as their records are now, and would be sent again; O in the plan leaves "
            "them out.",
            sent,
        )
        remarks.insert(0, message.format(count=sent))
    if build_in_hand(upload.plan, prepared.known, folder_of(workspace)):
        remarks.append(not_noted())
    if prepared.upload.early:
        remarks.append(describe_early(prepared.upload.early))
    if waiting := waiting_text(prepared.plan.waiting):
        remarks.append(waiting)
    names = {one.username for one in prepared.plan.waiting}
    if others := [one.username for one in upload.held if one.username not in names]:
        who = ", ".join(map(visible, others))
        remarks.append(_("Held back: {who}.").format(who=who))
    if upload.dirty:
        remarks.append(_("A draft: it holds uncommitted changes and cannot be noted as uploaded."))
    number = ngettext("{count} record", "{count} records", upload.records).format(count=upload.records)
    return Question(
        " · ".join([_("Compile the upload"), number]),
        [Subject(file.name, _facts(file, terms_of(workspace))) for file in upload.files],
        "\n".join(remarks),
        "\n".join(describe_breach(breach) for breach in prepared.breaches),
        str(max(breach.number for breach in prepared.breaches)) if prepared.breaches else "",
    )


def not_noted() -> str:
    """Return the sentence on files that are replaced and were not noted."""
    return _("Those were not noted, so it is not known whether Handshake took them; if they went up, note them first.")


def where_to(workspace: Workspace) -> str:
    """Return the sentence that says where the files go, and what they take the place of."""
    folder = folder_of(workspace)
    if holds_upload(folder):
        return _("The files go into {folder}, in place of those of an earlier upload.").format(folder=folder)
    return _("The files go into {folder}.").format(folder=folder)


def _facts(file: File, terms: Terms) -> tuple[str, ...]:
    rows = ngettext("{count} row", "{count} rows", file.rows).format(count=file.rows)
    return rows, setting_words(file.setting), ", ".join(map(terms.field, file.columns))
