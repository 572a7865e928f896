"""Under way: what git has begun in a repository and not finished, in which nothing else is to be committed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from graduand.language import N_, _

_UNDER_WAY: Final = {
    "MERGE_HEAD": N_("a merge is under way; finish it (git commit) or give it up (git merge --abort)"),
    "rebase-merge": N_("a rebase is under way; finish it (git rebase --continue) or give it up (git rebase --abort)"),
    "rebase-apply": N_("a rebase is under way; finish it (git rebase --continue) or give it up (git rebase --abort)"),
    "CHERRY_PICK_HEAD": N_("a cherry-pick is under way; finish it or give it up (git cherry-pick --abort)"),
    "REVERT_HEAD": N_("a revert is under way; finish it or give it up (git revert --abort)"),
    "BISECT_LOG": N_("a bisection is under way; end it (git bisect reset)"),
}


def under_way(folder: str) -> str:
    """Return what is under way in git's own `folder`, with the way out; "" when nothing is."""
    return next((_(said) for name, said in _UNDER_WAY.items() if Path(folder, name).exists()), "")
