"""Form title: whose record the form shows, and how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from graduand.editing.merge_conflict import is_torn
from graduand.language import _, visible
from graduand.records.transition import GRADUATED, RETURNED

if TYPE_CHECKING:
    from graduand.editing.draft import Draft, Unread


def title_of(draft: Draft | None, unread: Unread | None) -> Content:
    """Return the title of a draft, or of a file that cannot be read whole."""
    if draft is None:
        torn = unread is not None and is_torn(unread)
        whole = _("two versions stand here; Ctrl+S joins them")
        said = whole if torn else _("cannot be read whole; mend it in an editor")
        return Content.assemble(visible(unread.path, 200) if unread else "", "  ", (said, "$text-error"))
    record = draft.record
    name = f"{record.text('first_name')} {record.text('last_name')}".strip()
    kind = {GRADUATED: _("graduated"), RETURNED: _("returned")}.get(record.text("transition:kind"), "")
    parts = [visible(part, 60) for part in (name, record.username, kind, record.cohort) if part]
    state = (_("new, not saved") if draft.base is None else _("not saved")) if draft.dirty else ""
    return Content.assemble(" · ".join(parts), (f"  • {state}" if state else "", "$text-accent"))
