"""Transactions: the only writer of records, all or none, from a journal, in one commit; and the way back."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.editing import journal
from graduand.editing.journal import Journal, JournalEntry, OddJournal
from graduand.editing.proposal import Proposal, ProposalState
from graduand.errors import Busy, ChangedOnDisk, GitRefused, NoGit, NotCommitted, NotGit, NotNow, NotWritten, Unreadable
from graduand.file_change import SavedFile
from graduand.git.checkout import in_progress
from graduand.git.program import Program
from graduand.language import _, ngettext, quoted, visible
from graduand.patience import counted, no_return
from graduand.records import files, independent_check
from graduand.records.paths import is_record_path, username_of
from graduand.records.reading import read
from graduand.records.record import ASKED_ON, DISABLED, EMAIL, FOLDER, KIND, REASON, USERNAME
from graduand.records.transition import KINDS
from graduand.storage import atomic, file_reader, lock, swap
from graduand.storage.swap import HalfWritten, Swap

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from graduand.git.commit import Recorder
    from graduand.records.record import Record
    from graduand.workspace import Workspace


def commit_message(kind: str, usernames: Collection[str], reasons: Collection[str] = ()) -> tuple[str, dict[str, str]]:
    """Return the subject and the trailers of a commit; a reason is given if all people share it."""
    who = visible(next(iter(usernames))) if len(usernames) == 1 else f"{len(usernames)} records"
    reason = visible(next(iter(reasons))) if len(reasons) == 1 else ""
    return f"{kind.capitalize()}: {who}", {"Graduand-Kind": kind, "Graduand-Reason": reason}


def change_message(records: Sequence[Record], changes: Mapping[str, object]) -> tuple[str, dict[str, str]]:
    """Return the subject and the trailers of the commit of these changes, by key, in the records."""
    reasons = {record.text(REASON) for record in records} if DISABLED in changes else set()
    return commit_message(_kind(changes), [record.username for record in records], reasons)


def _kind(changes: Mapping[str, object]) -> str:
    """Return the kind of a change: the most serious one of its keys."""
    account = {"true": "deactivated", "false": "reactivated"}.get(str(changes.get(DISABLED)), "")
    transition = str(changes.get(KIND) or "")
    if account or transition in KINDS:
        return account or transition
    if USERNAME in changes:
        return "username-changed"
    if EMAIL in changes:
        return "email-changed"
    return "address-requested" if changes.get(ASKED_ON) else "corrected"


def saved_message(saved: Sequence[SavedFile], *, wanted: bool = False) -> str:
    """Return the sentence on files that were saved, and on their commit if there is one; `wanted`: one was to be."""
    return commit_sentence(next((one.commit for one in saved), ""), wanted=wanted)


def commit_sentence(commit: str, *, wanted: bool) -> str:
    """Return the same of a commit, "" if none was made."""
    if commit:
        return _("Saved and committed: {commit}").format(commit=commit[:12])
    if wanted:
        return _("Saved; there was nothing to commit, for the last commit holds it already.")
    return _("Saved, not committed.")


_SCHEMA: Final = "schema"
_SHOWN: Final = 5
"""Number of paths that a sentence names."""


class ResumedTransaction(NamedTuple):
    """What became of a transaction that was killed."""

    subject: str
    """The subject of its commit; "" if it was dropped."""
    paths: tuple[str, ...]
    """The files that have their new content now; none if it was dropped."""
    passed_over: tuple[str, ...]
    """Files that were changed by others since, and are not written."""
    commit: str
    """The commit; "" if none was made."""
    set_aside: str = ""
    """The present path of the journal, if it was not written by graduand, or not for this folder."""


def apply(
    workspace: Workspace,
    proposals: Sequence[Proposal],
    subject: str,
    trailers: Mapping[str, str],
    *,
    commit: bool = True,
    on_resumed: Callable[[ResumedTransaction], None] | None = None,
) -> tuple[SavedFile, ...]:
    """Write the proposals, all or none, and record them in one commit; return the files that changed.

    Proposals that change nothing are not written; with `commit` their files are committed with the
    others if an earlier save could not. A transaction that was killed is completed first, and
    passed to `on_resumed`. Outside of a git repository there is no journal: a kill may leave some files
    with the old content and some with the new.

    Raises:
        Busy: another process of graduand is writing.
        ChangedOnDisk: a file is not what was read; nothing was written.
        NotWritten: the file system reports an error, or a text would not be read back as its record;
            nothing was written.
        NoGit, NotGit, NotNow: no commit can be made; nothing was written.
        NotCommitted: git refused; all is written, and the error has the files. Without files it is about
            a killed transaction, and nothing of the proposals was written.
        Stopped: whoever waited has stopped it; nothing was written.
    """
    words = workspace.commit_words
    subject, trailers = words.message or subject, {**trailers, **dict(words.trailers)}
    git = _recorder(workspace) if commit else None
    folder = _folder(workspace, git)
    with _only_writer(folder):
        if folder and (resumed := _resume(workspace, folder)):
            proposals = [_rebased(workspace, one) for one in proposals]
            if on_resumed:
                on_resumed(resumed)
        wanted = [one for one in proposals if one.state is not ProposalState.IDENTICAL]
        _refuse_unsound(workspace, wanted)
        wanted += _uncommitted(git, proposals) if git else []
        if not wanted:
            return ()
        entries = [JournalEntry(one.path, journal.checksum(one.base), one.text or None) for one in wanted]
        whole = Journal(subject, trailers, commit, entries)
        _write(workspace.root, folder, whole, wanted)
        saved = tuple(SavedFile(one.path, one.base, one.after, "") for one in wanted)
        made = _commit(git, whole, saved) if git else ""
        if folder:
            journal.remove_journal(folder)
    return tuple(one._replace(commit=made) for one in saved)


def resume(workspace: Workspace) -> ResumedTransaction | None:
    """Complete a transaction that was killed, or drop it if its journal is incomplete; None if there is none.

    Raises:
        NoGit, NotGit: there is no repository.
        Busy, NotWritten: it could not be completed; the journal stays.
        NotCommitted: all is written, and git refused; the journal is removed.
    """
    folder = _recorder(workspace, now=False).folder
    if not folder.is_dir():
        return None
    with lock.hold(folder):
        return _resume(workspace, folder)


def uncommitted_paths(workspace: Workspace) -> frozenset[str]:
    """Return the paths of `records/` and `schema/` whose files differ from the last commit.

    Raises:
        NoGit, NotGit: there is no repository.
    """
    return _recorder(workspace, now=False).pending()


def committed_paths(workspace: Workspace, paths: Sequence[str]) -> frozenset[str]:
    """Return those of the paths, from the data's root, that the last commit holds.

    Raises:
        NoGit, NotGit: there is no repository.
    """
    return _recorder(workspace, now=False).committed(paths)


def uncommitted_proposals(workspace: Workspace, usernames: Collection[str]) -> Iterator[Proposal]:
    """Propose unchanged the records of these people that an earlier save left uncommitted, removed ones too.

    Raises:
        NoGit, NotGit: there is no repository.
    """
    for path in sorted(uncommitted_paths(workspace)):
        if is_record_path(path) and username_of(path) in usernames:
            raw = _content(workspace.root / path)
            yield Proposal(path, None, raw, (raw or b"").decode(errors="surrogateescape"))


def resumed_message(resumed: ResumedTransaction) -> str:
    """Return the sentences on what became of a transaction that was killed."""
    if resumed.set_aside:
        message = _(
            "A save that was interrupted left a journal that graduand does not understand, or that names files outside "
            "of records/ and schema/. Nothing of it was written; it is now in {path}: look into it, then delete it."
        )
        return message.format(path=visible(resumed.set_aside, 200))
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


def _recorder(workspace: Workspace, *, now: bool = True) -> Recorder:
    from graduand.git.commit import Recorder  # noqa: PLC0415 - 60 ms that only a save needs

    return Recorder(workspace.root, now=now)


def _folder(workspace: Workspace, git: Recorder | None) -> Path | None:
    """Return the private folder of the journal, made if need be; None outside of a repository."""
    if not git and not workspace.git_folder:
        return None
    folder = git.folder if git else Path(workspace.git_folder, "graduand")
    atomic.make_private_folder(folder)
    return folder


@contextmanager
def _only_writer(folder: Path | None) -> Iterator[None]:
    """Hold the lock of the journal, if there is one."""
    if folder is None:
        yield
        return
    with lock.hold(folder):
        yield


def _rebased(workspace: Workspace, one: Proposal) -> Proposal:
    """Return a proposal that the resumed transaction may have written already."""
    return one._replace(base=one.after) if file_reader.has_content(workspace.root / one.path, one.after) else one


def _uncommitted(git: Recorder, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Return the proposals that change nothing, of files that differ from the last commit."""
    same = [one for one in proposals if one.state is ProposalState.IDENTICAL]
    pending = git.pending() if same else frozenset()
    return [one for one in same if one.path in pending]


def _refuse_unsound(workspace: Workspace, proposals: Sequence[Proposal]) -> None:
    folders = {(Path(one.path).parent, _top(one)): one.path for one in proposals}
    for (_parent, top), path in folders.items():
        if not files.inside(workspace.root, path, top):
            raise NotWritten(path, _("it would lie outside {folder}").format(folder=f"{top}/"))
    for one in proposals:
        if one.after is not None and _top(one) == FOLDER and not is_record_path(one.path):
            message = _("nobody would find it there: a record is records/<cohort>/<username>.yaml")
            raise NotWritten(one.path, message)
    pairs = [(one.record, one.text) for one in proposals if one.record]
    independent_check.prove_all(counted(pairs), workspace.school)


def _top(one: Proposal) -> str:
    return FOLDER if one.record or one.path.startswith(f"{FOLDER}/") else _SCHEMA


def _write(root: Path, folder: Path | None, whole: Journal, proposals: Sequence[Proposal]) -> None:
    """Write the journal, then the files; without a journal a new file comes before an old one is removed."""
    changed = [one for one in proposals if one.base != one.after]
    swaps = [Swap(root / one.path, one.base, one.after) for one in changed]
    swaps.sort(key=lambda one: one.after is None)
    with lock.hold(root):
        for one in swaps:
            if not file_reader.has_content(one.path, one.before):
                raise ChangedOnDisk(one.path)
        if folder:
            journal.write_journal(folder, whole)
        if not swaps:
            no_return()
            return
        try:
            swap.swap_files(swaps)
        except HalfWritten:
            raise
        except BaseException:  # all files are as they were
            if folder:
                journal.remove_journal(folder)
            raise


def _commit(git: Recorder, whole: Journal, saved: tuple[SavedFile, ...] = ()) -> str:
    """Commit the files of a journal; if git refuses, the journal is removed all the same, for all is written."""
    try:
        paths = _committable(git, whole.entries)
        if not paths:
            git.refresh_index([one.path for one in whole.entries])
        return git.commit(paths, whole.subject, whole.trailers) if paths else ""
    except (Busy, GitRefused, NotCommitted, NotNow) as refused:
        journal.remove_journal(git.folder)
        said = str(refused).removesuffix(".") if isinstance(refused, Busy) else refused.said
        raise NotCommitted(said, saved) from refused


def _committable(git: Recorder, entries: Sequence[JournalEntry]) -> list[str]:
    """Return the paths to commit: git refuses one that is removed and was never committed."""
    paths = sorted(one.path for one in entries)
    if all(one.after is not None for one in entries):
        return paths
    return sorted(git.unrecorded(paths))


def _resume(workspace: Workspace, folder: Path) -> ResumedTransaction | None:
    """Complete the transaction of the journal in a folder; call it while holding the lock of the folder."""
    try:
        whole = journal.read_journal(folder)
    except OddJournal:
        return ResumedTransaction("", (), (), "", str(journal.set_aside(folder)))
    if whole is None:
        return ResumedTransaction("", (), (), "") if journal.remove_fragments(folder) else None
    if not all(_is_ours(workspace.root, one) for one in whole.entries):
        return ResumedTransaction("", (), (), "", str(journal.set_aside(folder)))
    swaps: list[Swap] = []
    ours: list[JournalEntry] = []
    passed_over: list[str] = []
    with lock.hold(workspace.root):
        for parent in {(workspace.root / one.path).parent for one in whole.entries}:
            atomic.remove_temporary_files(parent)
        for one in whole.entries:
            path = workspace.root / one.path
            content = _content(path)
            if _is_foreign(path, one, content):
                passed_over.append(one.path)
                continue
            ours.append(one)
            swaps += [Swap(path, content, one.content)] if content != one.content else []
        if swaps:
            swap.swap_files(sorted(swaps, key=lambda one: one.after is None))
    made = _commit(_recorder(workspace, now=False), whole._replace(entries=ours)) if whole.commit and ours else ""
    journal.remove_journal(folder)
    return ResumedTransaction(whole.subject, tuple(one.path for one in ours), tuple(passed_over), made)


def _is_ours(root: Path, one: JournalEntry) -> bool:
    """Tell whether a journal may name this file: a record, or a file of `schema/`, with no link on the way to it."""
    top, *parts = one.path.split("/")
    if top == FOLDER:
        named = is_record_path(one.path)
    else:
        named = top == _SCHEMA and bool(parts) and all(part and part[0] != "." and part.isprintable() for part in parts)
    return named and not (root / top).is_symlink() and files.inside(root, one.path, top)


def _is_foreign(path: Path, one: JournalEntry, content: bytes | None) -> bool:
    """Tell whether a file has neither the content from before the transaction nor that from after it."""
    if content == one.content:
        return False
    return journal.checksum(content) != one.before or not file_reader.has_content(path, content)


def _content(path: Path) -> bytes | None:
    try:
        return file_reader.read(path, file_reader.LARGE_FILE)
    except Unreadable:
        return None


def undo(workspace: Workspace, saved: Iterable[SavedFile], *, commit: bool) -> tuple[SavedFile, ...]:
    """Restore the files to their content before a save, all or none; the result can be undone as well.

    Raises:
        ChangedOnDisk: a file is no longer as it was saved; nothing was written.
        NotWritten, NotNow, NotCommitted, Busy: as for any change.
    """
    proposals = [_before(workspace, one) for one in saved]
    usernames = {username_of(one.path) for one in proposals if _is_record(one.path)}
    subject, trailers = commit_message("undone", usernames)
    return apply(workspace, proposals, subject, trailers, commit=commit)


def _before(workspace: Workspace, one: SavedFile) -> Proposal:
    if one.before is None:
        return Proposal(one.path, None, one.after, "")
    if not _is_record(one.path):
        return Proposal(one.path, None, one.after, one.before.decode())
    record = read(one.path, one.before, workspace.school).record
    if record is None:  # the content was no readable record, which is never written
        raise ChangedOnDisk(workspace.root / one.path)
    return Proposal(one.path, record, one.after, one.before.decode())


def _is_record(path: str) -> bool:
    """Tell whether a file is a record, and not a file of `schema/`."""
    return path.startswith(f"{FOLDER}/")


def saving_obstacle(workspace: Workspace) -> str:
    """Return the sentence that says why nothing can be saved or committed at the moment; "" if it can."""
    place = workspace.root / "records"
    if reason := file_reader.why_not_writable(place):
        message = _("Read only: nothing can be saved into {path}: {reason}.")
        return message.format(path=visible(str(place), 200), reason=reason)
    try:
        reason = in_progress(_git_folder(workspace.root))
    except (NoGit, NotGit) as trouble:
        return str(trouble)
    return _("What is saved is not committed for now: {reason}.").format(reason=reason) if reason else ""


@lru_cache(maxsize=4)
def _git_folder(root: Path) -> str:
    return Program(root).folder
