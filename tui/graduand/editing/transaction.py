"""Proposals: the use case of writing many records, all or none, recorded in one commit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.editing import journal
from graduand.editing.proposal import State
from graduand.errors import ChangedOnDisk, GitRefused, NotCommitted, NotNow, NotWritten, Unreadable
from graduand.file_change import Saved
from graduand.language import _, ngettext, quoted, visible
from graduand.records import files
from graduand.records.record import FOLDER
from graduand.storage import atomic, file_reader, lock, swap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from graduand.editing.proposal import Proposal
    from graduand.git.commit import Recorder
    from graduand.workspace import Workspace


SCHEMA: Final = "schema"


class Resumed(NamedTuple):
    """What became of a save that was killed."""

    subject: str
    """What its commit says."""
    paths: tuple[str, ...]
    """The files that are now as they were to be; none, when it was dropped."""
    passed_over: tuple[str, ...]
    """Files that somebody has changed meanwhile, and that are left as they are."""
    commit: str


def apply(
    workspace: Workspace,
    proposals: Sequence[Proposal],
    subject: str,
    trailers: Mapping[str, str],
    *,
    commit: bool = True,
    tell: Callable[[Resumed], None] | None = None,
) -> tuple[Saved, ...]:
    """Write what is proposed, all or nothing, and record it in one commit; return what was done to each file.

    Proposals that change nothing are left alone; with `commit` their files are committed with the
    others where an earlier save could not. What a killed save left is finished first, and `tell` hears of it.

    Raises:
        Busy: another graduand is writing.
        ChangedOnDisk: a file is no longer what was read; nothing was written.
        NotWritten: the disk refused, or a text would not read back; nothing was written.
        NoGit, NotGit, NotNow: no commit could be made; nothing was written.
        NotCommitted: git refused; all is written, and the error knows what. One that knows of nothing is of
            a killed save; of these proposals nothing was written.
    """
    git = _recorder(workspace, now=commit)
    atomic.make_private_folder(git.folder)
    with lock.hold(git.folder):
        if resumed := _resumed(workspace, git):
            proposals = [_brought_forward(workspace, one) for one in proposals]
            if tell:
                tell(resumed)
        wanted = [one for one in proposals if one.state is not State.IDENTICAL]
        _refuse_unsound(workspace, wanted)
        same = {one.path for one in proposals} - {one.path for one in wanted}
        left = git.pending() & same if commit and same else frozenset()
        if not wanted and not left:
            return ()
        also = [one for one in proposals if one.path in left]
        lines = [
            journal.JournalEntry(one.path, journal.checksum(one.base), one.text or None) for one in (*wanted, *also)
        ]
        whole = journal.Journal(subject, trailers, commit, lines)
        swaps = [swap.Swap(workspace.root / one.path, one.base, one.after) for one in wanted]
        _write(workspace.root, git.folder, whole, swaps)
        saved = tuple(Saved(one.path, one.base, one.after, "") for one in (*wanted, *also))
        made = _commit(git, whole, saved) if commit else ""
        journal.drop(git.folder)
    return tuple(one._replace(commit=made) for one in saved)


def resume(workspace: Workspace) -> Resumed | None:
    """Finish what a killed save left whole in its journal, and drop what it left in pieces; None: nothing was left.

    Raises:
        Busy, NotWritten, NotNow, NotCommitted: it could not be finished; the journal stays unless all is written.
    """
    git = _recorder(workspace, now=False)
    if not git.folder.is_dir():
        return None
    with lock.hold(git.folder):
        return _resumed(workspace, git)


def uncommitted(workspace: Workspace) -> frozenset[str]:
    """Return the files of `records/` and `schema/` that the last commit has otherwise.

    Raises:
        NoGit, NotGit: nothing is committed here.
    """
    return _recorder(workspace, now=False).pending()


def told(resumed: Resumed) -> str:
    """Return the sentences that say what became of a save that was killed."""
    if not resumed.subject:
        return _("A save that was interrupted before it wrote anything was dropped; nothing had changed.")
    message = ngettext(
        "A save that was interrupted is finished now: {subject}, {count} file.",
        "A save that was interrupted is finished now: {subject}, {count} files.",
        len(resumed.paths),
    )
    said = message.format(subject=quoted(resumed.subject), count=len(resumed.paths))
    if resumed.passed_over:
        message = _(" Changed by somebody since, and left as they are: {paths}.")
        shown = [visible(path, 200) for path in resumed.passed_over[:_SHOWN]]
        said += message.format(paths=", ".join(shown) + (" …" if len(resumed.passed_over) > _SHOWN else ""))
    return said


_SHOWN: Final = 5
"""Paths that a sentence names."""


def _recorder(workspace: Workspace, *, now: bool) -> Recorder:
    from graduand.git.commit import Recorder  # noqa: PLC0415 - 60 ms that only a save needs

    return Recorder(workspace.root, now=now)


def _brought_forward(workspace: Workspace, one: Proposal) -> Proposal:
    """Return a proposal that what was finished just now may have done already."""
    return one._replace(base=one.after) if file_reader.has_content(workspace.root / one.path, one.after) else one


def _refuse_unsound(workspace: Workspace, proposals: Sequence[Proposal]) -> None:
    folders = {Path(one.path).parent: one.path for one in proposals}
    for path in folders.values():
        top = FOLDER if path.startswith(f"{FOLDER}/") else SCHEMA
        if not files.inside(workspace.root, path, top):
            raise NotWritten(path, _("it would lie outside {folder}").format(folder=f"{top}/"))
    files.prove_all(((one.record, one.text) for one in proposals if one.record), workspace.school)


def _write(root: Path, folder: Path, whole: journal.Journal, swaps: Sequence[swap.Swap]) -> None:
    with lock.hold(root):
        for one in swaps:
            if not file_reader.has_content(one.path, one.before):
                raise ChangedOnDisk(one.path)
        journal.keep(folder, whole)
        if not swaps:
            return
        try:
            swap.swap_files(swaps)
        except swap.HalfWritten:
            raise
        except BaseException:  # all is as it was
            journal.drop(folder)
            raise


def _commit(git: Recorder, whole: journal.Journal, saved: tuple[Saved, ...] = ()) -> str:
    """Record what is written; when git refuses, the journal goes all the same, for nothing is half done."""
    try:
        return git.commit(sorted(line.path for line in whole.lines), whole.subject, whole.trailers)
    except (GitRefused, NotCommitted, NotNow) as refused:
        journal.drop(git.folder)
        raise NotCommitted(refused.said, saved) from refused


def _resumed(workspace: Workspace, git: Recorder) -> Resumed | None:
    """Do what the journal says is still to be done; call it under the lock of its folder."""
    whole = journal.left(git.folder)
    if whole is None:
        return Resumed("", (), (), "") if journal.dropped(git.folder) else None
    swaps: list[swap.Swap] = []
    kept: list[journal.JournalEntry] = []
    passed_over: list[str] = []
    with lock.hold(workspace.root):
        for line in whole.lines:
            path = workspace.root / line.path
            there = _content(path)
            after = None if line.after is None else line.after.encode(errors="surrogatepass")
            if there != after and (journal.checksum(there) != line.before or not file_reader.has_content(path, there)):
                passed_over.append(line.path)
                continue
            kept.append(line)
            if there != after:
                swaps.append(swap.Swap(path, there, after))
        for folder in {(workspace.root / line.path).parent for line in whole.lines}:
            atomic.remove_temporary_files(folder)
        if swaps:
            swap.swap_files(swaps)
    made = _commit(git, whole._replace(lines=kept)) if whole.commit and kept else ""
    journal.drop(git.folder)
    return Resumed(whole.subject, tuple(line.path for line in kept), tuple(passed_over), made)


def _content(path: Path) -> bytes | None:
    try:
        return file_reader.read(path, file_reader.LARGE_FILE)
    except Unreadable:
        return None
