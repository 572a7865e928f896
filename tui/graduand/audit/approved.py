"""Who approved the changes of records: as the ledger has it, signed or not, and as the forge said."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from graduand.git.events import ApprovedBy, Event, EventKind, Proof, SignatureState, is_nobody
from graduand.git.identities import read_identities
from graduand.git.makers import Makers
from graduand.ledger.entry import EntryKind
from graduand.records.meaning import meaning_of
from graduand.uploads.approvals import approvals_in
from graduand.uploads.departures import Departures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graduand.git.events import Attribution
    from graduand.ledger.ledger import Ledger
    from graduand.uploads.approvals import GivenApproval


class ForgeClaim(NamedTuple):
    """What a forge said of a pull request when an upload was noted."""

    entry: str
    merged_by: str
    approved_by: tuple[str, ...]


class ApprovalTrail:
    """Tells who approved a change: others than those who made it."""

    def __init__(self, ledger: Ledger) -> None:
        self._program = ledger.program
        self._given: defaultdict[tuple[str, str], list[GivenApproval]] = defaultdict(list)
        given = [one for one in approvals_in(ledger) if not one.proof.is_forged]
        for one in given:
            for pair in one.meanings.items():
                self._given[pair].append(one)
        self._meant: defaultdict[str, set[str]] = defaultdict(set)
        for username, meaning in self._given:
            self._meant[username].add(meaning)
        self._looked_at = {one.id: (one.commit, one.main) for one in given}
        self.claims = dict(_claims(ledger))
        """What the forge said, by the number of the pull request."""
        commits = [*dict.fromkeys(one.commit for one in given if one.commit)]
        self._identities = read_identities(ledger.program, [ledger.program.opened.head, *commits])

    def approved(self, events: Sequence[Event]) -> Iterator[Event]:
        """Yield events with who approved them."""
        meanings = self._meanings(events)
        meant = {events[place].username: self._meant[events[place].username] for place in meanings}
        departures = Departures(self._program, self._program.opened.head, meant, self._looked_at)
        for place, event in enumerate(events):
            given = self._of(event.username, meanings.get(place, ""), event.source, departures)
            claim = self.claims.get(event.source.pull_request) if event.source.pull_request else None
            forge = [ApprovedBy(who, Proof.FORGE, claim.entry) for who in claim.approved_by] if claim else []
            if given or claim:
                yield event._replace(approved=(*given, *forge), merged_by_forge=claim.merged_by if claim else "")
            else:
                yield event

    def _of(self, username: str, meaning: str, source: Attribution, departures: Departures) -> tuple[ApprovedBy, ...]:
        """Return who approved what a record says, without those who made it in the commit of `source`."""
        overtaken = departures.overtaken(username, meaning, source.commit) if meaning else frozenset[str]()
        given = self._given.get((username, meaning), []) if meaning else []
        makers = self._makers(source)
        found: dict[str, ApprovedBy] = {}
        for one in given:
            person = self._identities.of(one.by)
            if makers.include(person, one.seconds) or one.id in overtaken:
                continue
            is_signed = one.proof.signature is SignatureState.GOOD
            if is_signed or person not in found:
                found[person] = ApprovedBy(one.by, Proof.SIGNED if is_signed else Proof.CLAIMED, one.id)
        return tuple(found.values())

    def _makers(self, source: Attribution) -> Makers:
        """Return who made a change; who committed it on the branch itself, perhaps after they had approved it."""
        authors = {self._identities.of(who) for who in (source.author, *source.co_authors) if who}
        committer = "" if is_nobody(source.committer) else self._identities.of(source.committer)
        is_dated = bool(source.date) and not source.merge
        seconds = int(datetime.fromisoformat(source.date).timestamp()) if is_dated else 0
        return Makers(frozenset(authors), {committer: seconds} if committer and committer not in authors else {})

    def _meanings(self, events: Sequence[Event]) -> dict[int, str]:
        """Return what the records of events said at their commits, by the place of the event."""
        asked = [
            (place, event.path, f"{event.source.commit}:{self._program.prefix}{event.path}")
            for place, event in enumerate(events)
            if event.username in self._meant and event.path and event.event is not EventKind.REMOVED
        ]
        raws = self._program.blobs(name for _place, _path, name in asked)
        return {
            place: meaning_of(path, raw)
            for (place, path, _name), raw in zip(asked, raws, strict=True)
            if raw is not None
        }


def _claims(ledger: Ledger) -> Iterator[tuple[int, ForgeClaim]]:
    """Yield what was noted of pull requests, the last word last."""
    for entry in ledger.entries:
        listed = entry.facts.get("reviews") if entry.kind is EntryKind.UPLOAD else None
        for one in listed if isinstance(listed, list) else ():
            if isinstance(one, dict) and isinstance(one.get("pull_request"), int):
                approved = one.get("approved_by")
                names = tuple(map(str, approved)) if isinstance(approved, list) else ()
                yield one["pull_request"], ForgeClaim(entry.id, str(one.get("merged_by") or ""), names)


def counts(events: Iterable[Event], *proofs: Proof) -> int:
    """Return how many events somebody approved with one of these proofs."""
    return sum(any(one.proof in proofs for one in event.approved) for event in events)
