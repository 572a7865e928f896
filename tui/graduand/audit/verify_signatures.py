"""Verify who signed the commits of the branch and the entries of the ledger, and that the signer is who they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.audit.doubts import Doubt, DoubtRule
from graduand.git.allowed_signers import ALLOWED, read_allowed
from graduand.git.events import SignatureState, address_of
from graduand.git.signatures import check, read_headers
from graduand.language import _, quoted
from graduand.ledger.entry import EntryKind
from graduand.ledger.signers import branch_signers, revoked_keys

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from graduand.git.events import Signature
    from graduand.git.program import Program
    from graduand.git.signatures import CommitHeader
    from graduand.ledger.ledger import Ledger
    from graduand.ledger.signers import Policy

_SLACK = 86_400
"""Seconds by which the clocks of two machines may differ."""


def commit_doubts(program: Program, commits: Sequence[str]) -> Iterator[Doubt]:
    """Yield what is found of the signatures of the branch's commits."""
    allowed = branch_signers(program) if commits else b""
    for signer in read_allowed(allowed):
        if signer.flaw:
            yield Doubt(DoubtRule.SIGNERS_FILE, f"{ALLOWED}:{signer.line}", signer.flaw)
    revoked = revoked_keys(program) if commits else frozenset[str]()
    signed = check(program, dict.fromkeys(commits, allowed))
    headers = read_headers(program, commits)
    for commit in commits:
        if commit in signed:
            signature, header = signed[commit], headers[commit]
            yield from _state_doubts(commit, signature, revoked)
            yield from _signer_doubts(commit, signature, header)


def _state_doubts(subject: str, signature: Signature, revoked: Collection[str]) -> Iterator[Doubt]:
    if signature.key in revoked:
        yield Doubt(DoubtRule.REVOKED_KEY, subject, signature.signer or signature.key)
    elif signature.state is SignatureState.BAD:
        yield Doubt(DoubtRule.BAD_SIGNATURE, subject)
    elif signature.state is SignatureState.UNKNOWN:
        yield Doubt(DoubtRule.UNKNOWN_SIGNER, subject, signature.key)
    elif signature.state is SignatureState.NONE:
        yield Doubt(DoubtRule.UNSIGNED, subject)


def _signer_doubts(commit: str, signature: Signature, header: CommitHeader) -> Iterator[Doubt]:
    """Yield that somebody else signed a commit than its committer, or than its author."""
    if signature.state is not SignatureState.GOOD:
        return
    signers = _addresses(signature)
    if address_of(header.committer.who) not in signers:
        yield Doubt(DoubtRule.WRONG_SIGNER, commit, _said(signature, header.committer.who))
    elif address_of(header.author.who) not in signers:
        yield Doubt(DoubtRule.OTHER_AUTHOR, commit, _said(signature, header.author.who))


def _addresses(signature: Signature) -> set[str]:
    return {address_of(principal) for principal in signature.principals}


def _said(signature: Signature, who: str) -> str:
    return _("signed by {signer}, it names {who}").format(signer=quoted(signature.signer), who=quoted(who))


def entry_doubts(program: Program, ledger: Ledger, policies: Sequence[Policy], *, is_shallow: bool) -> Iterator[Doubt]:
    """Yield what is found of the chain of entries and their signatures.

    Args:
        program: Checks the signatures.
        ledger: The entries.
        policies: By whose file each entry is judged.
        is_shallow: Whether the commits of the branch may be missing here.
    """
    stored = ledger.stored
    signed = check(program, {one.commit: policy.allowed for one, policy in zip(stored, policies, strict=True)})
    mains = {entry.main for entry in ledger.entries if entry.main}
    headers = read_headers(program, [*(one.commit for one in stored), *mains])
    current = {signer.fingerprint for signer in read_allowed(branch_signers(program))} if stored else set[str]()
    revoked = revoked_keys(program) if stored else frozenset[str]()
    erasers: set[str] = set()
    found: list[Doubt] = []
    for number in range(len(stored) - 1, -1, -1):  # who erased has written all that was there before anew
        entry, policy = ledger.entries[number], policies[number]
        signature, header = signed[stored[number].commit], headers[stored[number].commit]
        found += _state_doubts(entry.id, signature, revoked)
        found += _entry_signer_doubts(entry.id, entry.by, signature, header, erasers)
        is_ssh = signature.state is SignatureState.GOOD and signature.key.startswith("SHA256:")
        if is_ssh and signature.key not in revoked | current:
            found.append(Doubt(DoubtRule.RETIRED_KEY, entry.id, signature.signer))
        if policy.is_other:
            found.append(Doubt(DoubtRule.SIGNERS_BACK, entry.id))
        elif policy.is_aside and not is_shallow:
            found.append(Doubt(DoubtRule.OTHER_MAIN, entry.id, entry.main[:12]))
        if entry.kind is EntryKind.ERASED:
            erasers.add(address_of(entry.by))
    yield from reversed(found)
    yield from _date_doubts(ledger, headers)


def _entry_signer_doubts(
    entry: str, by: str, signature: Signature, header: CommitHeader, erasers: Collection[str]
) -> Iterator[Doubt]:
    """Yield that an entry, its author, its committer and its signer are not the same person.

    Who erased a person later has committed it anew, and is not held against it.
    """
    makers = [by, header.author.who]
    if address_of(header.committer.who) not in erasers:
        makers.append(header.committer.who)
    named = {address_of(who): who for who in makers}
    if len(named) > 1:
        people = ", ".join(map(quoted, named.values()))
        yield Doubt(DoubtRule.WRONG_SIGNER, entry, _("it names several people: {people}").format(people=people))
    if signature.state is SignatureState.GOOD and not _addresses(signature) & {*named, *erasers}:
        yield Doubt(DoubtRule.WRONG_SIGNER, entry, _said(signature, by))


def _date_doubts(ledger: Ledger, headers: dict[str, CommitHeader]) -> Iterator[Doubt]:
    """Yield the entries whose commit is older than the one before, or than the branch that they name."""
    newest = 0
    for entry, one in zip(ledger.entries, ledger.stored, strict=True):
        made = headers[one.commit].committer.seconds or 0
        main = headers.get(entry.main)
        before = max(newest, (main.committer.seconds or 0) if main else 0)
        if made < before - _SLACK:
            yield Doubt(DoubtRule.CHAIN, entry.id, _("its commit is dated before what it stands on"))
        newest = max(newest, made)
