"""Rules GR7: what Handshake holds, where the record contradicts it or says nothing of it.

What Handshake holds of a person is handed in; the rules do not know where it comes from, and are not asked without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.findings import Finding, Severity
from graduand.language import N_, _, quoted
from graduand.records.kinds import CLEAR
from graduand.records.meaning import meaning_of
from graduand.records.record import ALUMNI, ATTENDING, DISABLED, EMAIL, END, USERNAME
from graduand.records.writing import canonical
from graduand.rules.dates import waits_until
from graduand.rules.rule import Flaw, error, note, warning

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from graduand.records.record import Record
    from graduand.records.school import School

RULES: Final = (
    error(
        "GR701",
        N_("Closed by an upload, and the record is silent"),
        N_(
            "The account was closed by an upload of ours, and stays closed: a blank cell reopens nothing. A record "
            "that says nothing of it tells nobody whether that is meant."
        ),
        N_(
            "Write disabled: false with a reason to reopen the account, or disabled: true with a reason to leave it "
            "closed. Until then this person is left out of every upload."
        ),
        "ALU",
        "ARC",
        waivable=True,
    ),
    error(
        "GR702",
        N_("A returner whose account stays closed"),
        N_("A person who returns needs the account, and only a row with “disabled” FALSE reopens it."),
        N_("Write disabled: false and the reason “returned”, or reopen it in Handshake and waive this rule."),
        "ALU",
        "ARC",
        waivable=True,
    ),
    note(
        "GR703",
        N_("Closed, as Handshake shows it"),
        N_("No upload of ours closed this account: somebody did it by hand, or it was closed before."),
        N_("If it shall be open, write disabled: false with a reason; if not, there is nothing to do."),
        "ARC",
    ),
    note(
        "GR704",
        N_("Sent before, and absent now"),
        N_("A column that is absent from the record leaves in Handshake what was sent last."),
        N_("Write the value again to keep it in sight, or “**CLEAR**” to wipe it in Handshake."),
        "FAQ",
    ),
    error(
        "GR705",
        N_("Taken back, and the record is unchanged"),
        N_(
            "A rollback took back what was sent of this record. Sent once more, the same record would do once more "
            "what was taken back."
        ),
        N_(
            "Change the record to what Handshake shall hold from now on. Until then this person is left out of every "
            "upload."
        ),
        waivable=True,
    ),
    warning(
        "GR706",
        N_("Excluded from sync"),
        N_("Handshake refused the last row because of the box “Exclude from Automatic Syncs” on the profile."),
        N_(
            "Untick the box on the Account tab and send the row with --retry-excluded, or look after this person by "
            "hand."
        ),
        "ERR",
    ),
    warning(
        "GR707",
        N_("Two accounts for one username"),
        N_(
            "An upload gave an account a username that another account had, so it is not known which of the two is "
            "this person's."
        ),
        N_("Find both accounts in Handshake and have them merged, or correct the username of one."),
        "DUP",
    ),
    error(
        "GR708",
        N_("An address of the person's own"),
        N_(
            "Handshake shows another address than the one that was sent last and than the record's: the person has "
            "probably chosen it, and the next upload would overwrite it."
        ),
        N_(
            "Write the address that Handshake shows into the record; or waive this rule in it, with the reason, to "
            "send the record's all the same. Until then this person is left out of every upload."
        ),
        "ADDL",
        "EMAIL",
        waivable=True,
    ),
    warning(
        "GR712",
        N_("An alumnus already, and the graduation lies ahead"),
        N_(
            "The end date has moved into the future, as after resits, and no row makes a student of an alumnus again "
            "by itself: the person goes on without what students see."
        ),
        N_(
            "If the person goes on studying, write currently_attending: true with the year of study until the "
            "graduation; if the date is a slip, correct it; if the person shall stay an alumnus, waive this rule."
        ),
        "ALU",
    ),
    warning(
        "GR721",
        N_("Left without a degree, and an alumnus in Handshake"),
        N_("The year is left as Handshake has it, and that is Alumni: the person counts as a graduate."),
        N_("Write the last year of study into the record."),
        "UMF",
    ),
)

STILL_AHEAD: Final = "GR712"
IDS: Final = frozenset(rule.id for rule in RULES)
ABOUT_ACCOUNTS: Final = frozenset({"GR701", "GR702"})
"""Rules that say that an account is closed and shall perhaps be open."""
CLOSED_SEEN: Final = "GR703"
TAKEN_BACK: Final = "GR705"
EXCLUDED: Final = "GR706"
OWN_ADDRESS: Final = "GR708"


class PersonState(NamedTuple):
    """What Handshake holds of one person, as far as it was sent and did not fail, or was seen."""

    cells: Mapping[str, str]
    """By header; `**CLEAR**` is known to be empty, and a header that is absent is not known."""
    since: Mapping[str, str]
    """The id of the entry since which each value is what it is, by header."""
    seen: Collection[str] = ()
    """The headers whose value was not sent but seen in Handshake."""
    is_excluded: bool = False
    """Whether the last row was refused because the account is excluded from sync."""
    taken_back: str = ""
    """What the record meant whose row a rollback took back last; "" when none did."""
    taken_back_by: str = ""
    """The id of that rollback."""
    is_ambiguous: bool = False
    """Whether two accounts may have the username."""
    sent_address: str = ""
    """The address that was sent last, where Handshake showed another text since; "" where it did not."""

    @property
    def is_closed(self) -> bool:
        """Whether the account is closed."""
        return self.cells.get(DISABLED, "").upper() == "TRUE"

    def has_own_address(self, address: str) -> bool:
        """Return whether Handshake shows an address that is neither the one sent last nor the given one."""
        shown = self.cells.get(EMAIL, "")
        others = {address.casefold(), self.sent_address.casefold()}
        return bool(self.sent_address) and shown not in {"", CLEAR} and shown.casefold() not in others


def is_conflict(finding: Finding) -> bool:
    """Return whether a finding is an error of this family: it leaves one person out, and stops nothing else."""
    return finding.rule in IDS and finding.severity is Severity.ERROR


def softened(found: Iterable[Finding], touched: Collection[str]) -> Iterator[Finding]:
    """Yield findings; of the errors of this family those of records at other paths than the touched ones as notes."""
    for finding in found:
        is_other = is_conflict(finding) and finding.path not in touched
        yield finding._replace(severity=Severity.NOTE) if is_other else finding


def judge_state(record: Record, school: School, on: str, state: PersonState) -> Iterator[Flaw]:
    """Return where a record contradicts what Handshake holds of the person, or says nothing of it."""
    if record.is_confidential or record.is_excluded:
        return  # nothing is sent, whatever Handshake holds
    if state.is_closed and not record.text(DISABLED) and not record.has_died:
        yield _closed(record, state)
    yield from _absent(record, school, state)
    if record.left and not record.text(school.year) and state.cells.get(school.year) == ALUMNI:
        message = _("Handshake has “Alumni” of a person who left without a degree, and {column} is not given.")
        yield Flaw("GR721", school.year, message.format(column=quoted(school.year)))
    if state.taken_back and state.taken_back == _meaning(record, school):
        message = _("{rollback} took back what was sent of this record, and it still says the same.")
        yield Flaw(TAKEN_BACK, USERNAME, message.format(rollback=state.taken_back_by))
    yield from _own_address(record, state)
    yield from _still_ahead(record, school, on, state)
    if state.is_excluded:
        yield Flaw(EXCLUDED, USERNAME, _("Handshake refused the last row: the account is excluded from sync."))
    if state.is_ambiguous:
        message = _("An upload gave {username} to an account while another one had it.")
        yield Flaw("GR707", USERNAME, message.format(username=quoted(record.username)))


def _closed(record: Record, state: PersonState) -> Flaw:
    entry = state.since.get(DISABLED, "")
    seen = DISABLED in state.seen
    if record.returned:
        sent_back = _(
            "The upload {entry} closed the account; the person returns, and the record says nothing of {key}."
        )
        seen_back = _(
            "Handshake shows the account as closed ({entry}); the person returns, and the record says nothing of {key}."
        )
        return _flaw("GR702", seen_back if seen else sent_back, entry)
    if seen:
        return _flaw(CLOSED_SEEN, _("Handshake shows the account as closed ({entry})."), entry)
    return _flaw("GR701", _("The upload {entry} closed the account, and the record says nothing of {key}."), entry)


def _own_address(record: Record, state: PersonState) -> Iterator[Flaw]:
    if not state.has_own_address(record.text(EMAIL)):
        return
    message = _("Handshake shows the address {shown}; {sent} was sent last, and the record has a third one.")
    if record.text(EMAIL).casefold() == state.sent_address.casefold():
        message = _("Handshake shows the address {shown}; the record still has {sent}, which was sent last.")
    shown = state.cells.get(EMAIL, "")
    yield Flaw(OWN_ADDRESS, EMAIL, message.format(shown=quoted(shown), sent=quoted(state.sent_address)))


def _still_ahead(record: Record, school: School, on: str, state: PersonState) -> Iterator[Flaw]:
    """Return that the day of a graduation that was made known has moved ahead; not of one that was sent early."""
    if (
        record.graduated
        and waits_until(record, school, on)
        and state.cells.get(school.year) == ALUMNI
        and state.cells.get(END) != record.ends
    ):
        message = _("Handshake has the person as Alumni since {entry}, and the record graduates on {end}.")
        entry = state.since.get(school.year, "")
        yield Flaw(STILL_AHEAD, END, message.format(entry=entry, end=quoted(record.ends)))


def _flaw(rule: str, message: str, entry: str) -> Flaw:
    return Flaw(rule, DISABLED, message.format(entry=entry, key=quoted(DISABLED)))


def _absent(record: Record, school: School, state: PersonState) -> Iterator[Flaw]:
    """Return the columns that were sent and are absent, but for those that follow from the kind of the transition."""
    derived = {school.year, ATTENDING, *([END] if record.returned else [])}
    for header, field in school.columns.items():
        cell = state.cells.get(header, "")
        if not cell or cell == CLEAR or not field.clear or header in derived or header in state.seen:
            continue
        if header not in record.values:
            message = _("{column}: Handshake keeps {value}; {clear} wipes it.")
            yield Flaw("GR704", header, message.format(column=header, value=quoted(cell), clear=quoted(CLEAR)))


def _meaning(record: Record, school: School) -> str:
    return meaning_of(record.path, canonical(record, school.fields, {}).encode(errors="surrogatepass"))
