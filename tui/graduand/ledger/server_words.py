"""What git and the other side say when a fetch or a push fails, and what is meant by it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from graduand.language import _, visible

if TYPE_CHECKING:
    from graduand.git.program import RemoteAnswer

_PROGRESS: Final = re.compile(
    r"(remote: ?)?(Enumerating|Counting|Compressing|Receiving|Resolving|Writing|Unpacking|Finding|Getting|Checking"
    r"|Total \d|Delta compression|Everything up-to-date|From |To |POST git-).*"
)
_NO_REASON: Final = re.compile(
    r"(fatal: )?Could not read from remote repository.*|Please make sure you have the correct access rights"
    r"|and the repository exists\.|error: failed to push some refs.*|hint:.*|Done|!.*|Warning: Permanently added .*"
)
"""What says nothing of the reason, where another line does."""
_LACKING: Final = "couldn't find remote ref"
_NO_OPTIONS: Final = "does not support push options"
_FASTER: Final = re.compile(
    r"\[rejected\]|\(fetch first\)|\(stale info\)|\(non-fast-forward\)"
    r"|\[remote rejected\] \((cannot lock ref|failed to update ref|incorrect old value)"
)
_RULES: Final = re.compile(
    r"\bGH006\b|\bGH013\b|protected branch|repository rule violations|not allowed to push|through pull requests"
    r"|branch permission|Permission denied to update branch|\bTF402455\b|\bprohibited by\b",
    re.IGNORECASE,
)
"""As GitHub, GitLab, Gitea, Bitbucket, Azure DevOps and Gerrit say that a rule protects a branch."""


def lacks_branch(answer: RemoteAnswer) -> bool:
    """Return whether a fetch failed because the remote has no such branch."""
    return bool(answer.code) and _LACKING in answer.err.casefold()


def lacks_options(answer: RemoteAnswer) -> bool:
    """Return whether a push failed because the remote knows no push options."""
    return bool(answer.code) and _NO_OPTIONS in answer.err


def was_faster(answer: RemoteAnswer) -> bool:
    """Return whether a push failed because another one came before it."""
    return bool(answer.code) and bool(_FASTER.search(f"{answer.out}\n{answer.err}"))


def is_rule(words: str) -> bool:
    """Return whether a server speaks of a rule that protects the branch."""
    return bool(_RULES.search(words))


def words_of(answer: RemoteAnswer) -> str:
    """Return in one line why a command that talked to a remote failed: the server's words, else git's."""
    if answer.is_stopped:
        return _("it was stopped")
    if answer.is_late:
        return _("no answer in time")
    lines = [" ".join(line.split()) for line in re.split(r"[\r\n]+", answer.err)]
    lines = [line for line in dict.fromkeys(lines) if line.strip("-=* ") and not _PROGRESS.fullmatch(line)]
    server = [line.removeprefix("remote:").strip("-=* ") for line in lines if line.startswith("remote:")]
    own = [line for line in lines if not line.startswith("remote:")]
    server = [line.removeprefix("error:").removeprefix("fatal:").strip() for line in server]
    telling = [line for line in server if line] or [line for line in own if not _NO_REASON.fullmatch(line)][:1]
    said = " ".join(telling) or _status(answer.out) or " ".join(own[:1])
    said = said.removeprefix("error: ").removeprefix("fatal: ")
    return visible(said or _("git ended with an error ({code})").format(code=answer.code), 300)


def _status(listing: str) -> str:
    """Return the reason in what `git push --porcelain` lists."""
    found = re.search(r"^!\t[^\t]*\t(.*)$", listing, re.MULTILINE)
    return found[1] if found else ""
