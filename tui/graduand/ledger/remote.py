"""Which remote a ledger is shared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.errors import GitRefused, LedgerInUse
from graduand.language import _, visible

if TYPE_CHECKING:
    from collections.abc import Collection

    from graduand.git.program import Program

_SETTING: Final = "graduand.remote"


def remote_of(program: Program, holding: Collection[str] = ()) -> str:
    """Return the remote that the ledger is shared with; "" where the clone has none.

    `git config graduand.remote` names it; else it is the only one of those `holding` a ledger, that of the branch that
    is checked out, `origin`, or the only one. So a branch of a fork does not lead to a second ledger.

    Raises:
        LedgerInUse: the setting names no remote of this clone.
    """
    if not program.may_have_remotes:
        return ""
    try:
        listed = program.read(
            "config", "--null", "--get-regexp", r"^(graduand\.remote|(remote\..*\.url|branch\..*\.remote))$"
        )
    except GitRefused:  # none of these is set
        return ""
    settings = dict(entry.partition("\n")[::2] for entry in listed.split("\0") if entry)
    remotes = [key.removeprefix("remote.").removesuffix(".url") for key in settings if key.startswith("remote.")]
    if named := settings.get(_SETTING, ""):
        if named in remotes:
            return named
        message = _("git config graduand.remote names {remote}, which is no remote of this clone; name another one")
        raise LedgerInUse(message.format(remote=visible(named)))
    known = [one for one in remotes if one in holding]
    if len(known) == 1 or len(remotes) < 2:
        return "".join(known or remotes)
    upstream = settings.get(f"branch.{_branch(program)}.remote", "")
    return next((one for one in (upstream, "origin") if one in remotes), "")


def _branch(program: Program) -> str:
    try:
        return program.read("symbolic-ref", "--quiet", "--short", "HEAD").strip()
    except GitRefused:  # no branch is checked out
        return ""
