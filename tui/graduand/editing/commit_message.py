"""Recorded: what the commit of a change says: its kind and whose, and nothing else of anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.language import _, visible

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from graduand.file_change import Saved


def described(kind: str, usernames: Collection[str], reasons: Collection[str] = ()) -> tuple[str, dict[str, str]]:
    """Return the subject and the trailers of a commit; the reason stands there when it is one for all."""
    who = visible(next(iter(usernames))) if len(usernames) == 1 else f"{len(usernames)} records"
    reason = visible(next(iter(reasons))) if len(reasons) == 1 else ""
    return f"{kind.capitalize()}: {who}", {"Graduand-Kind": kind, "Graduand-Reason": reason}


def saved_words(saved: Sequence[Saved]) -> str:
    """Return the sentence on what was saved, of one or more files, and whether git has recorded it."""
    commit = next((one.commit for one in saved), "")
    return _("Saved and committed: {commit}").format(commit=commit[:12]) if commit else _("Saved, not committed.")
