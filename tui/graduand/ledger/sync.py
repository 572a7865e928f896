"""Fetch the ledger from the remote that it is shared with, and push to it: entries are added, none is ever lost.

The lock between two operators is git's own refusal: a push names what the remote must hold, and is repeated on top of
what it holds by then.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from shlex import quote
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import (
    GitRefused,
    LedgerBroken,
    LedgerInUse,
    LedgerLost,
    LedgerMoved,
    LedgerNotReplaced,
    LedgerOfOthers,
    LedgerOutOfReach,
    LedgerRewound,
)
from graduand.git.program import NAMELESS
from graduand.language import _, ngettext, visible
from graduand.ledger.branch import (
    BRANCH,
    LEDGER,
    SEEN,
    additions_of,
    is_ancestor,
    kind_of,
    lay_on,
    ledger_remote,
    move,
    position,
    read_chain,
    refs_of,
    require_free,
    require_name,
    tracking_ref,
)
from graduand.ledger.entry import EntryKind, id_of, read_entry
from graduand.ledger.server_words import is_rule, lacks_branch, lacks_options, was_faster, words_of
from graduand.storage import lock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graduand.git.program import Program, RemoteAnswer
    from graduand.ledger.branch import Position, StoredEntry

BEFORE: Final = "refs/graduand/ledger-before/"
"""Goes before the short name of a head that was given up."""

_FETCH: Final = 5.0
_PUSH: Final = 30.0
"""Seconds for which the remote may say nothing; before it takes a push, hooks of its own may run."""
_TRIES: Final = 5
_OPTIONS: Final = "graduandPushOptions"
"""Of the settings of a remote: false where it knows no push options."""


class SyncState(StrEnum):
    """How a fetch or a push of the ledger ended."""

    FETCHED = "fetched"
    NOT_FETCHED = "not_fetched"
    SHARED = "shared"
    NOT_SHARED = "not_shared"
    NONE_THERE = "none_there"
    """The remote holds no ledger, and was never seen to hold one."""
    OFFLINE = "offline"
    NO_REMOTE = "no_remote"


class Synced(NamedTuple):
    """What became of a fetch or a push."""

    state: SyncState
    remote: str = ""
    entries: int = 0
    """How many came, or were shared; of `not shared`, how many wait."""
    words: str = ""
    """Why it failed: the server's words, or git's."""
    newest: str = ""
    """Of a ledger that was not fetched, when its newest entry was noted; "" when there is none."""

    def is_told_after(self, later: Synced) -> bool:
        """Whether it is still to be told once `later` has happened: a remote with no ledger may have got one."""
        return not (self.state is SyncState.NONE_THERE and later.state is SyncState.SHARED)

    @property
    def is_warning(self) -> bool:
        """Whether what is said of it is a warning."""
        return self.state not in {SyncState.SHARED, SyncState.FETCHED, SyncState.NO_REMOTE}

    @property
    def sentence(self) -> str:
        """What a command says of it; "" where nothing is to be said."""
        match self.state:
            case SyncState.SHARED:
                shared = ngettext(
                    "{count} entry shared with {remote}.", "{count} entries shared with {remote}.", self.entries
                )
                return shared.format(count=self.entries, remote=visible(self.remote)) if self.entries else ""
            case SyncState.NOT_SHARED:
                return self._not_shared()
            case SyncState.NOT_FETCHED:
                return _("The ledger was not fetched: {words}. {age}").format(
                    words=self.words.rstrip("."), age=self._age()
                )
            case SyncState.OFFLINE:
                return _("The ledger was not fetched (--offline). {age}").format(age=self._age())
            case SyncState.NONE_THERE:
                return _("{remote} holds no ledger yet; the first entry brings it there.").format(
                    remote=visible(self.remote)
                )
            case SyncState.FETCHED | SyncState.NO_REMOTE:
                return ""

    def _age(self) -> str:
        if not self.newest:
            return _("This clone has none.")
        return _("This clone's is of {moment}.").format(moment=self.newest)

    def _not_shared(self) -> str:
        said = _("Noted here, not shared with {remote}: {words}.").format(
            remote=visible(self.remote), words=self.words.rstrip(".")
        )
        if is_rule(self.words):
            return f"{said} " + _(
                "Take graduand/ledger out of the rule for all branches there, and give it one of its own that only "
                "blocks force pushes and deletions."
            )
        return f"{said} " + _("Share it later with: {command}").format(
            command=f"git push {quote(self.remote)} {BRANCH}"
        )


def fetch(program: Program, *, remote: str = "", offline: bool = False, silence: float = _FETCH) -> Synced:
    """Fetch the ledger, and bring this clone's up to it: forward, or own entries that nobody has yet on top of it.

    Nobody is asked for a password. A remote that does not answer is no error, nor is one that never held a ledger.

    Raises:
        LedgerRewound, LedgerLost: the remote held entries that it no longer holds, and no erasure explains it.
        LedgerOfOthers: entries of somebody else would have to be laid on top.
        LedgerInUse: the branch is checked out, or another branch has its name.
        GitRefused: git, a hook or a key refused.
    """
    remote = remote or ledger_remote(program)
    if not remote:
        return Synced(SyncState.NO_REMOTE)
    before = position(program, remote)
    if before.tracking and not before.seen:
        _remember(program, before.tracking, "")
    answer = None if offline else _fetch(program, remote, silence)
    if answer and lacks_branch(answer):
        if before.shared:
            raise LedgerLost(remote, _push_command(program, remote, before))
        return Synced(SyncState.NONE_THERE, remote)
    _integrate(program, remote)
    if answer and not answer.code:
        after = position(program, remote)
        return Synced(SyncState.FETCHED, remote, _count(program, after.shared, before.shared))
    state = SyncState.NOT_FETCHED if answer else SyncState.OFFLINE
    return Synced(state, remote, 0, words_of(answer) if answer else "", newest(program))


def _fetch(program: Program, remote: str, silence: float) -> RemoteAnswer:
    require_name(refs_of(program))
    options = ("--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--recurse-submodules=no", "--no-prune")
    return program.fetch(*options, "--refmap=", "--", remote, f"+{LEDGER}:{tracking_ref(remote)}", silence=silence)


def newest(program: Program) -> str:
    """Return when the newest entry known here was noted, as `2026-12-01 01:47 UTC`; "" when there is none.

    "?" is a commit without a date that can be read.
    """
    commit = position(program).head
    if not commit:
        return ""
    noted = program.read("log", "-1", "--no-walk", "--format=%aI", commit, "--").strip()
    try:
        return datetime.fromisoformat(noted).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError):
        return "?"


def _count(program: Program, after: str, before: str) -> int:
    """Return how many commits one head has that the other lacks."""
    if not after or after == before:
        return 0
    return int(program.read("rev-list", "--count", after, *([f"^{before}"] if before else []), "--"))


def _remember(program: Program, commit: str, before: str) -> None:
    """Remember the highest head seen; no hook is asked about what is a memory of this clone."""
    if not commit or commit == before:
        return
    try:
        move(program, {SEEN: (commit, before)}, "seen", hooks=False)
    except GitRefused:
        if refs_of(program).get(SEEN, "") == before:
            raise  # else another process remembered it


def _integrate(program: Program, remote: str) -> None:
    """Bring the local branch up to what the remote holds."""
    for attempt in range(_TRIES):
        now = position(program, remote)
        try:
            if now.is_rewound:
                _take_over_erased(program, remote, now)
            else:
                _remember(program, now.tracking, now.seen)
                _follow(program, now)
        except GitRefused:  # another process may have moved the branch meanwhile
            if attempt == _TRIES - 1 or position(program, remote) == now:
                raise
        else:
            return


def _follow(program: Program, now: Position) -> None:
    if now.is_diverged:
        _rebase(program, now.shared, now)
    elif now.behind:
        try:
            require_free(program)
        except LedgerInUse:  # what is checked out stays; read is the further of the two
            return
        move(program, {LEDGER: (now.shared, now.local)}, "fetched", hooks=False)


def _rebase(program: Program, onto: str, now: Position, *, keep: bool = False) -> int:
    """Lay own entries that are neither in `onto` nor shared on top of it; return how many.

    An entry is known by its id: after an erasure its commit is another one. With `keep`, heads that are given up are
    kept below `BEFORE`.
    """
    with lock.hold(program.root):
        require_free(program)
        own = _unshared(program, onto, now)
        head = lay_on(program, onto, additions_of(program, own)) if own else onto
        refs = {LEDGER: (head, now.local)} if now.local or own else {}
        if onto == now.tracking and onto != now.seen:
            refs[SEEN] = (onto, now.seen)
        given_up = [commit for commit in dict.fromkeys((now.local, now.seen)) if commit] if keep else []
        if len(given_up) == 2 and is_ancestor(program, now.seen, now.local):
            given_up.pop()
        for commit in given_up:
            ref = f"{BEFORE}{commit[:12]}"
            if not is_ancestor(program, commit, head):
                refs[ref] = (commit, program.object_names([ref])[0])
        if refs:
            move(program, refs, "rebased", hooks=bool(own))
        return len(own)


def _unshared(program: Program, onto: str, now: Position) -> list[StoredEntry]:
    """Return the local entries that are neither in the history of `onto` nor were ever shared.

    Raises:
        LedgerOfOthers: one is somebody else's.
    """
    known = _ids(read_chain(program, onto)) | (_ids(read_chain(program, now.seen)) if now.is_rewound else set())
    found = [one for one in read_chain(program, now.local) if _id_of(one) not in known]
    new = [one for one in found if kind_of(one.raw) != EntryKind.OPENED]  # a ledger is opened once
    me = _address(program.read("var", "GIT_AUTHOR_IDENT")) if new and _knows(program) else ""
    others = [one for one in new if _address(one.author) != me]
    if others:
        raise LedgerOfOthers([f"{_id_of(one)} ({one.author})" for one in others])
    return new


def _knows(program: Program) -> bool:
    if not program.knows_committer():
        raise GitRefused(_(NAMELESS))
    return True


def _ids(chain: Iterable[StoredEntry]) -> set[str]:
    return {_id_of(one) for one in chain}


def _id_of(stored: StoredEntry) -> str:
    """Return the id of an entry; of one that cannot be read, its commit."""
    try:
        return id_of(stored.raw)
    except LedgerBroken:
        return stored.commit


def _address(ident: str) -> str:
    return ident.rpartition(">")[0].rpartition("<")[2].casefold()


def _take_over_erased(program: Program, remote: str, now: Position) -> None:
    """Follow a remote whose history was written anew by an erasure; entries of this clone are laid on top.

    It is one where an entry says so that this clone did not have, names what this clone saw (or a later head, which it
    never saw), and where no entry is missing.

    Raises:
        LedgerRewound: it is none.
    """
    old, new = read_chain(program, now.seen), read_chain(program, now.tracking)
    known, there = _ids(old), _ids(new)
    erasures = [one for one in new if kind_of(one.raw) == EntryKind.ERASED and _id_of(one) not in known]
    named = [read_entry(one.raw).text("was") for one in erasures]
    if known <= there and any(_is_later(program, now.seen, was) for was in named):
        _rebase(program, now.tracking, now)
        return
    raise LedgerRewound(remote, len(known - there), push=_push_command(program, remote, now), erased=bool(erasures))


def _is_later(program: Program, seen: str, was: str) -> bool:
    """Return whether a head that an erasure names is the one seen here, a later one, or one that never came here."""
    if len(was) != len(seen) or not was.isalnum():
        return False
    try:
        here = program.object_names([was])[0]
    except GitRefused:  # a partial clone asked the remote for it
        here = ""
    return not here or is_ancestor(program, seen, was)


def _push_command(program: Program, remote: str, now: Position) -> str:
    """Return the command that puts back what a remote lost."""
    if now.local and is_ancestor(program, now.shared, now.local):
        return f"git push {quote(remote)} {BRANCH}"
    ref = SEEN if now.shared == now.seen else tracking_ref(remote)
    return f"git push {quote(remote)} {quote(f'{ref}:{LEDGER}')}"


def share(
    program: Program, *, remote: str = "", offline: bool = False, after: Synced | None = None, silence: float = _PUSH
) -> Synced:
    """Push the entries that the remote lacks; where others were faster, fetch and push on top of theirs.

    A remote that does not answer or refuses is no error: the entries stand in this clone. One that did not answer the
    fetch before (`after`) is not asked again.

    Raises:
        LedgerRewound, LedgerLost, LedgerOfOthers, LedgerInUse, GitRefused: as in `fetch`.
    """
    remote = remote or ledger_remote(program)
    if not remote:
        return Synced(SyncState.NO_REMOTE)
    if offline:
        return Synced(SyncState.OFFLINE, remote, len(unshared(program, remote)), "", newest(program))
    if after and after.state is SyncState.NOT_FETCHED:
        return _not_shared(program, remote, after.words)
    return _share(program, remote, silence)


def _share(program: Program, remote: str, silence: float) -> Synced:
    answer: RemoteAnswer | None = None
    for _attempt in range(_TRIES):
        now = position(program, remote)
        is_lost = bool(now.seen) and not now.tracking
        if answer or is_lost or now.is_rewound or now.behind:
            if words := _catch_up(program, remote, now, answer, silence):
                return _not_shared(program, remote, words)
            now = position(program, remote)
        if now.local in {"", now.tracking}:
            return Synced(SyncState.SHARED, remote)
        answer = _push(program, remote, now, silence)
        if not answer.code:
            _note_shared(program, remote, now)
            return Synced(SyncState.SHARED, remote, _count(program, now.local, now.tracking))
        if not was_faster(answer):
            return _not_shared(program, remote, words_of(answer))
    return _not_shared(program, remote, _("others were faster each time"))


def _catch_up(program: Program, remote: str, now: Position, refused: RemoteAnswer | None, silence: float) -> str:
    """Fetch before the next push; return why there is no use in one, or ""."""
    fetched = fetch(program, remote=remote, silence=min(silence, _FETCH))
    if fetched.state is SyncState.NOT_FETCHED:
        return fetched.words
    nobody_was_faster = position(program, remote) == now
    return words_of(refused) if refused and nobody_was_faster else ""


def _not_shared(program: Program, remote: str, words: str) -> Synced:
    return Synced(SyncState.NOT_SHARED, remote, len(unshared(program, remote)), words)


def _push(program: Program, remote: str, now: Position, silence: float) -> RemoteAnswer:
    """Push the local branch onto a remote that holds what it held when it was last fetched, and nothing else."""
    lease = f"--force-with-lease={LEDGER}:{now.tracking}"  # it forces nothing: the branch goes on from there
    words = ("--porcelain", "--no-follow-tags", "--recurse-submodules=no", lease)
    target = ("--", remote, f"{now.local}:{LEDGER}")
    key = f"remote.{remote}.{_OPTIONS}"
    if _is_set(program, key) != "false":
        answer = program.push(*words, "--push-option=ci.skip", *target, silence=silence)
        if not lacks_options(answer):
            return answer
        program.change("config", "--local", key, "false")
    return program.push(*words, *target, silence=silence)


def replace(program: Program, remote: str, new: str, now: Position, *, silence: float = _PUSH) -> None:
    """Let the ledger be another one, on its remote and in this clone: what an erasure has written anew.

    The remote comes first: where it refuses, nothing has changed; where this clone did not get so far, its next fetch
    takes the remote's over. `remote` is "" where the ledger was never shared. The caller holds the lock.

    Raises:
        LedgerNotReplaced: the remote refused, or did not answer.
        LedgerMoved: the ledger of this clone has moved meanwhile.
        GitRefused: git or a hook refused.
    """
    refs = {LEDGER: (new, now.local)}
    if remote:
        answer = _push(program, remote, now._replace(local=new), silence)
        if answer.code:
            words = words_of(answer)
            raise LedgerNotReplaced(remote, words, is_rule=is_rule(words), was_faster=was_faster(answer))
        there, tracking = refs_of(program), tracking_ref(remote)
        refs |= {ref: (new, there.get(ref, "")) for ref in (tracking, SEEN) if there.get(ref, "") != new}
    elif now.seen:
        refs[SEEN] = (new, now.seen)
    try:
        move(program, refs, "erased")
    except GitRefused:
        if refs_of(program).get(LEDGER, "") != now.local:
            raise LedgerMoved from None
        raise


def _is_set(program: Program, key: str) -> str:
    try:
        return program.read("config", "--type=bool", "--get", key).strip()
    except GitRefused:  # nothing is set
        return ""


def _note_shared(program: Program, remote: str, now: Position) -> None:
    """Remember what a remote took; git itself does it only where the clone follows all branches."""
    there, tracking = refs_of(program), tracking_ref(remote)
    before = {ref: there.get(ref, "") for ref in (tracking, SEEN)}
    if refs := {ref: (now.local, old) for ref, old in before.items() if old != now.local}:
        move(program, refs, "shared", hooks=False)


def unshared(program: Program, remote: str = "") -> tuple[StoredEntry, ...]:
    """Return the entries of this clone that the remote is not known to have, oldest first."""
    now = position(program, remote)
    if now.local in {"", now.shared}:
        return ()
    shared = {one.commit for one in read_chain(program, now.shared)}
    return tuple(one for one in read_chain(program, now.local) if one.commit not in shared)


class Accepted(NamedTuple):
    """What became of taking over what the remote holds."""

    remote: str
    given_up: tuple[str, ...]
    """The refs below which earlier heads are kept."""
    lost: int
    """How many entries that were shared before the remote no longer holds."""
    laid: int
    """How many own entries, never shared, were laid on top."""


def accept_remote(program: Program, *, remote: str = "", silence: float = _FETCH) -> Accepted:
    """Let this clone's ledger be what the remote holds, with own entries that were never shared on top.

    Heads that are given up are kept as refs below `BEFORE`.

    Raises:
        LedgerOutOfReach: there is no remote, or it does not answer.
        LedgerLost, LedgerOfOthers, LedgerInUse, GitRefused: as in `fetch`.
    """
    remote = remote or ledger_remote(program)
    if not remote:
        raise LedgerInUse(_("this clone has no remote to take it from"))
    before = position(program, remote)
    if before.tracking and not before.seen:
        _remember(program, before.tracking, "")
    answer = _fetch(program, remote, silence)
    if lacks_branch(answer) and before.shared:
        raise LedgerLost(remote, _push_command(program, remote, before))
    if answer.code:
        raise LedgerOutOfReach(remote, words_of(answer))
    now = position(program, remote)
    if not now.is_rewound:
        _integrate(program, remote)
        return Accepted(remote, (), 0, 0)
    lost = _ids(read_chain(program, now.seen)) - _ids(read_chain(program, now.tracking))
    laid = _rebase(program, now.tracking, now, keep=True)
    given_up = program.read("for-each-ref", "--format=%(refname)", BEFORE).split()
    return Accepted(remote, tuple(given_up), len(lost), laid)
