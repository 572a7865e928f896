"""What git and the other side say when a fetch or a push fails, and what is meant by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import _, visible

if TYPE_CHECKING:
    from graduand.git.program import RemoteAnswer

_EMPTY: Final = (
    "Could not read from remote repository",
    "Please make sure you have the correct access rights",
    "and the repository exists.",
    "failed to push some refs",
    "hint:",
    "To ",
)
"""What says nothing of the reason, where another line does."""


def words_of(answer: RemoteAnswer) -> str:
    """Return in one line why a command that talked to a remote failed: the server's words, else git's."""
    if answer.is_late:
        return _("no answer in time")
    lines = [" ".join(line.split()) for line in answer.err.splitlines()]
    lines = [line for line in dict.fromkeys(lines) if line.strip("-=* ") not in {"", "remote:"}]
    server = [line.removeprefix("remote:").strip() for line in lines if line.startswith("remote:")]
    telling = [line for line in server if line.strip("-=* ")]
    if not telling:
        telling = [line for line in lines if not any(empty in line for empty in _EMPTY)][:1] or lines[:1]
    said = " ".join(telling) or _("git ended with an error ({code})").format(code=answer.code)
    return visible(said, 300)
