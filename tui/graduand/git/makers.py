"""The makers of changes: who wrote, committed or helped to write what records say, since they were last sent."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.git.commit_graph import read_graph
from graduand.git.events import SignatureState, is_nobody
from graduand.git.first_parent import QUIET
from graduand.git.revision import CO_AUTHORED, Revision
from graduand.git.signatures import check
from graduand.records.paths import is_record_path, username_of
from graduand.records.record import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graduand.git.commit_graph import CommitGraph
    from graduand.git.identities import Identities
    from graduand.git.program import Program

_LOG: Final = (
    *QUIET,
    "log",
    *("--format=raw", "--encoding=UTF-8"),
    *("--raw", "-z", "--no-renames", "--no-abbrev", "--diff-merges=combined"),
)
"""Of a merge it lists only the files that are as neither side had them."""


class Makers(NamedTuple):
    """Who made a change, as addresses by which people are told from each other."""

    authors: frozenset[str]
    """Authors and co-authors."""
    committers: Mapping[str, int]
    """Who committed it for others, or signed it, and when for the first time, in seconds since 1970."""

    def include(self, person: str, seconds: float) -> bool:
        """Return whether a person made a change that they looked at `seconds` after 1970.

        Who commits again later what they have looked at, as by a squash, a rebase or a cherry-pick, has not made it.
        """
        return person in self.authors or self.committers.get(person, seconds + 1) <= seconds

    def joined(self, other: Makers) -> Makers:
        """Return the makers of two changes."""
        committers = {**self.committers, **other.committers}
        for who in self.committers.keys() & other.committers.keys():
            committers[who] = min(self.committers[who], other.committers[who])
        return Makers(self.authors | other.authors, committers)


NOBODY: Final = Makers(frozenset(), {})


class _Found:
    def __init__(self) -> None:
        self.authors: set[str] = set()
        self.committers: dict[str, int] = {}

    def add(self, revision: Revision, identities: Identities, signers: Iterable[str] = ()) -> None:
        """Add who wrote and committed a commit, and the addresses of whose good signature it has."""
        author, committer = identities.of(revision.author.who), identities.of(revision.committer.who)
        self.authors.add(author)
        self.authors |= {identities.of(who) for word, who in revision.trailers if word == CO_AUTHORED}
        if committer != author and not is_nobody(revision.committer.who):
            self._commits(committer, revision.committer.seconds or 0)
        for signer in {identities.of(who) for who in signers} - {author}:
            self._commits(signer, revision.committer.seconds or 0)

    def _commits(self, person: str, seconds: int) -> None:
        self.committers[person] = min(seconds, self.committers.get(person, seconds))


def makers_of_records(
    program: Program, head: str, since: Mapping[str, str], identities: Identities, allowed: bytes
) -> dict[str, Makers]:
    """Return by username who made what the records say at the commit `head`, by one reading of the history.

    `since` has for each username that is asked for the commit up to which its changes do not count, "" for none.
    `allowed` is the file of allowed signers: who signed a change has made it, whomever its commit names.
    """
    anchors = [*dict.fromkeys(filter(None, since.values()))]
    graph = read_graph(program, [head, *anchors])
    bits = {anchor: 1 << number for number, anchor in enumerate(anchors)}
    reached = graph.reached_from(anchors)
    span = [head, *(_excluded(graph, reached, anchors) if all(since.values()) else ())]
    usernames: dict[str, str] = {}
    made: list[tuple[Revision, list[str]]] = []
    for revision, paths in _revisions(program, span):
        done = reached.get(revision.name, 0)
        named = (usernames.get(path) or usernames.setdefault(path, username_of(path)) for path in paths)
        if people := [name for name in named if name in since and not bits.get(since[name], 0) & done]:
            made.append((revision, people))
    signers = _signers(program, (revision for revision, _people in made), allowed)
    found: defaultdict[str, _Found] = defaultdict(_Found)
    for revision, people in made:
        for username in people:
            found[username].add(revision, identities, signers.get(revision.name, ()))
    return {username: Makers(frozenset(one.authors), one.committers) for username, one in found.items()}


def _excluded(graph: CommitGraph, reached: Mapping[str, int], anchors: list[str]) -> Iterator[str]:
    """Yield the anchor that all others have in their history, if one has that place."""
    everybody = (1 << len(anchors)) - 1
    yield from (f"^{one}" for one in anchors if one in graph and reached[one] == everybody)


def _signers(program: Program, revisions: Iterable[Revision], allowed: bytes) -> dict[str, tuple[str, ...]]:
    """Return by commit the addresses of whose good signature it has."""
    signed = {revision.name: allowed for revision in revisions if allowed and revision.signed}
    checked = check(program, signed) if signed else {}
    return {name: one.principals for name, one in checked.items() if one.state is SignatureState.GOOD}


def makers_of_folder(
    program: Program, head: str, since: str, folder: str, identities: Identities, allowed: bytes
) -> Makers:
    """Return who made what a folder, such as `schema`, holds at the commit `head` since another commit."""
    span = [head, *([f"^{since}"] if since else [])]
    found, revisions = _Found(), [*_read(program, span, f"{program.prefix}{folder}")]
    signers = _signers(program, revisions, allowed)
    for revision in revisions:
        found.add(revision, identities, signers.get(revision.name, ()))
    return Makers(frozenset(found.authors), found.committers)


def _read(program: Program, span: Iterable[str], path: str) -> Iterator[Revision]:
    words = (*QUIET, "log", "--format=raw", "--encoding=UTF-8", "-z", *span, "--", f":(top,literal){path}")
    for text in program.read_fields(*words):
        if text.startswith("commit "):
            yield Revision(text[7 : text.find("\n")].split(" ")[0], text, ())


def _revisions(program: Program, span: Iterable[str]) -> Iterator[tuple[Revision, list[str]]]:
    """Yield the commits of a range with the paths of records that each made as no parent had them."""
    prefix = program.prefix
    fields = program.read_fields(*_LOG, *span, "--")
    text, paths = "", list[str]()
    for field in fields:
        if field.startswith("commit "):
            if text and paths:
                yield _revision(text), paths
            text, blank, _change = field.rpartition("\n\n:")
            text, paths = (text if blank else field), []
            if blank:
                paths += _record_path(next(fields, ""), prefix)
        elif field.startswith(":"):
            paths += _record_path(next(fields, ""), prefix)
    if text and paths:
        yield _revision(text), paths


def _revision(text: str) -> Revision:
    return Revision(text[7 : text.find("\n")], text, ())


def _record_path(path: str, prefix: str) -> list[str]:
    if not path.startswith(f"{prefix}{FOLDER}/"):
        return []
    inner = path[len(prefix) :]
    return [inner] if is_record_path(inner) else []
