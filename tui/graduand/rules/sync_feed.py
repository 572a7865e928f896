"""Rules about the school's nightly sync file: what its rows would do to people of whom a record or the ledger speaks.

They are asked by `graduand feed`, never of a record by itself. A row whose person nothing is known of breaks none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.language import N_, _, quoted
from graduand.records.kinds import CLEAR
from graduand.records.record import ALUMNI, ATTENDING, DISABLED, EMAIL, END, START, USERNAME
from graduand.rules.handshake_state import OWN_ADDRESS
from graduand.rules.rule import Flaw, error, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graduand.records.school import School

RULES: Final = (
    error(
        "GR801",
        N_("A graduate still sent as a student"),
        N_(
            "The sync file runs every night. As long as it sends the old year, or that the person attends, it makes an "
            "alumnus a student again, whatever another upload said."
        ),
        N_(
            "Send “Alumni” and FALSE for this person, leave the row out where the file is made, or let graduand feed "
            "overlay write the cells."
        ),
        "ALU",
        "IMP",
    ),
    error(
        "GR802",
        N_("Another address than the record's"),
        N_("The sync file overwrites the address that an upload brought in, and with it the name to log in with."),
        N_(
            "Correct the address where the file is made, or in the record if the record is wrong; a person's own "
            "address goes into the record."
        ),
        "AUTORUN",
        "EMAIL",
    ),
    error(
        "GR803",
        N_("Closed or reopened, and the file says otherwise"),
        N_(
            "The sync file has to carry closed and reopened accounts: a blank “disabled” changes nothing, and another "
            "value undoes what the record says."
        ),
        N_("Send “disabled” as the record has it, TRUE or FALSE, or let graduand feed overlay write it."),
        "ARC",
        "ALU",
    ),
    error(
        "GR804",
        N_("A returner without dates"),
        N_(
            "Who returns has the end date of the former study in Handshake. A row that brings no new dates leaves it, "
            "and rows fail on an end date before the start."
        ),
        N_("Send the new start and end date; without an end date send “**CLEAR**”."),
        "ALU",
        "ERR",
    ),
    error(
        "GR805",
        N_("A username that has changed"),
        N_(
            "Accounts are looked up by their username. A row with another one than Handshake has makes a second "
            "account or fails, and the sync never changes a username."
        ),
        N_(
            "Send the username that Handshake has; where it is still the former one, bring the change in first with "
            "graduand compile, which makes a job for it."
        ),
        "SENS",
        "TWO",
    ),
    error(
        "GR806",
        N_("A person who must be kept out"),
        N_(
            "Deleted and confidential people must not come back with any file. The username is not repeated here; the "
            "line of the file says who it is."
        ),
        N_("Leave the row out where the file is made."),
    ),
    warning(
        "GR807",
        N_("Held back by us, and sent by the file"),
        N_(
            "Nothing is sent of this person by graduand: the account is excluded from sync, the record contradicts "
            "what Handshake holds, or a graduation or a change of the account waits for its day. The sync file sends "
            "the row all the same."
        ),
        N_("Settle what holds the row back (graduand check), or leave the row out where the file is made."),
        "ERR",
        waivable=False,
    ),
    warning(
        "GR808",
        N_("A record that the file has left behind"),
        N_(
            "The file has a later start date or a higher year than the record: the person has begun something new, and "
            "the record no longer speaks for this row."
        ),
        N_("Bring the record up to date, as one of a person who returned or stays, or correct the file."),
        waivable=False,
    ),
    warning(
        "GR809",
        N_("A row that the Importer takes for nobody"),
        N_(
            "Rows without a username, with other cells than the header, or that share a username, address, card or "
            "login with another row are skipped or fail."
        ),
        N_("Correct the row where the file is made."),
        "FAQ",
        "BEST",
        waivable=False,
    ),
)

LEFT_BEHIND: Final = "GR808"
UNTAKEN: Final = "GR809"


class FeedPerson(NamedTuple):
    """What is known of the person of a row; of what is not known, nothing."""

    said: Mapping[str, str] = {}
    """The cells of the record's row that are not blank, by header."""
    held: Mapping[str, str] = {}
    """The cells that Handshake holds, by header."""
    expected: Mapping[str, str] = {}
    """The same as if what was delivered, and is not known to have run, had run."""
    returned: bool = False
    held_back: str = ""
    """The day until which the change of the account waits."""
    username_now: str = ""
    """The username that Handshake has, where it is not the row's."""
    username_new: str = ""
    """The username that the record gives to the person, where the row's is the former one."""
    conflict: str = ""
    """The rule that holds the row back, an error of family GR7."""
    is_excluded: bool = False
    """Whether Handshake said that the account is excluded from sync."""
    is_excluded_here: bool = False
    """Whether the record says that the account was excluded from sync."""
    graduates_on: str = ""
    """The day until which the graduation waits, `yyyy-mm-dd`."""
    kept_out: str = ""
    """Why the person must be in no file, as a sentence."""


def judge_feed_row(row: Mapping[str, str], person: FeedPerson, school: School) -> Iterator[Flaw]:
    """Return what is wrong with the cells of a row, which has no other headers than those of the file."""
    if person.kept_out:
        yield Flaw("GR806", USERNAME, person.kept_out)
        return
    yield from _held_back(row, person, school)
    if person.username_now or person.username_new:
        yield _renamed(person)
    elif left_behind := left_behind_by(row, person, school):
        yield left_behind
    else:
        yield from _student(row, person, school)
        yield from _address(row, person)
        yield from _account(row, person)
        if person.returned:
            yield from _dates(row, person)


def left_behind_by(row: Mapping[str, str], person: FeedPerson, school: School) -> Flaw | None:
    """Return in what a row is newer than the record; None where the record still speaks for it."""
    if not person.said:
        return None
    start, year = day_of(row.get(START, "")), row.get(school.year, "")
    known = day_of(person.said.get(START, "")) or day_of(person.held.get(START, ""))
    end = day_of(person.said.get(END, ""))
    for header, day in ((START, known), (END, end)):
        if start and day and start > day:
            message = _("The file has the start date {start}, after the {column} {day} of the record.")
            if header == START and not person.said.get(START):
                message = _("The file has the start date {start}, after the {column} {day} that Handshake holds.")
            return Flaw(LEFT_BEHIND, START, message.format(start=start, column=header, day=day))
    before = next((one for one in _years(person, school) if one and one != ALUMNI), "")
    rank = {value: number for number, value in enumerate(school.year_values) if value != ALUMNI}
    if rank.get(year, -1) > rank.get(before, len(rank)):
        message = _("The file has the year {year}, which is higher than {before}.")
        return Flaw(LEFT_BEHIND, school.year, message.format(year=quoted(year), before=quoted(before)))
    return None


def _years(person: FeedPerson, school: School) -> tuple[str, str]:
    return person.said.get(school.year, ""), person.held.get(school.year, "")


def day_of(cell: str) -> str:
    """Return the day of a cell, `yyyy-mm-dd`; "" when it is none."""
    day = cell[:10]
    return day if len(day) == 10 and day[:4].isdigit() and day[4] == day[7] == "-" else ""


def _held_back(row: Mapping[str, str], person: FeedPerson, school: School) -> Iterator[Flaw]:
    if person.is_excluded:
        yield Flaw("GR807", USERNAME, _("Handshake refused the last row: the account is excluded from sync."))
    if person.is_excluded_here:
        yield Flaw(
            "GR807", USERNAME, _("The record says that the account is excluded from sync; the file sends the row.")
        )
    if person.graduates_on and row.get(school.year, "") == ALUMNI:
        message = _(
            "The person graduates on {day}, as the record says; the file makes an alumnus of the person already."
        )
        yield Flaw("GR807", school.year, message.format(day=person.graduates_on))
    if person.conflict:
        message = _("Nothing is sent of the record until {rule} is settled; the file sends the row.")
        yield Flaw("GR807", USERNAME, message.format(rule=person.conflict))
    if person.held_back and row.get(DISABLED, ""):
        message = _("The record changes the account on {day}; the file says {cell} already.")
        yield Flaw("GR807", DISABLED, message.format(day=person.held_back, cell=quoted(row[DISABLED])))


def _renamed(person: FeedPerson) -> Flaw:
    if person.username_now:
        message = _("Handshake has this person as {username}.")
        return Flaw("GR805", USERNAME, message.format(username=quoted(person.username_now)))
    message = _("The record changes this username to {username}.")
    return Flaw("GR805", USERNAME, message.format(username=quoted(person.username_new)))


def _student(row: Mapping[str, str], person: FeedPerson, school: School) -> Iterator[Flaw]:
    """Return that a row makes an alumnus a student; without a record, what Handshake holds says who is one."""
    known = person.said or (person.held if person.held.get(school.year) == ALUMNI else {})
    if not person.said and day_of(row.get(START, "")) > day_of(person.held.get(END, "")):
        return  # something new was begun, and no record says otherwise
    wrong = [
        (header, row[header], wanted)
        for header, wanted in ((school.year, ALUMNI), (ATTENDING, "FALSE"))
        if known.get(header) == wanted and row.get(header, "") not in {"", wanted}
    ]
    if wrong:
        message = _("The file sends {found}; the record says {wanted}.")
        if not person.said:
            message = _("The file sends {found}; Handshake holds {wanted}, and there is no record.")
        found, wanted = (", ".join(f"{one[0]} {quoted(one[place])}" for one in wrong) for place in (1, 2))
        yield Flaw("GR801", wrong[0][0], message.format(found=found, wanted=wanted))


def _address(row: Mapping[str, str], person: FeedPerson) -> Iterator[Flaw]:
    address, wanted = row.get(EMAIL, ""), person.said.get(EMAIL, "")
    shown = person.held.get(EMAIL, "") if person.conflict == OWN_ADDRESS else ""
    if address and shown and address.casefold() != shown.casefold():
        message = _("The file sends the address {address}; Handshake shows {shown}, probably the person's own.")
        yield Flaw("GR802", EMAIL, message.format(address=quoted(address), shown=quoted(shown)))
        return
    if address and wanted and address.casefold() != wanted.casefold():
        message = _("The file sends the address {address}; the record has {wanted}.")
        yield Flaw("GR802", EMAIL, message.format(address=quoted(address), wanted=quoted(wanted)))


def _account(row: Mapping[str, str], person: FeedPerson) -> Iterator[Flaw]:
    cell, wanted, held = row.get(DISABLED, ""), person.said.get(DISABLED, ""), person.held.get(DISABLED, "")
    if cell == wanted or person.held_back:
        return
    if wanted and not cell:
        if held == wanted or (wanted == "FALSE" and held == CLEAR):
            return  # a blank cell leaves it so
        closes = _("The record closes the account, and the file says nothing of {column}.")
        opens = _("The record reopens the account, and the file says nothing of {column}.")
        yield Flaw("GR803", DISABLED, (closes if wanted == "TRUE" else opens).format(column=quoted(DISABLED)))
    elif wanted:
        message = _("The file sends {column} {cell}; the record says {wanted}.")
        words = {"column": DISABLED, "cell": quoted(cell), "wanted": quoted(wanted)}
        yield Flaw("GR803", DISABLED, message.format(**words))
    elif cell == "FALSE" and held == "TRUE" and not person.conflict:
        yield Flaw("GR803", DISABLED, _("The file reopens the account, which is closed; no record says so."))


def _dates(row: Mapping[str, str], person: FeedPerson) -> Iterator[Flaw]:
    missing = [
        header
        for header in (START, END)
        if not row.get(header, "") and (wanted := person.said.get(header, "")) and person.held.get(header, "") != wanted
    ]
    if missing:
        message = _("The person returns, and the file has nothing in {columns}.")
        yield Flaw("GR804", missing[0], message.format(columns=", ".join(missing)))
    start, end = day_of(person.said.get(START, "")) or day_of(row.get(START, "")), day_of(row.get(END, ""))
    if start and end and end < start:
        message = _("The person returns on {start}, and the file still has the end date {end}.")
        yield Flaw("GR804", END, message.format(start=start, end=end))
