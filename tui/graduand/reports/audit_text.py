"""Format events and verifications as text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from graduand.audit.doubts import DoubtRule
from graduand.git.events import DONE, OF_KEYS, EventKind, Linked, Proof, SignatureState
from graduand.language import _, masked, masked_pair, ngettext, reduced_pair, visible
from graduand.records.record import REASON, REQUESTED_BY
from graduand.records.transition import ON_REQUEST, STUDENT
from graduand.reports.console import Line, Span, line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from graduand.audit.query import AuditTrail
    from graduand.audit.verify import Verification
    from graduand.git.events import Event, Signature
    from graduand.reports.labels import Terms

_SHOWN: Final = 10
"""The maximum number of names in one line."""
_CUT: Final = 60
"""Characters of a value in a line of several."""
STYLES: Final = {
    EventKind.DEACTIVATED: "bold red",
    EventKind.REACTIVATED: "green",
    EventKind.REMOVED: "red",
    EventKind.FAILED: "red",
}


def kind_word(kind: EventKind) -> str:
    """Return the word for a kind of events in the current language."""
    return {
        EventKind.GRADUATED: _("graduated"),
        EventKind.RETURNED: _("returned"),
        EventKind.LEFT: _("left without a degree"),
        EventKind.USERNAME: _("username changed"),
        EventKind.EMAIL: _("address changed"),
        EventKind.ADDRESS_REQUESTED: _("asked for an address"),
        EventKind.DEACTIVATED: _("account closed"),
        EventKind.REACTIVATED: _("account reopened"),
        EventKind.CORRECTED: _("corrected"),
        EventKind.REMOVED: _("record removed"),
        EventKind.SENT: _("sent"),
        EventKind.DELIVERED: _("delivered, not known to have run"),
        EventKind.FAILED: _("failed"),
        EventKind.TAKEN_BACK: _("taken back"),
        EventKind.OBSERVED: _("seen in Handshake"),
    }[kind]


def trail_text(trail: AuditTrail, terms: Terms, *, show: bool) -> Iterator[Line]:
    """Return the lines of an audit trail, oldest first, and the counts; addresses are masked unless `show`."""
    yield from warnings(trail)
    for event in trail.events:
        yield from _event_lines(event, terms, show=show)
        yield from _remarks(event, trail)
    yield line(counts(trail.events))


def warnings(trail: AuditTrail) -> Iterator[Line]:
    """Return the warnings on an incomplete trail."""
    if trail.is_shallow:
        message = _("! This clone is shallow: what happened earlier is not here. Complete it: git fetch --unshallow")
        yield line(Span(message, "bold yellow"))
    if trail.missing:
        yield line(Span(f"! {trail.missing}", "yellow"))
    for gap in trail.gaps:
        if gap.until:
            message = _("! {path} could not be read from {since} to {until}; its changes are told at the end of that.")
        else:
            message = _("! {path} cannot be read since {since}.")
        places = {"path": visible(gap.path, 200), "since": gap.since[:10], "until": gap.until[:10]}
        yield line(Span(message.format(**places), "yellow"))
    if trail.passed_over:
        count = len(trail.passed_over)
        message = ngettext(
            "! {count} path of records/ is no record, and nothing is told of it: {paths}",
            "! {count} paths of records/ are no records, and nothing is told of them: {paths}",
            count,
        )
        yield line(Span(message.format(count=count, paths=_first_names(trail.passed_over)), "yellow"))


def _event_lines(event: Event, terms: Terms, *, show: bool) -> Iterator[Line]:
    source = event.source
    yield line(
        f"{source.date[:10]:<10}  ",
        Span(f"{visible(event.username):<12}", "bold"),
        "  ",
        Span(kind_word(event.event), STYLES.get(event.event, "")),
        f"  {what(event, terms, show=show)}",
    )
    yield line("            ", Span(by_whom(event), "dim"))


def _remarks(event: Event, trail: AuditTrail) -> Iterator[Line]:
    """Return the lines on what speaks for and against an event."""
    source = event.source
    signature = trail.signatures.get(source.commit)
    if signature and signature.state is SignatureState.GOOD:
        words = _("signed with the key of {signer}").format(signer=visible(signature.signer, 200))
        yield line("            ", Span(words, "dim"))
    elif signature and signature.state is SignatureState.NONE and trail.has_signatures:
        yield line("            ", Span(_("not signed"), "dim"))
    doubts = (
        (source.backdated, _("! Its date lies before that of the commit it stands on.")),
        (is_unsaid(event), _("! No record of this branch ever said so.")),
        (
            trail.has_reviews and is_bypassed(event),
            _("! It bypassed review: no pull request, and one person all through."),
        ),
        (signature and signature.state is SignatureState.BAD, _("! Its signature is false, expired or revoked.")),
        (
            signature and signature.state is SignatureState.UNKNOWN,
            _("! It is signed by a key that nobody vouches for."),
        ),
    )
    for is_so, words in doubts:
        if is_so:
            yield line("            ", Span(words, "yellow"))


def is_bypassed(event: Event) -> bool:
    """Return whether nobody but the author had a hand in a decision."""
    return event.is_bypassed


def is_unsaid(event: Event) -> bool:
    """Return whether a row was sent that no record of the branch ever said."""
    return event.event is EventKind.SENT and not event.linked


def by_whom(event: Event, *, sent: bool = True) -> str:
    """Return who made an event and where, who merged and approved it, and with `sent` the upload that carried it."""
    source = event.source
    if event.event in DONE:
        others = [upload for upload in event.uploads if upload != source.commit]
        about = _(", of {upload}").format(upload=", ".join(others)) if others else ""
        return _("noted by {author} in {entry}").format(author=author_of(event), entry=source.commit) + about
    pull_request = f" #{source.pull_request}" if source.pull_request else ""
    said = [
        _("by {author} in {commit}{pull_request}").format(
            author=author_of(event), commit=source.commit[:10], pull_request=pull_request
        )
    ]
    said += hands(event)
    if sent and event.uploads:
        said.append(_("sent with {uploads}").format(uploads=", ".join(event.uploads)) + linked_words(event.linked))
    return ", ".join(said)


def hands(event: Event) -> list[str]:
    """Return who else had a hand in a decision: co-authors, who merged it, who approved it and what speaks for that."""
    source, said = event.source, []
    if source.co_authors:
        said.append(_("with {names}").format(names=", ".join(map(_name_of, source.co_authors))))
    if source.merged_by and source.merged_by != source.author:
        said.append(_("merged by {name}").format(name=_name_of(source.merged_by)))
    if source.approved_by:
        names = ", ".join(map(_name_of, source.approved_by))
        said.append(_("approved by {names}, as the message says").format(names=names))
    if event.merged_by_forge:
        said.append(_("merged by {name}, as the forge says").format(name=visible(event.merged_by_forge)))
    return [*said, *approved_words(event)]


def sent_word(event: Event) -> str:
    """Return whether an upload carried a decision; "" of what is no decision, and of what no upload carries."""
    if event.event in DONE or event.event in {EventKind.ADDRESS_REQUESTED, EventKind.REMOVED}:
        return ""
    return _("sent") if event.uploads else _("not sent")


def approved_words(event: Event) -> list[str]:
    """Return who approved a change, and what speaks for it."""
    return [_proof_words(one.proof).format(name=_name_of(one.who)) for one in event.approved]


def _proof_words(proof: Proof) -> str:
    return {
        Proof.SIGNED: _("approved by {name}, signed"),
        Proof.CLAIMED: _("approved by {name}, not signed"),
        Proof.FORGE: _("approved by {name}, as the forge says"),
    }[proof]


def signature_words(signature: Signature | None) -> str:
    """Return what is known of a signature, with the signer; "" where it was not asked for."""
    if signature is None:
        return ""
    return {
        SignatureState.GOOD: _("good: {signer}"),
        SignatureState.BAD: _("false, expired or revoked"),
        SignatureState.UNKNOWN: _("by an unknown key"),
        SignatureState.NONE: _("not signed"),
    }[signature.state].format(signer=visible(signature.signer, 200))


def linked_words(linked: str) -> str:
    """Return how it is known that an upload carried a change, where its commit does not say so."""
    words = {Linked.RECORD.value: _("the same record"), Linked.CELLS.value: _("the same values")}
    return f" ({words[linked]})" if linked in words else ""


def author_of(event: Event) -> str:
    """Return the author's name, or else address."""
    return _name_of(event.source.author)


def _name_of(who: str) -> str:
    return visible(who.partition(" <")[0].strip() or who.strip(" <>") or "?")


def what(event: Event, terms: Terms, *, show: bool, names: bool = True, most: int = _CUT) -> str:
    """Return the change of an event in words: the reason of a closing, otherwise the old and new values.

    Without `names` a value that may name somebody is reduced to its first letter; `most` characters of each are shown.
    """
    if event.event in DONE:
        return _what_was_done(event, terms, show=show, most=most)
    if event.event in {EventKind.DEACTIVATED, EventKind.REACTIVATED}:
        return _why(event, terms, most)
    if event.event in {EventKind.EMAIL, EventKind.USERNAME}:
        return " → ".join(_both((event.old, event.new), masked_pair, show=show, most=most))
    if event.event in OF_KEYS and isinstance(event.old, dict) and isinstance(event.new, dict):
        pairs = {key: (event.old.get(key), event.new.get(key)) for key in dict.fromkeys([*event.old, *event.new])}
        return ", ".join(
            changed_value(key, pair, terms, show=show, names=names, most=most) for key, pair in pairs.items()
        )
    return ""


def changed_value(
    key: str, values: tuple[object, object], terms: Terms, *, show: bool, names: bool = True, most: int = _CUT
) -> str:
    """Return the label of a key, its value before and the one after; see `what` for the rest."""
    before, after = (_term(terms, key, value) for value in values)
    hide = masked_pair if names or terms.names_nobody(key) else reduced_pair
    both = " → ".join(_both((before, after), hide, show=show, most=most))
    return _("{label}: {value}").format(label=terms.field(key), value=both)


def _what_was_done(event: Event, terms: Terms, *, show: bool, most: int) -> str:
    """Return why a row failed, which upload was taken back, or the cells that were seen or that nobody decided."""
    if event.event is EventKind.FAILED:
        said = _seen(event.reason, show=show, most=max(most, 200))
        return " · ".join(filter(None, (_status_word(str(event.new)), said)))
    if event.event is EventKind.TAKEN_BACK:
        return _("what {upload} sent").format(upload=visible(str(event.old)))
    if event.event is EventKind.SENT and event.linked and event.new:
        return _("the account alone")
    return _cells(event.new, terms, show=show)


def _status_word(status: str) -> str:
    """Return what became of a row that did not take effect; "" of one that failed, which the event says itself."""
    return {"skipped": _("skipped"), "excluded": _("excluded from sync")}.get(status, "")


def _cells(values: object, terms: Terms, *, show: bool) -> str:
    """Return cells in words, by their labels."""
    return ", ".join(
        _("{label}: {value}").format(label=terms.field(header), value=_seen(_term(terms, header, cell), show=show))
        for header, cell in (values.items() if isinstance(values, dict) else ())
    )


def _why(event: Event, terms: Terms, most: int) -> str:
    """Return the reason, requester and first day of a closing or reopening."""
    said = terms.spoken and (event.reason, event.requested_by) == (ON_REQUEST, STUDENT)
    who = "" if said else visible(terms.value(REQUESTED_BY, event.requested_by))
    asked = _(", asked by {who}").format(who=who) if who else ""
    day = _(", from {day}").format(day=visible(event.effective_on)) if event.effective_on else ""
    return (visible(terms.value(REASON, event.reason), max(most, 80)) or _("no reason given")) + asked + day


def _term(terms: Terms, key: str, value: object) -> object:
    return terms.value(key, value) if isinstance(value, str) else value


def _both(
    values: tuple[object, object], hide: Callable[[str, str], tuple[str, str]], *, show: bool, most: int
) -> tuple[str, str]:
    """Return two values as they are shown; two that differ look different."""
    before, after = (_seen(value, show=True, most=most) for value in values)
    return (before, after) if show else hide(before, after)


def _seen(value: object, *, show: bool, most: int = _CUT) -> str:
    text = "; ".join(value) if isinstance(value, tuple | list) else str(value or "–")
    return visible(text, most) if show else masked(visible(text, most))


def counts(events: Iterable[Event]) -> str:
    """Return the last line: the number of events by kind."""
    found = Counter(event.event for event in events)
    number = sum(found.values())
    total = ngettext("{count} event", "{count} events", number).format(count=number)
    kinds = [f"{found[kind]} × {kind_word(kind)}" for kind in EventKind if found[kind]]
    return _("{people}: {counts}.").format(people=total, counts=", ".join(kinds)) if kinds else f"{total}."


def verified_text(verified: Verification) -> Iterator[Line]:
    """Return the lines of a verification."""
    commits = ngettext(
        "{count} commit touches records or schema.", "{count} commits touch records or schema.", verified.commits
    )
    yield line(commits.format(count=verified.commits))
    if verified.entries:
        entries = ngettext("The ledger has {count} entry.", "The ledger has {count} entries.", verified.entries)
        yield line(entries.format(count=verified.entries))
    for rule in DoubtRule:
        found = [doubt for doubt in verified.doubts if doubt.rule is rule]
        if found:
            sign = Span("✗ ", "bold red") if found[0].is_against else Span("! ", "yellow")
            names = [f"{one.subject} ({one.detail})" if one.detail else one.subject for one in found]
            message = _("{what} ({count}): {names}")
            yield line(sign, message.format(what=_rule_words(rule), count=len(found), names=_first_names(names)))
    if verified.anchored:
        since = verified.entries - verified.anchored.entries
        message = ngettext(
            "The ledger extends the anchor: it stands for {main} and the ledger before its last {count} entry.",
            "The ledger extends the anchor: it stands for {main} and the ledger before its last {count} entries.",
            since,
        )
        yield line(Span("✓ ", "green"), message.format(main=verified.anchored.main[:12], count=since))
    if verified.sound:
        yield line(Span("✓ ", "green"), _("Nothing speaks against this history."))
    if verified.anchor:
        yield line(_("Anchor: {anchor}").format(anchor=verified.anchor))


def _rule_words(rule: DoubtRule) -> str:
    return {
        DoubtRule.BAD_SIGNATURE: _("Signature false, expired or revoked"),
        DoubtRule.REVOKED_KEY: _("Signed with a key that was revoked"),
        DoubtRule.WRONG_SIGNER: _("Not signed by whom it names"),
        DoubtRule.SIGNERS_FILE: _("Lines by which nobody can be told"),
        DoubtRule.SIGNERS_BACK: _("Entries that name another file of signers than the branch had by then"),
        DoubtRule.CHAIN: _("Entries that do not follow each other"),
        DoubtRule.BYTES: _("Files that are not the ones that were noted"),
        DoubtRule.DIFFERS: _("Files that do not compile again byte for byte"),
        DoubtRule.NEVER_SAID: _("Sent, though no record of this branch ever said so"),
        DoubtRule.SHALLOW: _("The clone is shallow: what happened earlier cannot be verified"),
        DoubtRule.REPLACED: _("References that put other objects in the place of committed ones"),
        DoubtRule.ANCHOR: _("The ledger does not extend this anchor: something before it was changed or is missing"),
        DoubtRule.REQUIRED: _("Required, and not so"),
        DoubtRule.UNSIGNED: _("Not signed"),
        DoubtRule.UNKNOWN_SIGNER: _("Signature by a key that nobody vouches for here"),
        DoubtRule.RETIRED_KEY: _("Signed with a key that was allowed then and is no longer"),
        DoubtRule.OTHER_AUTHOR: _("Signed by the committer for another author"),
        DoubtRule.OTHER_MAIN: _("Noted beside the branch, with the same file of signers"),
        DoubtRule.OTHER_VERSION: _("Files that this version compiles otherwise"),
        DoubtRule.NOT_COMPILED: _("Uploads that could not be compiled again"),
        DoubtRule.ERASED: _("Files without the rows that an erasure cut"),
        DoubtRule.PASSED_OVER: _("Passed over on purpose"),
        DoubtRule.NO_RECORD: _("Paths of records/ that are no records, so that nobody reads them"),
    }[rule]


def _first_names(names: Sequence[str]) -> str:
    shown = ", ".join(visible(name.strip(), 300) for name in names[:_SHOWN])
    return f"{shown} …" if len(names) > _SHOWN else shown
