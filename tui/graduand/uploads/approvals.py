"""Approvals: who has looked at what a record says, and whether that is enough for its row to be sent.

An approval binds to the meaning of a record and to `schema/`: it lasts through a squash, a later day and what others
merge, and is lost when the record says something else.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import ClosesUnapproved, NotApproved, Usage
from graduand.git.commit_graph import read_graph
from graduand.git.events import SignatureState, address_of
from graduand.git.identities import read_identities
from graduand.git.makers import NOBODY, Makers, makers_of_folder, makers_of_records
from graduand.git.signatures import check
from graduand.git.snapshot import contents, entries
from graduand.git.upload_branch import branch_heads
from graduand.language import _, visible
from graduand.ledger.entry import APPROVED, PEOPLE, EntryKind, read_approved, read_people, stamp_of
from graduand.ledger.ledger import renamed_commits
from graduand.ledger.signers import entry_policies, present_signers, revoked_keys, signers_at
from graduand.records.legacy_reader import read_past_record
from graduand.records.meaning import meaning_of
from graduand.records.paths import username_of
from graduand.records.record import DISABLED, EFFECTIVE_ON
from graduand.uploads.departures import Departures
from graduand.uploads.sent_people import SentPeople

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from graduand.git.commit_graph import CommitGraph
    from graduand.git.identities import Identities
    from graduand.git.program import Program
    from graduand.ledger.entry import LedgerEntry
    from graduand.ledger.ledger import Ledger
    from graduand.records.institution import Approvals
    from graduand.uploads.review_policy import PolicyInForce

LASTS: Final = timedelta(days=90)
"""How long an approval counts."""
_SKEW: Final = timedelta(hours=1)
"""By how much two clocks may differ; besides, entries of the same second are noted one after the other."""
_NAMED: Final = 10
"""How many people a refusal names."""
TAKES_BACK: Final = "takes_back"
"""The fact of an approval of a rollback: the id of the upload that it takes back."""


class EntryProof(NamedTuple):
    """What speaks for it that an entry is by whom it names."""

    signature: SignatureState
    is_forged: bool
    """Whether its signature is bad, revoked, or another person's than it names, or its commit is by another."""


class GivenApproval(NamedTuple):
    """An approval of what records say, with the `schema/` by which they are read."""

    id: str
    noted: str
    by: str
    """`Name <address>`."""
    meanings: Mapping[str, str]
    """By username."""
    rules: str
    """The tree of `schema/`."""
    commit: str
    """What was looked at."""
    main: str
    """The commit of the upload branch by then."""
    stored: str
    """The commit of the entry."""
    proof: EntryProof
    takes_back: str = ""
    """The id of the upload whose taking back is approved, and nothing of records; "" of records."""
    plan: str = ""
    """The checksum of the plan that was looked at."""

    @property
    def seconds(self) -> float:
        """When it was noted, in seconds since 1970."""
        return datetime.fromisoformat(self.noted).timestamp()


def approvals_in(ledger: Ledger, *, at: str = "", takes_back: str = "") -> tuple[GivenApproval, ...]:
    """Return the approvals that were not withdrawn, in the order of noting.

    Args:
        ledger: Holds them.
        at: A moment as entries have it: only those that last at it; "" for all.
        takes_back: The id of an upload: only those of what takes it back, which count for nothing else; "" for those
            of records.
    """
    # One that was ever withdrawn is given anew: else an entry that anybody can push would bring it back.
    withdrawn = {entry.text("of") for entry in ledger.entries if entry.kind is EntryKind.WITHDRAWN}
    places = [
        place
        for place, entry in enumerate(ledger.entries)
        if entry.kind is EntryKind.APPROVAL
        and entry.facts.get(TAKES_BACK, "") == takes_back
        and entry.id not in withdrawn
        and (not at or _lasts(entry, at))
    ]
    found = [ledger.entries[place] for place in places]
    proofs = _proofs(ledger, places) if places else []
    raws = ledger.files((entry, APPROVED) for entry in found)
    return tuple(
        GivenApproval(
            entry.id,
            entry.noted,
            entry.by,
            read_approved(raw, entry.id),
            entry.text("rules"),
            entry.text("commit"),
            entry.main,
            ledger.stored[place].commit,
            proof,
            takes_back,
            entry.text("plan"),
        )
        for entry, place, raw, proof in zip(found, places, raws, proofs, strict=True)
    )


def _lasts(entry: LedgerEntry, at: str) -> bool:
    moment = datetime.fromisoformat(at)
    return stamp_of(moment - LASTS) <= entry.noted <= stamp_of(moment + _SKEW)


def _proofs(ledger: Ledger, places: Sequence[int]) -> list[EntryProof]:
    program = ledger.program
    graph = read_graph(program, branch_heads(program, program.opened.head))
    policies = entry_policies(program, ledger, graph, renamed_commits(ledger))
    signed = check(program, {ledger.stored[place].commit: policies[place].allowed for place in places})
    revoked = revoked_keys(program)
    found = []
    for place in places:
        entry, stored = ledger.entries[place], ledger.stored[place]
        signature = signed[stored.commit]
        by, principals = address_of(entry.by), {address_of(one) for one in signature.principals}
        is_forged = (
            signature.state is SignatureState.BAD
            or signature.key in revoked
            or address_of(stored.author) != by
            or (signature.state is SignatureState.GOOD and by not in principals)
        )
        found.append(EntryProof(signature.state, is_forged))
    return found


class Lack(NamedTuple):
    """What keeps a row, or `schema/`, from being sent."""

    username: str
    """"" stands for `schema/`."""
    needed: int
    approved_by: tuple[str, ...]
    """Who counts."""
    not_counted: tuple[str, ...]
    """Who has approved it and does not count, with the reason."""

    @property
    def sentence(self) -> str:
        """The lack in words: `00412345 (1 of 2: Ada)`."""
        name = visible(self.username) or _("schema/, which has changed since the last upload")
        return f"{name} ({self.tally})"

    @property
    def tally(self) -> str:
        """How many have approved it, and who: `1 of 2: Ada`."""
        said = _("{count} of {needed}").format(count=len(self.approved_by), needed=self.needed)
        more = [*map(name_of, self.approved_by), *self.not_counted]
        return f"{said}: {', '.join(more)}" if more else said


def name_of(who: str) -> str:
    """Return the name, or else the address, of `Name <address>`."""
    return visible(who.partition(" <")[0].strip() or who.strip(" <>") or "?")


class Coverage(NamedTuple):
    """Which approvals cover the rows that are to be sent, and what lacks some."""

    lacking: tuple[Lack, ...]
    used: tuple[str, ...]
    """The ids of the approvals that count."""


class RowsToCover(NamedTuple):
    """The rows that are to be sent, and the commit whose records they are made from."""

    commit: str
    rows: Mapping[str, bool]
    """By username, whether the row closes the account."""
    previous: Mapping[str, str]
    """The username that Handshake still has, where it changes."""


def coverage(ledger: Ledger, policy: PolicyInForce, wanted: RowsToCover, *, at: str) -> Coverage:
    """Return what is approved of rows, at a moment as entries have it."""
    if policy.approvals is None:
        return Coverage((), ())
    return _Covering(ledger, policy, policy.approvals, wanted, at).coverage()


def require_approved(ledger: Ledger, policy: PolicyInForce, wanted: RowsToCover, *, at: str) -> tuple[str, ...]:
    """Return the ids of the approvals that cover all rows.

    Raises:
        NotApproved: somebody's row, or `schema/`, was not approved by enough people who did not make the change.
    """
    found = coverage(ledger, policy, wanted, at=at)
    if found.lacking:
        raise NotApproved([lack.sentence for lack in found.lacking[:_NAMED]], len(found.lacking))
    return found.used


class RollbackToCover(NamedTuple):
    """An upload that takes another one back, and who makes it."""

    takes_back: str
    """The id of the upload that is taken back."""
    plan: str
    """The checksum of what is to be done."""
    commit: str
    closing: Sequence[str]
    """The usernames of people whose account it closes."""
    by: str
    """Who compiles or delivers it, as `Name <address>`; "" when git does not know."""


def require_approved_rollback(
    ledger: Ledger, policy: PolicyInForce, wanted: RollbackToCover, *, at: str
) -> tuple[str, ...]:
    """Return the ids of the approvals that cover a rollback; none where it closes no account, or nobody must approve.

    An approval of records does not count: what is sent is not what they say. Neither does that of who makes it.

    Raises:
        ClosesUnapproved: not enough others have approved just that.
        Usage: git does not know who makes it.
    """
    if policy.approvals is None or not wanted.closing:
        return ()
    if not wanted.by:
        message = _(
            "git does not know who takes it back; tell it: git config user.name NAME, git config user.email MAIL"
        )
        raise Usage(message)
    given = approvals_in(ledger, at=at, takes_back=wanted.takes_back)
    commits = [wanted.commit, policy.tip, policy.baseline, *(one.commit for one in given)]
    identities = read_identities(ledger.program, commits)
    new_keys = _by_new_keys(ledger, policy, given) if given else frozenset[str]()
    stale = (one.id for one in given if one.plan != wanted.plan)
    why_not = {
        **dict.fromkeys(new_keys, _why_no_new_key()),
        **dict.fromkeys(stale, _("does not count: something else would be done by now")),
    }
    makers = Makers(frozenset({identities.of(wanted.by)}), {})
    found = _Counting(policy.approvals, identities).counted(given, makers, why_not)
    needed = policy.approvals.most
    if len(found.people) < needed:
        lack = Lack("", needed, found.people, found.others)
        raise ClosesUnapproved(wanted.closing, lack.tally, wanted.takes_back)
    return tuple(one.id for one in given if one.id in found.ids)


class StatedRecord(NamedTuple):
    """What a record says at a commit."""

    meaning: str
    account: tuple[str, str]
    """Whether the account is closed, and the day on which that takes effect; both as the record has it."""


def records_at(program: Program, commit: str, usernames: Collection[str]) -> dict[str, StatedRecord]:
    """Return what people's records say at a commit, by username."""
    listed = [one for one in entries(program, commit) if username_of(one.path) in usernames]
    return {
        username_of(path): StatedRecord(meaning_of(path, raw), _account_in(path, raw))
        for path, raw in contents(program, listed)
    }


def _account_in(path: str, raw: bytes | None) -> tuple[str, str]:
    record = read_past_record(path, raw) if raw else None
    return (record.text(DISABLED), record.text(EFFECTIVE_ON)) if record else ("", "")


def makers_of(
    ledger: Ledger, wanted: RowsToCover, records: Mapping[str, StatedRecord], identities: Identities
) -> dict[str, Makers]:
    """Return who made what records say since they were last sent, by username."""
    program = ledger.program
    since = _last_sent(ledger, wanted, records)
    for username, former in wanted.previous.items():
        since.setdefault(former, since[username])
    found = makers_of_records(program, wanted.commit, since, identities, present_signers(program))
    for username, former in wanted.previous.items():
        if former in found:
            found[username] = found[former].joined(found.get(username, NOBODY))
    return found


def _last_sent(ledger: Ledger, wanted: RowsToCover, records: Mapping[str, StatedRecord]) -> dict[str, str]:
    """Return for each person the commit of the branch whose record was sent last and did not fail; "" for none.

    An upload that held back what the record says of the account or the graduation, as its day had not come, has not
    sent it.
    """
    sent = SentPeople(ledger)
    graph = read_graph(ledger.program, [wanted.commit])
    order = sorted(range(len(sent.uploads)), key=lambda number: sent.uploads[number].moment, reverse=True)
    anchors = {number: _anchor(graph, sent.uploads[number]) for number in order}
    found: dict[str, str] = {}
    for username in wanted.rows:
        names = {username, wanted.previous.get(username, "")}
        mask, alone = sent.took(names), sent.alone_of(names)
        account = records[username].account if username in records else ("", "")
        took = (number for number in order if mask >> number & 1 and number not in alone)
        found[username] = next(
            (anchors[number] for number in took if not _held_back(ledger, sent.uploads[number], username, account)), ""
        )
    return found


def _held_back(ledger: Ledger, upload: LedgerEntry, username: str, account: tuple[str, str]) -> bool:
    """Return whether an upload held back what a record says of the account, because its day had not come."""
    if not account[1] or upload.text("on") >= account[1]:
        return False
    (raw,) = ledger.files([(upload, PEOPLE)])
    line = next((one for one in read_people(raw, upload.id) if username in {one.username, one.previous}), None)
    (blob,) = ledger.program.blobs([line.blob]) if line and line.blob else (None,)
    return line is not None and _account_in(line.path, blob) == account


def _anchor(graph: CommitGraph, upload: LedgerEntry) -> str:
    return next((one for one in (upload.text("commit"), upload.text("base")) if one in graph), "")


class _Counted(NamedTuple):
    people: tuple[str, ...]
    """Who counts of those who approved."""
    others: tuple[str, ...]
    """Who does not, and why."""
    ids: set[str]
    """Of the approvals that count."""


def _by_new_keys(ledger: Ledger, policy: PolicyInForce, given: Sequence[GivenApproval]) -> frozenset[str]:
    """Return the ids of approvals not signed by a key that was allowed at the last upload, if one was needed by then.

    Else a change that allows a key could be approved by that key alone.
    """
    if not policy.signs_rules:
        return frozenset()
    allowed = signers_at(ledger.program, policy.baseline)
    signed = check(ledger.program, {one.stored: allowed for one in given})
    return frozenset(
        one.id
        for one in given
        if signed[one.stored].state is not SignatureState.GOOD
        or address_of(one.by) not in map(address_of, signed[one.stored].principals)
    )


def _why_no_new_key() -> str:
    return _("does not count: the key was not in schema/allowed_signers at the last upload")


class _Counting(NamedTuple):
    """Tells whose approvals count."""

    needed: Approvals
    identities: Identities

    def counted(self, given: Iterable[GivenApproval], makers: Makers, why_not: Mapping[str, str]) -> _Counted:
        """Return whose approvals count; `why_not` has the reason, by id, of those that do not whoever gave them."""
        people: dict[str, str] = {}
        others: dict[str, str] = {}
        ids = set()
        for one in given:
            person = self.identities.of(one.by)
            if why := why_not.get(one.id) or self._why_not(one, person, makers):
                others[person] = f"{name_of(one.by)} {why}"
            else:
                people[person] = one.by
                ids.add(one.id)
        said = tuple(said for person, said in others.items() if person not in people)
        return _Counted(tuple(people.values()), said, ids)

    def _why_not(self, given: GivenApproval, person: str, makers: Makers) -> str:
        """Return why an approval does not count; "" when it does."""
        if given.proof.is_forged:
            return _("does not count: the signature is not that person's")
        if self.needed.signed and given.proof.signature is not SignatureState.GOOD:
            return _("does not count: not signed by a key of schema/allowed_signers")
        if makers.include(person, given.seconds):
            return _("does not count: made the change")
        return ""


class _Covering:
    def __init__(self, ledger: Ledger, policy: PolicyInForce, needed: Approvals, wanted: RowsToCover, at: str) -> None:
        self._needed = needed
        self._wanted = wanted
        program = self._program = ledger.program
        self._given = approvals_in(ledger, at=at)
        identities = read_identities(
            program, [wanted.commit, policy.tip, policy.baseline, *(one.commit for one in self._given)]
        )
        self._counting = _Counting(needed, identities)
        self._records = records_at(program, wanted.commit, wanted.rows.keys())
        self._makers = makers_of(ledger, wanted, self._records, identities)
        self._rule_makers = makers_of_folder(
            program, wanted.commit, policy.baseline, "schema", identities, present_signers(program)
        )
        folders = [f"{commit}:{program.prefix}schema" for commit in (wanted.commit, policy.baseline) if commit]
        self._rules, *before = program.object_names(folders)
        self._has_changed = policy.guards_rules and before != [self._rules]
        self._new_keys = _by_new_keys(ledger, policy, self._given) if self._has_changed else frozenset[str]()

    def coverage(self) -> Coverage:
        """Return what is approved."""
        lacking, used = [], set[str]()
        if self._has_changed:
            rules = self._rules_counted()
            used |= rules.ids
            if len(rules.people) < self._needed.most:
                lacking.append(Lack("", self._needed.most, rules.people, rules.others))
        by_meaning = self._by_meaning(any_rules=not lacking)
        departures = self._departures(by_meaning)
        for username, closes in self._wanted.rows.items():
            needed = self._needed.most if closes else self._needed.needed
            meaning = self._records[username].meaning if username in self._records else ""
            given = by_meaning.get((username, meaning), ())
            makers = self._makers.get(username, NOBODY)
            overtaken = departures.overtaken(username, meaning, self._wanted.commit)
            gone = _("does not count: the record has said something else since") if overtaken else ""
            found = self._counting.counted(given, makers, dict.fromkeys(overtaken, gone))
            used |= found.ids
            if len(found.people) < needed:
                lacking.append(Lack(username, needed, found.people, found.others))
        return Coverage(tuple(lacking), tuple(one.id for one in self._given if one.id in used))

    def _by_meaning(self, *, any_rules: bool) -> Mapping[tuple[str, str], Sequence[GivenApproval]]:
        """Return the approvals of each username and meaning, of the present `schema/` or of any."""
        found: defaultdict[tuple[str, str], list[GivenApproval]] = defaultdict(list)
        for one in self._given:
            if any_rules or one.rules == self._rules:
                for pair in one.meanings.items():
                    found[pair].append(one)
        return found

    def _rules_counted(self) -> _Counted:
        """Return who has approved `schema/`; of them by one key at most that this very change may have brought in."""
        given = [one for one in self._given if one.rules == self._rules]
        count = self._counting.counted
        all_keys = count(given, self._rule_makers, {})
        old_keys = count((one for one in given if one.id not in self._new_keys), self._rule_makers, {})
        if len(old_keys.people) >= max(1, self._needed.most - 1):
            return all_keys
        new = [one for one in all_keys.people if one not in old_keys.people]
        why = _why_no_new_key()
        return old_keys._replace(others=(*old_keys.others, *(f"{name_of(one)} {why}" for one in new)))

    def _departures(self, by_meaning: Mapping[tuple[str, str], Sequence[GivenApproval]]) -> Departures:
        """Return when records ceased to say what they say again, of those that are approved."""
        meanings = {name: (one.meaning,) for name, one in self._records.items() if (name, one.meaning) in by_meaning}
        looked_at = {one.id: (one.commit, one.main) for one in self._given}
        return Departures(self._program, self._wanted.commit, meanings, looked_at)
