"""Prepare letters to graduates who lose the school's mailbox or login, and note them in the records."""

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
from graduand.records.record import ANSWER_BY, ASKED_ON, DISABLED, EMAIL, FIRST_NAME, LAST_NAME
from graduand.records.school_language import PATH as INSTITUTION_PATH
from graduand.rules.policy import is_waiting, loses_login, loses_mailbox
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

NO_ADDRESS: Final = "no-personal-email"
"""The reason for closing the account of a person who gave no personal address."""
DAYS: Final = 28
"""The default number of days for an answer."""
PEOPLE: Final = "people.csv"
LETTER: Final = "letter.txt"


class LeftOutReason(StrEnum):
    """Why a person gets no letter; the first that applies."""

    FAULTY = "faulty"
    RETURNED = "returned"
    STAYS = "stays"
    CLOSED = "closed"
    KEEPS = "keeps"
    ANSWERED = "answered"
    ASKED_TODAY = "asked-today"
    OVERDUE = "overdue"
    ASKED = "asked"
    NEVER_ASKED = "never-asked"


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

    def changes(self) -> dict[str, dict[str, Value | None]]:
        """Return the values to note in the records by path and key; none for the login campaign."""
        if self.call.campaign is not Campaign.EMAIL:
            return {}
        return {one.record.path: {ASKED_ON: self.call.on, ANSWER_BY: one.answer_by} for one in self.asked}


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
    checked = workspace.check(call.on, workspace.scope((), call.cohort), progress)
    faulty = {finding.path for finding in errors(checked.findings)}
    called = _called(checked.records, call.usernames)
    template = _template(workspace, call)
    asked: list[LetterRecipient] = []
    left_out: list[LeftOut] = []
    for record in called:
        why, day = (LeftOutReason.FAULTY, "") if record.path in faulty else _why_not(record, workspace.school, call)
        if why:
            left_out.append(LeftOut(record, why, day))
        else:
            asked.append(_recipient(record, workspace.school, call, template))
    common = _common(workspace.school, call)
    return Outreach(call, tuple(asked), tuple(left_out), template, common)


def _called(records: tuple[Record, ...], usernames: frozenset[str]) -> list[Record]:
    known = {record.username for record in records}
    for username in sorted(usernames - known):
        raise NoSuchPerson(username, nearest(username, known))
    return sorted(
        (record for record in records if not usernames or record.username in usernames),
        key=lambda record: (record.username, record.path),
    )


_PERSONAL: Final = ("first_name", "last_name", "username", "email_address", "school", "answer_by")


def _template(workspace: Workspace, call: OutreachOptions) -> Letter:
    """Return the template.

    Raises:
        SchemaBroken: it is unusable, or announces what the school does not do.
    """
    if call.campaign is Campaign.SSO:
        found = letter(workspace.root, "sso", _PERSONAL)
    else:
        known = (*_PERSONAL, "closes_on", *(["requested_on"] if call.remind else []))
        found = letter(workspace.root, "reminder" if call.remind else "email", known)
    institution = workspace.institution
    if "school" in found.holds and not institution.name:
        raise SchemaBroken(INSTITUTION_PATH, 1, _("the letter bears the school's name, and “name” is empty."))
    if "closes_on" in found.holds and NO_ADDRESS not in institution.deactivation_reasons:
        message = _(
            "the letter announces that the account will be closed ({closes_on}), and {reason} is none of the school's "
            "reasons in institution.yaml; take the sentence out of the letter, or take the reason in."
        )
        raise SchemaBroken(found.path, 1, message.format(closes_on="{closes_on}", reason=quoted(NO_ADDRESS)))
    return found


def _why_not(record: Record, school: School, call: OutreachOptions) -> tuple[LeftOutReason | None, str]:
    """Return why a person is left out, and the day of the reason; None: the person gets a letter."""
    if not record.graduated:
        return LeftOutReason.RETURNED, ""
    if record.stays:
        return LeftOutReason.STAYS, ""
    if record.text(DISABLED) == "true":
        return LeftOutReason.CLOSED, ""
    if call.campaign is Campaign.SSO:
        return (None if loses_login(record, school) else LeftOutReason.KEEPS), ""
    if not loses_mailbox(record, school):
        return LeftOutReason.KEEPS, ""
    return _why_not_asked(record, school, call)


def _why_not_asked(record: Record, school: School, call: OutreachOptions) -> tuple[LeftOutReason | None, str]:
    asked, answer = real_day(record.text(ASKED_ON)), real_day(record.text(ANSWER_BY))
    if not is_waiting(record, school):
        return LeftOutReason.ANSWERED, ""
    if not asked:
        return (LeftOutReason.NEVER_ASKED if call.remind else None), ""
    if asked >= call.on:
        return LeftOutReason.ASKED_TODAY, asked
    if call.remind:
        return None, ""
    return (LeftOutReason.OVERDUE, answer) if answer and answer < call.on else (LeftOutReason.ASKED, answer or asked)


def _recipient(record: Record, school: School, call: OutreachOptions, template: Letter) -> LetterRecipient:
    announced = real_day(record.text(ANSWER_BY)) if call.campaign is Campaign.EMAIL else ""
    answer_by = call.answer_by or (announced if announced > call.on else _later(call.on, DAYS))
    requested = real_day(record.text(ASKED_ON))
    region = school.institution.region
    values = {
        **{key: record.text(key) for key in ("last_name", "username", "email_address")},
        "first_name": record.text("preferred_name") or record.text(FIRST_NAME),
        "school": school.institution.name,
        "answer_by": spelt(answer_by, region),
        "closes_on": spelt(_later(answer_by, 1), region),
        "requested_on": spelt(requested, region) if requested else "",
    }
    return LetterRecipient(record, answer_by, is_waiting(record, school), *template.filled(values))


def _common(school: School, call: OutreachOptions) -> dict[str, str]:
    """Return the values of a mail merge's letter that are the same for all people."""
    answer_by = call.answer_by or ("" if call.remind else _later(call.on, DAYS))
    region = school.institution.region
    days = (
        {"answer_by": spelt(answer_by, region), "closes_on": spelt(_later(answer_by, 1), region)} if answer_by else {}
    )
    return {"school": school.institution.name, **days}


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def people_csv(found: Outreach, region: str) -> str:
    """Return the CSV of a mail merge: one row a person, with the filled letter."""
    closing = found.call.campaign is Campaign.EMAIL
    head = ["username", "email_address", "first_name", "last_name", "answer_by"]
    head += ["closes_on"] if closing else ["waiting"]
    rows = [[*head, "subject", "text"]]
    for one in found.asked:
        record = one.record
        more = spelt(one.closes_on, region) if closing else ("x" if one.waiting else "")
        first = record.text("preferred_name") or record.text(FIRST_NAME)
        cells = (record.username, record.text(EMAIL), first, record.text(LAST_NAME))
        rows.append([*cells, spelt(one.answer_by, region), more, one.subject, one.text])
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
    said = commit_message("corrected", [one.record.username for one in found.asked])
    return apply(workspace, proposals, *said, commit=commit, on_resumed=on_resumed)
