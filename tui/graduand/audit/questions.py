"""What an auditor asks about a period: each question with its answer, how far it is proved, and what is missing."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.audit.approved import counts
from graduand.audit.doubts import DoubtRule
from graduand.audit.query import EventFilter, audit
from graduand.git.events import EventKind, Proof, SignatureState, address_of
from graduand.git.program import Program
from graduand.ledger.entry import OBSERVED, PEOPLE, EntryKind, read_people, table_rows
from graduand.ledger.fold import in_order
from graduand.ledger.ledger import read_ledger
from graduand.records.record import DISABLED, USERNAME
from graduand.uploads.approvals import approvals_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from graduand.audit.query import AuditTrail
    from graduand.audit.verify import Verification
    from graduand.git.events import Event
    from graduand.ledger.entry import LedgerEntry
    from graduand.ledger.ledger import Ledger
    from graduand.workspace import Workspace

_LAST_DAY: Final = "9999-12-31"
_NAMED: Final = 5


class AnswerStanding(StrEnum):
    """How far an answer can be believed."""

    PROVED = "proved"
    CLAIMED = "claimed"
    """Somebody says so, and nothing proves it."""
    MISSING = "missing"
    """Of some of it nobody even says so, or it is not so."""
    NOTHING = "nothing"
    """There was nothing of the kind in the period."""


class AuditQuestion(StrEnum):
    """What is asked."""

    CONTENT = "content"
    """What did each record say, and do the uploads compile again byte for byte?"""
    TYPED = "typed"
    """Who decided the closings?"""
    APPROVED = "approved"
    """Who approved them?"""
    BYPASSED = "bypassed"
    """Did any change bypass review?"""
    SAME = "same"
    """Is what was approved what was sent?"""
    UPLOADED = "uploaded"
    """Who uploaded, when did it run, and as which job?"""
    SENT = "sent"
    """Was each closing sent?"""
    REOPENED = "reopened"
    """Was each reopening sent?"""
    REWRITTEN = "rewritten"
    """Was anything rewritten?"""


class AuditAnswer(NamedTuple):
    """What can be said to a question, in numbers; the words are the reports'."""

    question: AuditQuestion
    standing: AnswerStanding
    total: int
    """How many there are of what is asked about: uploads, closings, changes or rows."""
    proved: int
    claimed: int
    lacking: tuple[str, ...]
    """Of what is neither: commits, entries and usernames, the first few."""
    missing: int
    """How many they are."""


def answers(workspace: Workspace, verified: Verification, since: str = "", until: str = "") -> tuple[AuditAnswer, ...]:
    """Return the answers for a period, from day to day, after a verification.

    Raises:
        NotGit, NoGit: there is no history to read.
        LedgerBroken, LedgerNewer: the ledger cannot be read.
    """
    trail = audit(workspace, EventFilter(since=since, until=until), signatures=True)
    ledger = read_ledger(Program(workspace.root))
    asked = _Asked(trail, ledger, verified, since, until or _LAST_DAY)
    return tuple(answer(asked) for answer in _ANSWERS)


class _Asked:
    """What the answers are made from."""

    def __init__(self, trail: AuditTrail, ledger: Ledger, verified: Verification, since: str, until: str) -> None:
        self.trail = trail
        self.ledger = ledger
        self.verified = verified
        self.decisions = [event for event in trail.events if event.source.commit and not event.is_done]
        self.uploads = [entry for entry in ledger.uploads if since <= entry.at[:10] <= until]
        self.doubted = {
            rule: {doubt.subject.split(" ")[0] for doubt in verified.doubts if doubt.rule is rule} for rule in DoubtRule
        }

    def of(self, *kinds: EventKind) -> list[Event]:
        """Return the decisions of some kinds."""
        return [event for event in self.decisions if event.event in kinds]

    def is_signed_by_author(self, event: Event) -> bool:
        """Return whether the author of a change has signed it with a good signature."""
        signature = self.trail.signatures.get(event.source.commit)
        if signature is None or signature.state is not SignatureState.GOOD:
            return False
        return address_of(event.source.author) in {address_of(one) for one in signature.principals}

    def is_signed_entry(self, entry: LedgerEntry) -> bool:
        """Return whether an entry has a good signature of whom it names."""
        rules = (
            DoubtRule.UNSIGNED,
            DoubtRule.UNKNOWN_SIGNER,
            DoubtRule.BAD_SIGNATURE,
            DoubtRule.WRONG_SIGNER,
            DoubtRule.REVOKED_KEY,
        )
        return not any(entry.id in self.doubted[rule] for rule in rules)


def _answer(question: AuditQuestion, total: int, proved: int, claimed: int, lacking: Sequence[str]) -> AuditAnswer:
    if not total:
        standing = AnswerStanding.NOTHING
    elif lacking:
        standing = AnswerStanding.MISSING
    else:
        standing = AnswerStanding.PROVED if proved == total else AnswerStanding.CLAIMED
    shown = tuple(dict.fromkeys(lacking))
    return AuditAnswer(question, standing, total, proved, claimed, shown[:_NAMED], len(lacking))


def _content(asked: _Asked) -> AuditAnswer:
    wrong = asked.doubted[DoubtRule.BYTES] | asked.doubted[DoubtRule.DIFFERS]
    unknown = asked.doubted[DoubtRule.NOT_COMPILED] | asked.doubted[DoubtRule.OTHER_VERSION]
    ids = [entry.id for entry in asked.uploads]
    lacking = [name for name in ids if name in wrong]
    claimed = sum(name in unknown - wrong for name in ids)
    return _answer(AuditQuestion.CONTENT, len(ids), len(ids) - claimed - len(lacking), claimed, lacking)


def _typed(asked: _Asked) -> AuditAnswer:
    closings = asked.of(EventKind.DEACTIVATED)
    proved = sum(map(asked.is_signed_by_author, closings))
    return _answer(AuditQuestion.TYPED, len(closings), proved, len(closings) - proved, ())


def _approved(asked: _Asked) -> AuditAnswer:
    return _by_approvals(AuditQuestion.APPROVED, asked.of(EventKind.DEACTIVATED), _has_claim)


def _has_claim(event: Event) -> bool:
    return bool(event.source.approved_by) or counts([event], Proof.CLAIMED, Proof.FORGE) > 0


def _bypassed(asked: _Asked) -> AuditAnswer:
    return _by_approvals(AuditQuestion.BYPASSED, asked.decisions, lambda event: not event.is_bypassed)


def _by_approvals(question: AuditQuestion, events: Sequence[Event], is_claimed: Callable[[Event], bool]) -> AuditAnswer:
    signed = [event for event in events if counts([event], Proof.SIGNED)]
    others = [event for event in events if not counts([event], Proof.SIGNED)]
    lacking = [f"{event.source.commit[:12]} {event.username}" for event in others if not is_claimed(event)]
    return _answer(question, len(events), len(signed), len(others) - len(lacking), lacking)


def _same(asked: _Asked) -> AuditAnswer:
    """Whether somebody approved what each record said that was sent; what a rollback restores is not asked about."""
    uploads = [entry for entry in asked.uploads if not entry.text("takes_back")]
    given: dict[tuple[str, str], set[tuple[str, bool, str]]] = {}
    for one in approvals_in(asked.ledger):
        if not one.proof.is_forged:
            is_signed = one.proof.signature is SignatureState.GOOD
            for pair in one.meanings.items():
                given.setdefault(pair, set()).add((one.noted, is_signed, one.id))
    rows = proved = claimed = 0
    lacking = []
    for entry, raw in zip(uploads, asked.ledger.files((one, PEOPLE) for one in uploads), strict=True):
        for line in read_people(raw, entry.id):
            before = [one for one in given.get((line.username, line.meaning), ()) if one[0] <= entry.noted]
            rows += 1
            proved += any(is_signed for _noted, is_signed, _id in before)
            claimed += bool(before) and not any(is_signed for _noted, is_signed, _id in before)
            if not before:
                lacking.append(f"{entry.id} {line.username}")
    return _answer(AuditQuestion.SAME, rows, proved, claimed, lacking)


def _uploaded(asked: _Asked) -> AuditAnswer:
    signed = [entry for entry in asked.uploads if asked.is_signed_entry(entry)]
    lacking = [entry.id for entry in asked.uploads if not entry.text("job_url")]
    claimed = len(asked.uploads) - len(signed)
    return _answer(AuditQuestion.UPLOADED, len(asked.uploads), len(signed), claimed, lacking)


def _sent(asked: _Asked) -> AuditAnswer:
    return _taken(AuditQuestion.SENT, asked, asked.of(EventKind.DEACTIVATED), "TRUE")


def _reopened(asked: _Asked) -> AuditAnswer:
    return _taken(AuditQuestion.REOPENED, asked, asked.of(EventKind.REACTIVATED), "FALSE")


def _taken(question: AuditQuestion, asked: _Asked, events: Sequence[Event], cell: str) -> AuditAnswer:
    """Whether changes of accounts were sent; seen in Handshake since, as its own export shows, it is proved."""
    seen = _seen(asked.ledger, {event.username for event in events}, cell)
    ran = {entry.id: entry.at for entry in asked.ledger.uploads}
    sent = [event for event in events if event.uploads]
    proved = [event for event in sent if seen.get(event.username, "") >= ran.get(event.uploads[0], "~")]
    lacking = [f"{event.source.commit[:12]} {event.username}" for event in events if not event.uploads]
    return _answer(question, len(events), len(proved), len(sent) - len(proved), lacking)


def _seen(ledger: Ledger, usernames: Collection[str], cell: str) -> dict[str, str]:
    """Return when Handshake showed last that an account is closed, or open, by username."""
    observations = [entry for entry in in_order(ledger.entries) if entry.kind is EntryKind.OBSERVATION]
    listed = [(entry, file.name) for entry in observations for file in entry.files if file.name == OBSERVED]
    found: dict[str, str] = {}
    for (entry, name), raw in zip(listed, ledger.files(listed) if usernames else (), strict=bool(usernames)):
        rows = table_rows(raw, entry.id, name)
        header = next(rows, [])
        if not {USERNAME, DISABLED} <= {*header}:
            continue
        at, username = header.index(DISABLED), header.index(USERNAME)
        shown = (row for row in rows if len(row) == len(header) and row[username] in usernames)
        found |= {row[username]: entry.at for row in shown if (row[at] or "FALSE") == cell}
    return found


def _rewritten(asked: _Asked) -> AuditAnswer:
    rules = (DoubtRule.CHAIN, DoubtRule.BYTES, DoubtRule.NEVER_SAID, DoubtRule.ANCHOR, DoubtRule.REPLACED)
    lacking: Iterable[str] = (name for rule in rules for name in sorted(asked.doubted[rule]))
    is_anchored = asked.verified.anchored is not None
    return _answer(AuditQuestion.REWRITTEN, asked.verified.commits, asked.verified.commits * is_anchored, 0, [*lacking])


_ANSWERS: Final = (_content, _typed, _approved, _bypassed, _same, _uploaded, _sent, _reopened, _rewritten)
