"""The message of a commit that changes records: what kind of change, and of whom; nothing else about people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.language import _, visible
from graduand.records.transition import GRADUATED, RETURNED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from graduand.file_change import Saved
    from graduand.records.record import Record


def commit_message(kind: str, usernames: Collection[str], reasons: Collection[str] = ()) -> tuple[str, dict[str, str]]:
    """Return the subject and the trailers of a commit; a reason is given if all people share it."""
    who = visible(next(iter(usernames))) if len(usernames) == 1 else f"{len(usernames)} records"
    reason = visible(next(iter(reasons))) if len(reasons) == 1 else ""
    return f"{kind.capitalize()}: {who}", {"Graduand-Kind": kind, "Graduand-Reason": reason}


def change_message(records: Sequence[Record], changes: Mapping[str, object]) -> tuple[str, dict[str, str]]:
    """Return the subject and the trailers of the commit of these changes, by key, in the records."""
    reasons = {record.text("transition:account:reason") for record in records} if "disabled" in changes else set()
    return commit_message(_kind(changes), [record.username for record in records], reasons)


def _kind(changes: Mapping[str, object]) -> str:
    """Return the kind of a change: the most serious one of its keys."""
    account = {"true": "deactivated", "false": "reactivated"}.get(str(changes.get("disabled")), "")
    transition = str(changes.get("transition:kind") or "")
    if account or transition in {GRADUATED, RETURNED}:
        return account or transition
    if "username" in changes:
        return "username-changed"
    return "email-changed" if "email_address" in changes else "corrected"


def saved_message(saved: Sequence[Saved]) -> str:
    """Return the sentence on files that were saved, and on their commit if there is one."""
    commit = next((one.commit for one in saved), "")
    return _("Saved and committed: {commit}").format(commit=commit[:12]) if commit else _("Saved, not committed.")
