"""Rules GR6: the school's policy on mailboxes and logins, and the exemptions from rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import N_, _, quoted
from graduand.records.kinds import no_day
from graduand.records.record import ANSWER_BY, ASKED_ON, DISABLED, EMAIL, KEEPS_SSO, WAIVE
from graduand.rules.rule import Flaw, error, note, warning
from graduand.rules.values import is_day, real_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.records.record import Record
    from graduand.records.school import School

RULES: Final = (
    note(
        "GR601",
        N_("Waiting for a personal address"),
        N_(
            "The mailbox closes and the account still bears its address; once it is closed nobody "
            "reaches the person, not even to "
            "reset a password."
        ),
        N_("Ask for a personal address, and write it as email_address when it comes."),
        "ALU",
        "BEST",
    ),
    warning(
        "GR602",
        N_("The answer is overdue"),
        N_("The day by which the person was to give a personal address has passed."),
        N_("Ask once more, or apply the school's policy."),
        "ALU",
    ),
    error(
        "GR603",
        N_("Answer due before the request"),
        N_("The two dates of the campaign contradict each other."),
        N_("Correct requested_on or answer_by."),
    ),
    note(
        "GR604",
        N_("Loses the school login"),
        N_(
            "Without the school login (SSO) the person logs in with the address and a Handshake "
            "password, which must be set before."
        ),
        N_("Write to the person in time."),
        "ALU",
    ),
    error(
        "GR605",
        N_("An exemption has run out"),
        N_("Exemptions are dated, so that nobody forgets them."),
        N_("Cure what the rule finds, or renew the exemption with a reason."),
    ),
    error(
        "GR606",
        N_("An exemption that is not allowed"),
        N_("Rules that protect the file or the account have no exemption; a misspelt rule exempts from nothing."),
        N_("Delete the exemption, or correct the rule's number."),
    ),
    warning(
        "GR607",
        N_("An exemption that exempts from nothing"),
        N_("The rule finds nothing here any more."),
        N_("Delete the exemption."),
        waivable=False,
    ),
    error(
        "GR608",
        N_("An incomplete exemption"),
        N_("An exemption says from which rule, why, until when and by whom."),
        N_("Complete it with rule, reason, until and by."),
    ),
)


def check_campaign(record: Record, _school: School, _on: str) -> Iterator[Flaw]:
    """Return what is wrong with the days of the request for a personal address."""
    asked, answer = real_day(record.text(ASKED_ON)), real_day(record.text(ANSWER_BY))
    if asked and answer and answer < asked:
        message = _("The answer is due on {answer}, before it was asked for on {asked}.")
        yield Flaw("GR603", ANSWER_BY, message.format(answer=quoted(answer), asked=quoted(asked)))


def check_leaver(record: Record, school: School, on: str) -> Iterator[Flaw]:
    """Return what a person must do before losing the mailbox or the login, as of the day `on`."""
    if is_waiting(record, school):
        yield from _waiting(record, real_day(record.text(ANSWER_BY)), on)
    if loses_login(record, school):
        yield Flaw(
            "GR604",
            KEEPS_SSO,
            _("The person loses the school login and needs a Handshake password before."),
        )


CHECKS: Final = (check_campaign, check_leaver)


def keeps(record: Record, what: str, *, default: bool) -> bool:
    """Return whether the person keeps the school's mailbox or login; the record overrides the school's `default`."""
    text = record.text(f"transition:{what}")
    return text == "true" if text in {"true", "false"} else default


def loses_mailbox(record: Record, school: School) -> bool:
    """Return whether the person leaves and loses the school's mailbox."""
    leaves = record.graduated and not record.stays
    return leaves and not keeps(record, "keeps_school_email", default=school.institution.keeps_school_email)


def is_waiting(record: Record, school: School) -> bool:
    """Return whether the person loses the school mailbox and its address is still that of the account."""
    return loses_mailbox(record, school) and record.text(DISABLED) != "true" and record.domain in school.own_domains


def loses_login(record: Record, school: School) -> bool:
    """Return whether the person leaves and needs a Handshake password; a person who stays does not."""
    leaves = record.graduated and not record.stays and record.text(DISABLED) != "true"
    return leaves and not keeps(record, "keeps_sso", default=school.institution.keeps_sso)


def _waiting(record: Record, answer: str, on: str) -> Iterator[Flaw]:
    address = quoted(record.text(EMAIL))
    if answer and answer < on:
        message = _("No personal address for {address}; the answer was due on {answer}.")
        yield Flaw("GR602", EMAIL, message.format(address=address, answer=quoted(answer)))
    elif answer:
        message = _("No personal address for {address} yet; the answer is due on {answer}.")
        yield Flaw("GR601", EMAIL, message.format(address=address, answer=quoted(answer)))
    else:
        yield Flaw("GR601", EMAIL, _("No personal address for {address} yet.").format(address=address))


def judge_waivers(record: Record, waivable: frozenset[str], known: frozenset[str], on: str) -> Iterator[Flaw]:
    """Return what is wrong with the exemptions of a record, whatever they exempt from."""
    for index, waiver in enumerate(record.waivers):
        key = f"{WAIVE}:{index}"
        missing = [name for name, text in waiver._asdict().items() if not text]
        if missing:
            message = _("The exemption lacks: {missing}.")
            yield Flaw("GR608", key, message.format(missing=", ".join(missing)))
        elif waiver.rule not in known:
            yield Flaw("GR606", f"{key}:rule", _no_rule(waiver.rule, known))
        elif waiver.rule not in waivable:
            yield Flaw("GR606", f"{key}:rule", _("From {rule} there is no exemption.").format(rule=waiver.rule))
        elif not is_day(waiver.until):
            yield Flaw("GR608", f"{key}:until", no_day(waiver.until))
        elif waiver.until < on:
            message = _("The exemption from {rule} ran out on {until}.")
            yield Flaw("GR605", f"{key}:until", message.format(rule=waiver.rule, until=quoted(waiver.until)))


def _no_rule(rule: str, known: frozenset[str]) -> str:
    right = rule.strip().upper()
    hint = _(" Did you mean {close}?").format(close=quoted(right)) if right in known else ""
    return _("There is no rule {rule}.").format(rule=quoted(rule)) + hint


def unused(record: Record, index: int) -> Flaw:
    """Return the flaw of an exemption whose rule finds nothing."""
    rule = record.waivers[index].rule
    return Flaw(
        "GR607",
        f"{WAIVE}:{index}",
        _("The exemption from {rule} has nothing to exempt from.").format(rule=rule),
    )
