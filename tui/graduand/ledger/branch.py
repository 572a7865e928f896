"""The branch `graduand/ledger` as bytes: read its entries, and append to it without a checkout.

The branch has a root of its own and is linear: one commit an entry. A commit's tree holds `entry.json` and the newest
file of each name, carried over from the commit before; its own files are named in the last line of its message.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import ForeignCommit, GitRefused, LedgerCut, LedgerIncomplete, LedgerInUse, LedgerMoved
from graduand.git.program import NAMELESS
from graduand.language import _, visible
from graduand.ledger.entry import ENTRY, EntryKind
from graduand.ledger.remote import remote_of
from graduand.ledger.server_words import words_of
from graduand.ledger.trees import TreeLine, lines_of
from graduand.storage import lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graduand.git.program import Program

LEDGER: Final = "refs/heads/graduand/ledger"
BRANCH: Final = "graduand/ledger"
SEEN: Final = "refs/graduand/ledger-seen"
"""The highest head that was seen on a remote; a ref, so that git keeps what it needs."""

_TRACKING: Final = re.compile(r"refs/remotes/(.+)/graduand/ledger")
_IN_THE_WAY: Final = re.compile(r"refs/(?:heads|remotes/(.+))/graduand")
_FILES: Final = "Files: "
"""Begins the last line of a commit's message, which names its own files."""
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_FORMER_TAGS: Final = ("refs/tags/upload/", "refs/tags/result/")
_TRIES: Final = 5
_WAIT: Final = 5.0
"""Seconds for which another git may hold the lock of the branch."""
_SILENCE: Final = 30.0
"""Seconds for which a remote may say nothing when it is asked for what a partial clone lacks."""


class StoredEntry(NamedTuple):
    """A commit of the ledger."""

    commit: str
    raw: bytes
    """What `entry.json` holds."""
    author: str
    """`Name <address>`."""
    date: str
    """When the author noted it, as `2026-12-01T02:47:53+01:00`."""
    parent: str
    """The commit before; "" for the root. A clone may lack it."""


class NewEntry(NamedTuple):
    """An entry to append."""

    raw: bytes
    """What `entry.json` is to hold."""
    files: Mapping[str, bytes]
    """Its other files by name; names hold letters, digits, `_`, `-` and `.`, and do not begin with a dot."""
    message: str
    """The subject of the commit; it names no person."""


class Position(NamedTuple):
    """Where the ledger stands in this clone: commits, each "" where there is none."""

    local: str
    tracking: str
    """What the remote held when it was last fetched."""
    seen: str
    """The highest head that was ever seen on a remote."""
    shared: str = ""
    """What others have: `tracking`, or `seen` where the remote lost a part of it."""
    ahead: int = 0
    """How many commits of the local branch are not in `shared`; 0 where nothing is shared."""
    behind: int = 0

    @property
    def head(self) -> str:
        """The further of local and shared; where each has what the other lacks, the local one."""
        return self.shared if not self.local or (self.behind and not self.ahead) else self.local

    @property
    def is_diverged(self) -> bool:
        """Whether local and shared each have what the other lacks."""
        return bool(self.ahead and self.behind)

    @property
    def is_rewound(self) -> bool:
        """Whether the remote held entries that it did not hold when it was last fetched."""
        return bool(self.tracking) and self.shared != self.tracking


class Addition(NamedTuple):
    """A commit to lay on top: its own lines of the tree, its message, and the variables that name its author."""

    lines: Mapping[str, TreeLine]
    message: str
    author: Mapping[str, str]


def tracking_ref(remote: str) -> str:
    """Return the ref that remembers a remote's ledger."""
    return f"refs/remotes/{remote}/{BRANCH}"


def position(program: Program, remote: str = "") -> Position:
    """Return where the ledger stands, as to `remote`; by default the one that the clone shares it with.

    Raises:
        LedgerInUse: the setting that names the remote is wrong.
    """
    return _position(program, refs_of(program), remote)


def ledger_remote(program: Program) -> str:
    """Return the remote that the ledger is shared with; "" where the clone has none.

    Raises:
        LedgerInUse: the setting that names the remote is wrong.
    """
    if not program.may_have_remotes:
        return ""
    return remote_of(program, _tracking(refs_of(program)))


def _tracking(refs: Mapping[str, str]) -> dict[str, str]:
    """Return the remotes that were seen to hold a ledger, and its commits."""
    return {found[1]: commit for ref, commit in refs.items() if (found := _TRACKING.fullmatch(ref))}


def head(program: Program) -> str:
    """Return the last commit of the ledger that is known here; "" where there is none."""
    return position(program).head


def head_and_tags(program: Program) -> tuple[str, frozenset[str]]:
    """Return the same, and the names of tags that are called as uploads and results were before the ledger."""
    refs = refs_of(program)
    tags = (ref.removeprefix("refs/tags/") for ref in refs if ref.startswith(_FORMER_TAGS))
    return _position(program, refs).head, frozenset(tags)


def refs_of(program: Program) -> dict[str, str]:
    """Return the commits of the ledger's refs, of branches in its way, and of tags as there were before the ledger."""
    patterns = ("refs/heads/graduand", "refs/remotes/**/graduand", f"refs/remotes/**/{BRANCH}", SEEN, *_FORMER_TAGS)
    listed = program.read("for-each-ref", "--format=%(objectname) %(refname)", *patterns)
    return {ref: commit for commit, _blank, ref in (line.partition(" ") for line in listed.splitlines())}


def _position(program: Program, refs: Mapping[str, str], remote: str = "") -> Position:
    remotes = _tracking(refs)
    if not remote and remotes:
        remote = next(iter(remotes)) if len(remotes) == 1 else remote_of(program, remotes)
    local, tracking, seen = refs.get(LEDGER, ""), remotes.get(remote, ""), refs.get(SEEN, "")
    shared = tracking if not seen or (tracking and is_ancestor(program, seen, tracking)) else seen
    ahead, behind = (0, 0)
    if local and shared and local != shared:
        counted = program.read("rev-list", "--left-right", "--count", f"{local}...{shared}", "--")
        ahead, behind = map(int, counted.split())
    return Position(local, tracking, seen, shared, ahead, behind)


def is_ancestor(program: Program, before: str, after: str) -> bool:
    """Return whether the history of `after` holds `before`, which may be the same; both are in this clone."""
    if before == after:
        return True
    try:
        program.read("merge-base", "--is-ancestor", before, after)
    except GitRefused:
        return False
    return True


def read_chain(program: Program, commit: str) -> tuple[StoredEntry, ...]:
    """Return the entries up to `commit`, oldest first.

    Raises:
        ForeignCommit: a commit is none of the ledger's.
        LedgerIncomplete: an entry is missing in this clone and cannot be fetched.
    """
    if not commit:
        return ()
    form = "--format=%H%n%P%n%an <%ae>%n%aI"
    logged = program.read("log", "-z", "--reverse", "--encoding=UTF-8", form, commit, "--")
    lines = [entry.split("\n") for entry in logged.strip("\0\n").split("\0")]
    before = ""
    for name, parents, *_rest in lines:
        if " " in parents:
            raise ForeignCommit(name, _("it joins two lines of history"), before)
        before = name
    trees = trees_of(program, [name for name, *_rest in lines])
    blobs = [tree[ENTRY].blob for tree in trees]
    if program.is_partial:
        bring(program, [commit], blobs)
    return tuple(
        StoredEntry(name, present(raw, name, ENTRY), author, date, parent)
        for (name, _parents, author, date), raw, parent in zip(
            lines, program.blobs(blobs), _parents_of(program, lines), strict=True
        )
    )


def _parents_of(program: Program, lines: Sequence[Sequence[str]]) -> list[str]:
    """Return the parents of commits, the first as the commit names it: git conceals it in a shallow clone."""
    root = lines[0][0]
    [raw] = program.blobs([root])
    header = (raw or b"").partition(b"\n\n")[0].decode(errors="replace").splitlines()
    named = next((line.removeprefix("parent ") for line in header if line.startswith("parent ")), "")
    return [named, *(parents for _name, parents, *_rest in lines[1:])]


def trees_of(program: Program, commits: Sequence[str]) -> list[dict[str, TreeLine]]:
    """Return the trees of commits, in their order.

    Raises:
        ForeignCommit: one holds no entry, or a path that no ledger holds.
    """
    trees, before = [], ""
    for commit, raw in zip(commits, program.blobs(f"{commit}^{{tree}}" for commit in commits), strict=True):
        tree = dict(lines_of(present(raw, commit, "/"), len(commit)))
        if ENTRY not in tree:
            raise ForeignCommit(commit, _("it holds no {file}").format(file=ENTRY), before)
        for name in tree:
            if name.startswith("."):
                raise ForeignCommit(commit, _("it holds {path}").format(path=visible(name, 100)), before)
        trees.append(tree)
        before = commit
    return trees


def is_whole(chain: Sequence[StoredEntry]) -> bool:
    """Return whether the ledger goes back to the entry that opened it."""
    return bool(chain) and not chain[0].parent and kind_of(chain[0].raw) == EntryKind.OPENED


def require_whole(program: Program, chain: Sequence[StoredEntry]) -> None:
    """Check that the ledger goes back to the entry that opened it.

    Raises:
        LedgerCut: this clone has only the newest entries.
        ForeignCommit: the first entry opens none.
    """
    if is_whole(chain) or not chain:
        return
    if chain[0].parent:
        raise LedgerCut(len(chain), ledger_remote(program) or "origin")
    raise ForeignCommit(chain[0].commit, _("the ledger begins with it, and it opens none"), "")


def kind_of(raw: bytes) -> str:
    """Return the kind that an `entry.json` says; "" where it says none."""
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return ""
    kind = said.get("kind", "") if isinstance(said, dict) else ""
    return kind if isinstance(kind, str) else ""


def contents(program: Program, names: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    """Yield what files held, each named by its commit and its name in the tree; what is missing is fetched at once.

    Raises:
        LedgerIncomplete: a file is missing in this clone and cannot be fetched.
    """
    asked = list(names)
    if program.is_partial and asked:
        commits = list(dict.fromkeys(commit for commit, _name in asked))
        trees = dict(zip(commits, trees_of(program, commits), strict=True))
        blobs = [trees[commit][name].blob for commit, name in asked if name in trees[commit]]
        bring(program, commits, blobs)
    found = program.blobs(f"{commit}:{name}" for commit, name in asked)
    for (commit, name), raw in zip(asked, found, strict=True):
        yield present(raw, commit, name)


def present(raw: bytes | None, commit: str, name: str) -> bytes:
    """Return what an object holds that must be in this clone.

    Raises:
        LedgerIncomplete: it is missing.
    """
    if raw is None:
        where = f"{commit[:12]}:{name}"
        raise LedgerIncomplete(where, _("it is missing here"))
    return raw


def bring(program: Program, commits: Sequence[str], blobs: Iterable[str]) -> None:
    """Fetch at once those of some blobs, in the history of commits, that a partial clone lacks.

    Raises:
        LedgerIncomplete: the remote did not give them.
    """
    listed = program.read("rev-list", "--objects", "--missing=print", "--no-object-names", *commits, "--")
    missing = {line[1:] for line in listed.splitlines() if line.startswith("?")}.intersection(blobs)
    if not missing:
        return
    answer = program.fetch_objects(next(iter(program.promisors()), "origin"), sorted(missing), _SILENCE)
    if answer.code:
        raise LedgerIncomplete(ENTRY, words_of(answer))


def append(program: Program, entries: Sequence[NewEntry], *, on: str | None = None) -> str:
    """Lay entries on top of the ledger, all or none; return its new head. Without a ledger they begin one.

    With `on`, only while that is the head ("" for no ledger), as what the entries say may depend on those before.
    Hooks and signing work as the user has set them up: where commits are signed, so are entries, or nothing is noted.

    Raises:
        LedgerMoved: the head is another one than `on`.
        LedgerInUse: the branch is checked out, another branch has its name, or others kept writing.
        GitRefused: git, a hook or a key refused, or git does not know who commits.
        Busy, NotWritten: another graduand is writing, or the disk refused.
    """
    if not program.knows_committer():
        raise GitRefused(_(NAMELESS))
    with lock.hold(program.root):
        refs = refs_of(program)
        require_free(program, refs)
        additions = [addition_of(program, entry) for entry in entries]
        return _try_to_lay(program, additions, refs, on)


def _try_to_lay(program: Program, additions: Sequence[Addition], refs: Mapping[str, str], on: str | None) -> str:
    """Lay commits on the head, and on the new one if the branch was moved since the `refs` were read."""
    deadline = time.monotonic() + _WAIT
    for _attempt in range(_TRIES):
        before = _position(program, refs)
        if on not in {None, before.head}:
            raise LedgerMoved
        new = lay_on(program, before.head, additions)
        subject = additions[-1].message.partition("\n")[0]
        while True:
            try:
                move(program, {LEDGER: (new, before.local)}, subject)
            except GitRefused as refused:
                refs = refs_of(program)
                if refs.get(LEDGER, "") != before.local:
                    break  # another one was faster: on top of that
                if ".lock" not in refused.said or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return new
    raise LedgerInUse(_("other programs kept writing to it; repeat when they have finished"))


def require_free(program: Program, refs: Mapping[str, str] | None = None) -> None:
    """Check that nobody has the ledger checked out, and that no branch stands where it must lie.

    Raises:
        LedgerInUse: it is not so.
    """
    require_name(refs_of(program) if refs is None else refs)
    listed = program.read("worktree", "list", "--porcelain")  # git before 2.36 knows no -z here
    trees, found, _rest = listed.partition(f"\nbranch {LEDGER}\n")
    if found:
        folder = trees.rpartition("worktree ")[2].partition("\nHEAD ")[0]
        message = _("it is checked out in {folder}; go to another branch there (git switch main)")
        raise LedgerInUse(message.format(folder=visible(folder, 200)))


def require_name(refs: Iterable[str]) -> None:
    """Check that no branch stands where the ledger must lie.

    Raises:
        LedgerInUse: one is called `graduand`, here or on a remote.
    """
    for ref in refs:
        if not (found := _IN_THE_WAY.fullmatch(ref)):
            continue
        if remote := found[1]:
            message = _("a branch of {remote} is called graduand; rename it there, then: git fetch --prune {remote}")
            raise LedgerInUse(message.format(remote=visible(remote)))
        raise LedgerInUse(_("a branch is called graduand; rename it: git branch -m graduand another-name"))


def addition_of(program: Program, entry: NewEntry) -> Addition:
    """Write the files of an entry as objects; no filter touches their bytes."""
    lines = {}
    for name, content in {**entry.files, ENTRY: entry.raw}.items():
        if not _NAME.fullmatch(name):
            message = f"name={name!r}"
            raise ValueError(message)
        blob = program.change("hash-object", "-w", "--no-filters", "--stdin", stdin=content).strip()
        lines[name] = TreeLine("100644", "blob", blob)
    names = " ".join(sorted(entry.files))
    return Addition(lines, f"{entry.message}\n" + (f"\n{_FILES}{names}\n" if names else ""), {})


def lay_on(program: Program, base: str, additions: Sequence[Addition]) -> str:
    """Make the commits on top of `base` ("" for a new ledger); return the last one. No branch moves.

    Raises:
        GitRefused: git or a key refused.
    """
    signing = program.signs_commits()
    tree: dict[str, TreeLine] = trees_of(program, [base])[0] if base else {}
    for addition in additions:
        tree |= addition.lines
        base = make_commit(program, base, addition._replace(lines=tree), signing=signing)
    return base


def make_commit(program: Program, parent: str, addition: Addition, *, signing: bool) -> str:
    """Make a commit whose tree holds the lines of an addition and no others; return it.

    Raises:
        GitRefused: git or a key refused.
    """
    listing = "".join(f"{line.mode} {line.kind} {line.blob}\t{name}\0" for name, line in addition.lines.items())
    tree = program.change("mktree", "-z", "--missing", stdin=listing).strip()
    options = (*(("-S",) if signing else ()), *(("-p", parent) if parent else ()))
    words = ("-c", "i18n.commitEncoding=UTF-8", "commit-tree", *options, tree)
    return program.change(*words, stdin=addition.message, environment=addition.author).strip()


def move(program: Program, refs: Mapping[str, tuple[str, str]], subject: str, *, hooks: bool = True) -> None:
    """Set refs to their new commits, all or none, where each still is what it was ("" for not there).

    Raises:
        GitRefused: one is something else by now, or a hook refused.
    """
    lines = [f"update {ref} {new} {old or '0' * len(new)}\n" for ref, (new, old) in refs.items()]
    words = ("update-ref", "--create-reflog", "-m", f"graduand: {subject}", "--stdin")
    program.change(*words, stdin="".join(lines), hooks=hooks)


def additions_of(program: Program, entries: Sequence[StoredEntry]) -> list[Addition]:
    """Return entries as they can be laid on top of another chain: own files, message, author and date.

    An entry's own files are those that its message names, and those that differ from the commit before.
    """
    commits = [entry.commit for entry in entries]
    form = "--format=%an%n%ae%n%B"
    logged = program.read("log", "-z", "--no-walk=unsorted", "--encoding=UTF-8", form, *commits, "--").split("\0")
    trees = trees_of(program, commits)
    earlier = [entry.parent for entry in entries]
    before = dict(zip(filter(None, earlier), trees_of(program, [*filter(None, earlier)]), strict=True))
    additions = []
    for entry, said, tree in zip(entries, logged, trees, strict=False):
        name, address, message = said.split("\n", maxsplit=2)
        carried, named = before.get(entry.parent, {}), _named_in(message)
        own = {path: line for path, line in tree.items() if path in named or carried.get(path) != line}
        author = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": address, "GIT_AUTHOR_DATE": entry.date}
        additions.append(Addition(own, message.strip("\n") + "\n", author))
    return additions


def _named_in(message: str) -> frozenset[str]:
    last = message.strip("\n").rpartition("\n")[2]
    return frozenset([ENTRY, *(last.removeprefix(_FILES).split(" ") if last.startswith(_FILES) else ())])
