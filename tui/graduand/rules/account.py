"""Rules GR5: the account, which is closed or reopened only for a documented reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import N_, _, quoted, visible
from graduand.records.record import (
    ACCOUNT,
    CLOSE_ON,
    CONFIDENTIAL,
    DISABLED,
    EFFECTIVE_ON,
    EXCLUDED,
    FORMER,
    NOTIFIED_ON,
    REASON,
    REQUESTED_BY,
    STAYS,
)
from graduand.records.transition import DUPLICATE
from graduand.rules.rule import Flaw, error, note, warning
from graduand.rules.values import is_day, real_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.records.record import Record
    from graduand.records.school import School

RULES: Final = (
    error(
        "GR501",
        N_("Closed or reopened without a reason"),
        N_("Somebody will ask who closed this account and why; the record is the answer."),
        N_("Write transition: account: reason, with one of the reasons of institution.yaml."),
        "ARC",
    ),
    error(
        "GR502",
        N_("Not one of the school's reasons"),
        N_("Reasons are counted in the audit; the school keeps the list in institution.yaml."),
        N_("Write one of the reasons, or have the list extended."),
    ),
    error(
        "GR503",
        N_("A reason without a change"),
        N_("Without “disabled” nothing happens to the account; a blank cell changes nothing."),
        N_("Write disabled: true to close or disabled: false to reopen, or delete the account block."),
        "ALU",
        "IMP",
    ),
    error(
        "GR504",
        N_("A returner whose account is closed"),
        N_("A person who returns needs the account."),
        N_("Write disabled: false if it was closed before, or delete the line."),
        "ALU",
    ),
    warning(
        "GR505",
        N_("Closed soon after graduation"),
        N_(
            "Handshake advises against closing accounts unless the person asks or a rule requires "
            "it: an alumnus may come back to "
            "the profile or go on looking for work."
        ),
        N_("Leave the account open, or waive this rule."),
        "ALU",
        "ARC",
    ),
    note(
        "GR506",
        N_("Held back until a day"),
        N_("The change of the account is not sent before that day; the rest of the row is."),
        N_("Nothing to do; compile again from that day on."),
    ),
    warning(
        "GR508",
        N_("On request, but whose?"),
        N_("A closing on request can be answered for only when it is known who asked."),
        N_("Write transition: account: requested_by."),
    ),
    note(
        "GR509",
        N_("A person who died"),
        N_(
            "A school that has done this advises to take the person out of the feed and to silence notifications "
            "rather than to archive, and to exclude the account from sync. No letter is written."
        ),
        N_(
            "Tick “Exclude from Automatic Syncs” on the profile, take the person out of the sync file, and write "
            "excluded_from_sync: true without disabled (graduand due --apply --only deceased). Talk to Handshake's "
            "Support if the family wishes the account deleted."
        ),
        "UMN",
    ),
    error(
        "GR511",
        N_("A confidential person whose account shall change"),
        N_("Of a confidential person no row is made, so no file closes or reopens the account."),
        N_(
            "Close or reopen the account by hand in Handshake, note it with graduand observe --person, and delete "
            "“disabled” and the account block."
        ),
    ),
    error(
        "GR512",
        N_("A duplicate account, and which one stays?"),
        N_(
            "Two accounts of one person are merged by Support, if at all; who closes one must know which one the "
            "person goes on with."
        ),
        N_("Write transition: account: stays, with the username of the account that stays."),
        "DUP",
    ),
    error(
        "GR513",
        N_("The account that closes is said to stay"),
        N_("The account that stays is another one than the one that is closed."),
        N_("Write the username of the other account, or move the closing to its record."),
        "DUP",
    ),
    warning(
        "GR514",
        N_("An account that stays, and no duplicate"),
        N_("The key says which account goes on when a duplicate is closed; otherwise it means nothing."),
        N_("Write disabled: true with the reason “duplicate-account”, or delete stays."),
        "DUP",
    ),
    warning(
        "GR515",
        N_("The account that stays is not known here"),
        N_("Neither a record nor the ledger has an account of that username: perhaps a slip."),
        N_("Correct the username, or waive this rule if the account is known in Handshake alone."),
        "DUP",
    ),
    warning(
        "GR516",
        N_("Excluded from sync, and the account shall change"),
        N_("No job touches an account that is excluded from sync, so no file closes or reopens it."),
        N_(
            "Close or reopen the account by hand in Handshake, and note it with graduand observe --person; or take "
            "excluded_from_sync away once the box on the profile is unticked."
        ),
        "ERR",
    ),
    note(
        "GR517",
        N_("A confidential person"),
        N_("A FERPA block or an objection under the GDPR: no row and no letter is made of the person."),
        N_("Nothing to do; look after the account by hand, and keep the person out of the sync file."),
    ),
    note(
        "GR518",
        N_("Excluded from sync by hand"),
        N_("Handshake refuses every row of an account with the box “Exclude from Automatic Syncs”; none is sent."),
        N_("Nothing to do; once the box on the profile is unticked, delete excluded_from_sync."),
        "ERR",
    ),
    warning(
        "GR521",
        N_("Closed without notice"),
        N_(
            "A person who left without a degree is told the day beforehand, to save what is in the account or to "
            "object."
        ),
        N_("Write to the person first (graduand outreach left), and close the account after the day announced."),
        "UMF",
        "UMN",
    ),
    warning(
        "GR522",
        N_("Closed before the day announced"),
        N_("The letter gave the person until that day."),
        N_("Write that day as transition: account: effective_on."),
        "UMF",
    ),
    error(
        "GR523",
        N_("Closing announced for a day before the letter"),
        N_("The two dates of the notice contradict each other."),
        N_("Correct notified_on or close_on."),
    ),
)

UNANNOUNCED: Final = frozenset({"requested-by-student", "duplicate-account", "deceased"})
"""Reasons for which nobody is given notice: the person asked, has another account, or died."""

CONFIDENTIAL_RULE: Final = "GR517"
EXCLUDED_RULE: Final = "GR518"
ASKED_OR_REQUIRED: Final = frozenset(
    {"requested-by-student", "required-by-policy", "no-personal-email", "duplicate-account", "deceased"}
)
"""Reasons that Handshake's own article names, or that leave no choice [ALU]."""
_MONTHS: Final = 12
_WHY: Final = (REASON, REQUESTED_BY, EFFECTIVE_ON, STAYS)
"""The keys that say why the account changes."""


def check_account(record: Record, school: School, on: str) -> Iterator[Flaw]:
    """Return what is wrong with the closing or reopening of the account, on the day `on`."""
    yield from _notice(record)
    disabled, reason = record.text(DISABLED), record.text(REASON)
    if disabled not in {"true", "false"}:
        if not disabled and not record.has_died and any(map(record.text, _WHY)):
            message = _("The account block says why, and {key} is not given.")
            yield Flaw("GR503", ACCOUNT, message.format(key=quoted(DISABLED)))
        return
    if not reason:
        message = (
            _("The account is closed without a reason.")
            if disabled == "true"
            else _("The account is reopened without a reason.")
        )
        yield Flaw("GR501", DISABLED, message)
    else:
        yield from _reason(reason, _reasons(school, disabled))
    if reason == "requested-by-student" and not record.text(REQUESTED_BY):
        yield Flaw(
            "GR508", REASON, _("The reason is {reason}, and who asked is not given.").format(reason=quoted(reason))
        )
    if is_day(record.text(EFFECTIVE_ON)) and is_held_back(record, on):
        yield Flaw(
            "GR506",
            EFFECTIVE_ON,
            _("The change of the account is held back until {day}.").format(day=quoted(record.text(EFFECTIVE_ON))),
        )
    if disabled == "true":
        yield from _closing(record, reason, school, on)


def is_held_back(record: Record, on: str) -> bool:
    """Return whether the change of `disabled` is not sent before a day after `on`."""
    return record.text(EFFECTIVE_ON) > on


def _reasons(school: School, disabled: str) -> tuple[str, ...]:
    institution = school.institution
    return institution.deactivation_reasons if disabled == "true" else institution.reactivation_reasons


def _reason(reason: str, known: tuple[str, ...]) -> Iterator[Flaw]:
    if reason not in known:
        message = _("{reason} is none of the reasons: {known}.")
        reasons = ", ".join(visible(one) for one in known)
        yield Flaw("GR502", REASON, message.format(reason=quoted(reason), known=reasons))


def _closing(record: Record, reason: str, school: School, on: str) -> Iterator[Flaw]:
    if record.returned:
        yield Flaw("GR504", DISABLED, _("The person returns, and the account is closed."))
    if record.left and reason not in UNANNOUNCED:
        yield from _announced(record, on)
    end, day = real_day(record.ends), real_day(record.text(EFFECTIVE_ON)) or on
    unasked = reason in _reasons(school, "true") and reason not in ASKED_OR_REQUIRED
    if unasked and end and _months(end, day) < _MONTHS:
        message = _("The account closes less than a year after {end}, and nobody asked for it.")
        yield Flaw("GR505", DISABLED, message.format(end=quoted(record.ends)))


def _notice(record: Record) -> Iterator[Flaw]:
    told, day = real_day(record.text(NOTIFIED_ON)), real_day(record.text(CLOSE_ON))
    if told and day and day < told:
        message = _("The closing is announced for {day}, before the letter of {told}.")
        yield Flaw("GR523", CLOSE_ON, message.format(day=quoted(day), told=quoted(told)))


def _announced(record: Record, on: str) -> Iterator[Flaw]:
    """Return what is wrong with the notice to a person who left and whose account is closed."""
    day, closed = real_day(record.text(CLOSE_ON)), real_day(record.text(EFFECTIVE_ON)) or on
    if not record.text(NOTIFIED_ON):
        yield Flaw("GR521", DISABLED, _("The person left, and the account is closed without notice."))
    elif day and closed < day:
        message = _("The account closes on {closed}; the person was told {day}.")
        yield Flaw("GR522", DISABLED, message.format(closed=quoted(closed), day=quoted(day)))


def _months(since: str, until: str) -> int:
    """Return the number of whole months between two days written `yyyy-mm-dd`."""
    year, month, day = map(int, since.split("-"))
    last_year, last_month, last_day = map(int, until.split("-"))
    return (last_year - year) * 12 + last_month - month - (last_day < day)


def check_kept_out(record: Record, _school: School, _on: str) -> Iterator[Flaw]:
    """Return where a record asks for what no file does: of who is confidential, excluded from sync, or dead."""
    if record.is_confidential and record.text(DISABLED):
        message = _("The person is confidential, and the record changes the account: no file does that.")
        yield Flaw("GR511", DISABLED, message)
    elif record.is_excluded and record.text(DISABLED):
        message = _("The account is excluded from sync, and the record changes it: no file does that.")
        yield Flaw("GR516", DISABLED, message)
    elif record.is_confidential:
        yield Flaw(CONFIDENTIAL_RULE, CONFIDENTIAL, _("The person is confidential: no row is sent, and no letter."))
    elif record.is_excluded:
        yield Flaw(EXCLUDED_RULE, EXCLUDED, _("The account is excluded from sync: no row is sent."))
    if record.has_died and record.text(DISABLED) == "true":
        yield Flaw("GR509", REASON, _("The account of a person who died is closed."))
    elif record.has_died and not record.is_excluded:
        yield Flaw("GR509", REASON, _("The person has died, and the account is not excluded from sync."))


def check_duplicate(record: Record, _school: School, _on: str) -> Iterator[Flaw]:
    """Return what is wrong with the account that stays when a duplicate is closed."""
    stays, closes = record.text(STAYS), closes_duplicate(record)
    if closes and not stays:
        yield Flaw("GR512", REASON, _("A duplicate account is closed, and the one that stays is not given."))
    elif closes and stays in {record.username, record.text(FORMER)}:
        message = _("{username} is the account that is closed.")
        yield Flaw("GR513", STAYS, message.format(username=quoted(stays)))
    elif stays and record.text(DISABLED) and not closes:
        message = _("{username} is said to stay, and no duplicate account is closed.")
        yield Flaw("GR514", STAYS, message.format(username=quoted(stays)))


def closes_duplicate(record: Record) -> bool:
    """Return whether the record closes one of two accounts of a person."""
    return record.text(DISABLED) == "true" and record.text(REASON) == DUPLICATE


def unknown_stays(username: str) -> Flaw:
    """Return the flaw of an account that is said to stay and that neither a record nor the ledger knows."""
    message = _("No record and no upload knows the account {username}.")
    return Flaw("GR515", STAYS, message.format(username=quoted(username)))


CHECKS: Final = (check_account, check_kept_out, check_duplicate)
