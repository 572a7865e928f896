"""Prepare letters to people who lose the mailbox, the login or the account, and note them in the records."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.campaigns.kinds import Campaign
from graduand.campaigns.letters import letter, spelt
from graduand.editing.proposal import propose_change_if_current
from graduand.editing.transaction import apply, commit_message
from graduand.errors import NoSuchPerson, SchemaBroken, Usage
from graduand.language import _, quoted
from graduand.records.record import (
    ANSWER_BY,
    ASKED_ON,
    CLOSE_ON,
    DISABLED,
    EMAIL,
    FIRST_NAME,
    LAST_NAME,
    LEFT_ON,
    LOGIN_ENDS_ON,
    NOTIFIED_ON,
    TOLD_ON,
)
from graduand.records.school_language import PATH as INSTITUTION_PATH
from graduand.rules.policy import (
    ask_from,
    days_before,
    has_answered,
    is_exempt,
    is_waiting,
    login_end,
    loses_login,
    loses_mailbox,
    mailbox_end,
    months_later,
)
from graduand.rules.values import real_day
from graduand.similar import nearest
from graduand.storage import publish
from graduand.tables import spreadsheet
from graduand.workspace import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from graduand.campaigns.letters import Letter
    from graduand.editing.transaction import ResumedTransaction
    from graduand.file_change import SavedFile
    from graduand.records.record import Record, Value
    from graduand.records.school import School
    from graduand.workspace import Workspace

POLICY: Final = "required-by-policy"
"""The reason for closing an account because the school closes such accounts."""
NO_ADDRESS: Final = "no-personal-email"
"""The reason for closing the account of a person who gave no personal address."""
DAYS: Final = 28
"""The default number of days for an answer."""
PEOPLE: Final = "people.csv"
LETTER: Final = "letter.txt"


class LeftOutReason(StrEnum):
    """Why a person gets no letter; the first that applies."""

    FAULTY = "faulty"
    CONFIDENTIAL = "confidential"
    DECEASED = "deceased"
    RETURNED = "returned"
    STAYS = "stays"
    CLOSED = "closed"
    KEEPS = "keeps"
    NOT_LEFT = "not-left"
    REOPENED = "reopened"
    EXEMPT = "exempt"
    LATER = "later"
    NO_DAY = "no-day"
    ANSWERED = "answered"
    ASKED_TODAY = "asked-today"
    OVERDUE = "overdue"
    ASKED = "asked"
    NEVER_ASKED = "never-asked"
    TOLD = "told"
    ENDED = "ended"


class OutreachOptions(NamedTuple):
    """The campaign, its people, and the deadline for answers."""

    campaign: Campaign
    on: str
    """The day of the letters, `yyyy-mm-dd`."""
    answer_by: str = ""
    """Empty: four weeks later; a reminder before the announced deadline keeps it."""
    cohort: str = ""
    usernames: frozenset[str] = frozenset()
    """Empty: all people."""
    remind: bool = False
    """True: write only to people who were asked before and have not answered."""


class LetterRecipient(NamedTuple):
    """A person who gets a letter."""

    record: Record
    answer_by: str
    waiting: bool
    """Whether the person also needs a personal address."""
    subject: str
    text: str
    days: Mapping[str, str]
    """The days that a letter can name, by placeholder; "" where there is none."""

    @property
    def closes_on(self) -> str:
        """The day after the deadline, announced for the closing of the account."""
        return _later(self.answer_by, 1)


class LeftOut(NamedTuple):
    """A person who gets no letter."""

    record: Record
    why: LeftOutReason
    day: str = ""
    """The day that the reason is about."""


class Outreach(NamedTuple):
    """One campaign on one day: its recipients, the people left out, and the letter."""

    call: OutreachOptions
    asked: tuple[LetterRecipient, ...]
    left_out: tuple[LeftOut, ...]
    letter: Letter
    common: Mapping[str, str]
    """The values of placeholders that are the same for all people."""
    left_paragraph: bool = False
    """Whether the announcement of the archiving was left out of the letter."""

    def changes(self) -> dict[str, dict[str, Value | None]]:
        """Return the values to note in the records, by path and key."""
        return {one.record.path: self._noted(one) for one in self.asked}

    def _noted(self, one: LetterRecipient) -> dict[str, Value | None]:
        on = self.call.on
        if self.call.campaign is Campaign.EMAIL:
            return {ASKED_ON: on, ANSWER_BY: one.answer_by}
        if self.call.campaign is Campaign.SSO:
            return {TOLD_ON: on, LOGIN_ENDS_ON: one.days["ends_on"]}
        return {NOTIFIED_ON: on, CLOSE_ON: one.closes_on}


def outreach(
    workspace: Workspace, call: OutreachOptions, progress: Callable[[int, int], None] | None = None
) -> Outreach:
    """Return the recipients and the people left out; nothing is written.

    Raises:
        Usage: the day for the answer is not after the day of the letter, or there is no such cohort.
        NoSuchPerson: there is no record of one of the usernames.
        SchemaBroken: the template is unusable, or announces what the school does not do.
    """
    if call.answer_by and call.answer_by <= call.on:
        message = _("The answer is due on {answer}, which is not after {on}.")
        raise Usage(message.format(answer=quoted(call.answer_by), on=call.on))
    if call.remind and call.campaign is Campaign.LEFT:
        raise Usage(_("There is no reminder of this letter: it announces the closing once, with its day."))
    checked = workspace.check(call.on, workspace.scope((), call.cohort), progress)
    faulty = {finding.path for finding in errors(checked.findings)}
    called = _called(checked.records, call.usernames)
    template = _template(workspace, call)
    silent = call.campaign is Campaign.EMAIL and not workspace.institution.announce_archiving
    left_paragraph = silent and "closes_on" in template.holds_in_text
    if left_paragraph:
        template = template.without("closes_on")
    asked: list[LetterRecipient] = []
    left_out: list[LeftOut] = []
    for record in called:
        why, day = (LeftOutReason.FAULTY, "") if record.path in faulty else _why_not(record, workspace.school, call)
        if why:
            left_out.append(LeftOut(record, why, day))
        else:
            asked.append(_recipient(record, workspace.school, call, template))
    common = _common(asked, workspace.school)
    return Outreach(call, tuple(asked), tuple(left_out), template, common, left_paragraph)


def _called(records: tuple[Record, ...], usernames: frozenset[str]) -> list[Record]:
    known = {record.username for record in records}
    for username in sorted(usernames - known):
        raise NoSuchPerson(username, nearest(username, known))
    return sorted(
        (record for record in records if not usernames or record.username in usernames),
        key=lambda record: (record.username, record.path),
    )


_PERSONAL: Final = ("first_name", "last_name", "username", "email_address", "school", "answer_by")
_LETTERS: Final = {
    (Campaign.EMAIL, False): ("email", ("closes_on",)),
    (Campaign.EMAIL, True): ("reminder", ("closes_on", "requested_on")),
    (Campaign.SSO, False): ("sso", ("ends_on",)),
    (Campaign.SSO, True): ("sso-reminder", ("ends_on", "requested_on")),
    (Campaign.LEFT, False): ("left", ("closes_on", "left_on")),
}
"""The template of each letter and its reminder, and what it can hold beside what all can."""


def _template(workspace: Workspace, call: OutreachOptions) -> Letter:
    """Return the template.

    Raises:
        SchemaBroken: it is unusable, or announces what the school does not do.
    """
    name, more = _LETTERS[call.campaign, call.remind]
    found = letter(workspace.root, name, (*_PERSONAL, *more))
    institution = workspace.institution
    if "school" in found.holds and not institution.name:
        raise SchemaBroken(INSTITUTION_PATH, 1, _("the letter bears the school's name, and “name” is empty."))
    reason = POLICY if call.campaign is Campaign.LEFT else NO_ADDRESS
    announces = call.campaign is Campaign.LEFT or institution.announce_archiving
    if announces and "closes_on" in found.holds and reason not in institution.deactivation_reasons:
        message = _(
            "the letter announces that the account will be closed ({closes_on}), and {reason} is none of the school's "
            "reasons in institution.yaml; take the sentence out of the letter, or take the reason in."
        )
        raise SchemaBroken(found.path, 1, message.format(closes_on="{closes_on}", reason=quoted(reason)))
    return found


_Why = tuple[LeftOutReason | None, str]
"""Why a person is left out, and the day of the reason; None: the person gets a letter."""


def _why_not(record: Record, school: School, call: OutreachOptions) -> _Why:
    if call.campaign is Campaign.LEFT and not _gets_no_letter(record):
        return _why_no_notice(record, call)
    if general := _gets_no_letter(record) or _no_leaver(record):
        return general, ""
    is_sso = call.campaign is Campaign.SSO
    end = login_end(record, school) if is_sso else mailbox_end(record, school)
    if end is None:
        return LeftOutReason.KEEPS, ""
    if any(is_exempt(record, rule, call.on) for rule in (("GR604",) if is_sso else ("GR601", "GR602"))):
        return LeftOutReason.EXEMPT, ""
    if not (loses_login if is_sso else loses_mailbox)(record, school, call.on):
        return LeftOutReason.LATER, ask_from(end)
    return _why_not_told(record, end, call) if is_sso else _why_not_asked(record, school, call)


def _gets_no_letter(record: Record) -> LeftOutReason | None:
    """Return why no letter of any kind is written to a person; None: may be."""
    if record.is_confidential:
        return LeftOutReason.CONFIDENTIAL
    return LeftOutReason.DECEASED if record.has_died else None


def _no_leaver(record: Record) -> LeftOutReason | None:
    """Return why a person loses neither the mailbox nor the login of an account that is open; None: may be."""
    if not record.graduated:
        return LeftOutReason.RETURNED
    if record.stays:
        return LeftOutReason.STAYS
    return LeftOutReason.CLOSED if record.text(DISABLED) == "true" else None


def _why_no_notice(record: Record, call: OutreachOptions) -> _Why:
    left, told = real_day(record.text(LEFT_ON)), real_day(record.text(NOTIFIED_ON))
    if not record.left:
        return LeftOutReason.NOT_LEFT, ""
    if disabled := record.text(DISABLED):
        return (LeftOutReason.CLOSED if disabled == "true" else LeftOutReason.REOPENED), ""
    if is_exempt(record, "GR521", call.on):
        return LeftOutReason.EXEMPT, ""
    if told:
        return LeftOutReason.TOLD, told
    if not left:
        return LeftOutReason.NO_DAY, ""
    return (LeftOutReason.LATER, left) if left > call.on else (None, "")


def _why_not_told(record: Record, end: str, call: OutreachOptions) -> _Why:
    told = real_day(record.text(TOLD_ON))
    if not told:
        return (LeftOutReason.NEVER_ASKED if call.remind else None), ""
    if told >= call.on:
        return LeftOutReason.ASKED_TODAY, told
    if not call.remind:
        return LeftOutReason.TOLD, told
    return (LeftOutReason.ENDED, end) if "" < end <= call.on else (None, "")


def _why_not_asked(record: Record, school: School, call: OutreachOptions) -> _Why:
    asked, answer = real_day(record.text(ASKED_ON)), real_day(record.text(ANSWER_BY))
    if has_answered(record, school):
        return LeftOutReason.ANSWERED, ""
    if not asked:
        return (LeftOutReason.NEVER_ASKED if call.remind else None), ""
    if asked >= call.on:
        return LeftOutReason.ASKED_TODAY, asked
    if call.remind:
        return None, ""
    return (LeftOutReason.OVERDUE, answer) if answer and answer < call.on else (LeftOutReason.ASKED, answer or asked)


def _recipient(record: Record, school: School, call: OutreachOptions, template: Letter) -> LetterRecipient:
    answer_by = _answer_by(record, school, call)
    ends_on = (login_end(record, school) or _later(answer_by, 1)) if call.campaign is Campaign.SSO else ""
    requested = real_day(record.text(TOLD_ON if call.campaign is Campaign.SSO else ASKED_ON))
    days = {
        "answer_by": answer_by,
        "closes_on": _later(answer_by, 1),
        "ends_on": ends_on,
        "requested_on": requested,
        "left_on": real_day(record.text(LEFT_ON)),
    }
    values = {
        **{key: record.text(key) for key in ("last_name", "username", "email_address")},
        "first_name": record.text("preferred_name") or record.text(FIRST_NAME),
        "school": school.institution.name,
        **{name: spelt(day, school.institution.region) if day else "" for name, day in days.items()},
    }
    return LetterRecipient(record, answer_by, is_waiting(record, school, call.on), *template.filled(values), days)


def _answer_by(record: Record, school: School, call: OutreachOptions) -> str:
    """Return the last day for an answer: as asked for, as announced before, or four weeks later; before the end."""
    usual = call.answer_by or _later(call.on, DAYS)
    if call.campaign is Campaign.LEFT:
        months = school.institution.inactive_months
        earliest = months_later(real_day(record.text(LEFT_ON)), months) if months is not None else ""
        return max(usual, days_before(earliest, 1)) if earliest else usual
    announced = real_day(record.text(ANSWER_BY)) if call.campaign is Campaign.EMAIL else ""
    if call.answer_by or announced > call.on:
        return call.answer_by or announced
    end = (mailbox_end if call.campaign is Campaign.EMAIL else login_end)(record, school) or ""
    if call.campaign is Campaign.SSO and end > _later(call.on, 1):
        return days_before(end, 1)
    return min(usual, days_before(end, 1)) if end > _later(call.on, 1) else usual


def _common(asked: list[LetterRecipient], school: School) -> dict[str, str]:
    """Return the values of a mail merge's letter that are the same for all people."""
    institution = school.institution
    first = asked[0].days if asked else {}
    same = {name: day for name, day in first.items() if day and all(one.days[name] == day for one in asked)}
    return {"school": institution.name, **{name: spelt(day, institution.region) for name, day in same.items()}}


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def people_csv(found: Outreach, region: str) -> str:
    """Return the CSV of a mail merge: one row a person, with the filled letter and each of its placeholders."""
    days = [name for name in ("closes_on", "ends_on", "left_on", "requested_on") if name in found.letter.holds]
    more = ["waiting"] if found.call.campaign is Campaign.SSO else []
    rows = [["username", "email_address", "first_name", "last_name", "answer_by", *days, *more, "subject", "text"]]
    for one in found.asked:
        record = one.record
        first = record.text("preferred_name") or record.text(FIRST_NAME)
        cells = (record.username, record.text(EMAIL), first, record.text(LAST_NAME))
        spelt_days = [spelt(day, region) if (day := one.days[name]) else "" for name in ("answer_by", *days)]
        rows.append([*cells, *spelt_days, *(["x" if one.waiting else ""] if more else []), one.subject, one.text])
    guarded = ([spreadsheet.guarded(cell) for cell in row] for row in rows)
    return spreadsheet.as_csv(guarded, spreadsheet.separator())


def letter_text(found: Outreach) -> str:
    """Return the letter for a mail merge; «first_name» is the column of that name."""
    columns = {name: f"«{name}»" for name in found.letter.holds}
    subject, text = found.letter.filled(columns | dict(found.common))
    return f"{subject}\n\n{text}"


def write(workspace: Workspace, found: Outreach, folder: Path) -> None:
    """Write the people and the letter into `folder`, readable by the user alone, both or none.

    Raises:
        InTheWay, NotWritten, Busy: they could not be written.
    """
    files = {PEOPLE: people_csv(found, workspace.institution.region), LETTER: letter_text(found)}
    publish.publish_set(folder, {name: text.encode() for name, text in files.items()}, PEOPLE)


def note(
    workspace: Workspace,
    found: Outreach,
    *,
    commit: bool = True,
    on_resumed: Callable[[ResumedTransaction], None] | None = None,
) -> tuple[SavedFile, ...]:
    """Note in the records that people were asked, and the deadline, all or none, in one commit.

    `on_resumed` is called with the outcome of an earlier save that was interrupted. Raises:
        SchemaBroken, Busy, ChangedOnDisk, NotWritten, NotGit, NotNow, NotCommitted: as for any edit.
    """
    changes = found.changes()
    proposals = [
        propose_change_if_current(workspace, one.record, changes[one.record.path]) for one in found.asked if changes
    ]
    kind = "address-requested" if found.call.campaign is Campaign.EMAIL else "corrected"
    said = commit_message(kind, [one.record.username for one in found.asked])
    return apply(workspace, proposals, *said, commit=commit, on_resumed=on_resumed)
