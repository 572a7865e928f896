"""Branch: the one that is checked out, and its timeline: remembered, or derived from git and from nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import GitRefused, NotGit
from graduand.git.event_cache import keep, recall
from graduand.git.program import Program
from graduand.git.timeline import Timeline, timeline_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from graduand.records.fast_reader import FastReader


class BranchState(NamedTuple):
    """What git says of a folder at once."""

    shallow: bool
    head: str
    """The commit that is checked out; "" when nothing is committed yet."""
    prefix: str
    """The way from the repository's root to the folder."""
    sent: bool
    """Whether any upload may be noted."""


_ASKED: Final = ("--tags=upload", "--is-shallow-repository", "HEAD^{commit}", "--show-prefix")


def standing_of(root: Path) -> tuple[Program, BranchState]:
    """Return git in a folder, and how the folder stands; mostly one process tells both.

    Raises:
        NoGit, NotGit: there is no git, or no repository that it reads.
    """
    try:
        program = Program(root, _ASKED)
        *tags, shallow, head, prefix = program.said
        if shallow in {"true", "false"}:  # no line end is in any name
            return program, BranchState(shallow == "true", head, prefix, bool(tags))
    except NotGit:
        pass  # or nothing is committed yet
    program = Program(root)
    return program, _standing(program)


def _standing(program: Program) -> BranchState:
    try:
        shallow, head, prefix = program.look("rev-parse", *_ASKED[1:]).removesuffix("\n").split("\n", 2)
    except GitRefused:
        return BranchState(shallow=False, head="", prefix="", sent=True)
    return BranchState(shallow == "true", head, prefix, sent=True)


def timeline(program: Program, fast: Callable[[], FastReader], standing: BranchState | None = None) -> Timeline:
    """Return the timeline of the branch that is checked out; `fast` makes the fast reader of its records.

    Raises:
        Unreadable: the history does not hold together.
    """
    shallow, head, prefix, _sent = standing or _standing(program)
    if not head:
        return Timeline()
    kept = None if shallow else recall(program, prefix)
    if kept is None or kept.head != head:
        from graduand.git import replay  # noqa: PLC0415 - half of the house, which only what is new needs

        if shallow:
            return timeline_of(replay.cut(program, head, prefix, fast))._replace(cut=True)
        kept = replay.derived(program, kept, head, prefix, fast)
        keep(program, kept)
    return timeline_of(kept)
