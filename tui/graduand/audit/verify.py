"""Verify the history: signatures, upload tags, and the files of each upload compiled again."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import Unreadable
from graduand.git import signatures, upload_tags
from graduand.git.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from graduand.git.upload_tags import Noted
    from graduand.workspace import Workspace


class Verification(NamedTuple):
    """What can be proved of the history, and what speaks against it."""

    commits: int
    """How many commits touch records."""
    unsigned: tuple[str, ...]
    bad: tuple[str, ...]
    """Commits whose signature is false, expired or revoked."""
    unknown: tuple[str, ...]
    """Commits whose signature cannot be checked here, or is by a key that is not trusted."""
    moved: tuple[str, ...]
    """Upload tags that are not on the commit of their manifest, or have no manifest."""
    missing: tuple[str, ...]
    """Tags that later ones name, and that are gone."""
    astray: tuple[str, ...]
    """Uploads from a commit that the branch does not contain: the history was rewritten, or it is another branch."""
    differing: tuple[tuple[str, str], ...]
    """Uploads, and their files that do not compile again byte for byte."""
    cut: bool
    replaced: tuple[str, ...]
    """References that replace committed objects by others."""

    @property
    def sound(self) -> bool:
        """Whether nothing speaks against the history; a missing or unknown signature is no objection."""
        tags = self.moved or self.missing or self.astray or self.differing
        return not (self.bad or tags or self.cut or self.replaced)


def verify(workspace: Workspace) -> Verification:
    """Return what signatures, tags and the files of each upload prove.

    Raises:
        NotGit, NoGit: there is no history to read.
    """
    program = Program(workspace.root)
    workspace.set_git_folder(program.folder)
    by_state: defaultdict[str, list[str]] = defaultdict(list)
    signed = signatures.signatures(program)
    for commit, state in signed:
        by_state[state].append(commit)
    cut = program.opened.is_shallow
    uploads, results = upload_tags.noted(program, upload_tags.UPLOAD), upload_tags.noted(program, upload_tags.RESULT)
    return Verification(
        commits=len(signed),
        unsigned=tuple(by_state["unsigned"]),
        bad=tuple(by_state["bad"]),
        unknown=tuple(by_state["unknown"]),
        moved=tuple(tag.name for tag in uploads if not tag.commit or tag.says.get("commit") != tag.commit),
        missing=_missing(uploads, results),
        astray=() if cut else _astray(program, uploads),
        differing=() if cut else _differing(program, uploads),
        cut=cut,
        replaced=signatures.replaced(program),
    )


def _missing(uploads: Sequence[Noted], results: Sequence[Noted]) -> tuple[str, ...]:
    """Return the tags that a manifest or a result names and that do not exist."""
    named = {str(result.says["upload"]) for result in results if "upload" in result.says}
    for tag in uploads:
        since = tag.says.get("since")
        named |= set(map(str, since)) if isinstance(since, list) else set()
    return tuple(sorted(named - {tag.name for tag in (*uploads, *results)}))


def _astray(program: Program, uploads: Iterable[Noted]) -> tuple[str, ...]:
    return tuple(tag.name for tag in uploads if tag.commit and not upload_tags.leads_to(program, tag.commit))


def _differing(program: Program, uploads: Iterable[Noted]) -> tuple[tuple[str, str], ...]:
    from graduand.uploads.replay import differing, replay_uploads  # noqa: PLC0415 - half of the house, which only this needs

    try:
        return tuple((step.tag.name, file) for step in replay_uploads(program).replayed for file in differing(step))
    except Unreadable:  # the commit of one is gone, and with it the proof of all
        return tuple((tag.name, "") for tag in uploads)
