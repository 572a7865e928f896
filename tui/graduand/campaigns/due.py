"""List what is due by the calendar and the school's policy, and write what it proposes into the records."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.audit.reused_addresses import reused_addresses
from graduand.campaigns.idle_people import idle_people
from graduand.campaigns.kinds import AHEAD, CLOSING, DueKind
from graduand.campaigns.outreach import NO_ADDRESS
from graduand.editing.bulk_edit import Approval
from graduand.editing.proposal import propose_change_if_current
from graduand.editing.transaction import apply, commit_message
from graduand.errors import NoGit, NotGit, Trouble
from graduand.handshake.plan import beyond
from graduand.records.record import (
    ALUMNI,
    ANSWER_BY,
    ASKED_ON,
    ATTENDING,
    CLOSE_ON,
    DISABLED,
    EFFECTIVE_ON,
    EMAIL,
    EXCLUDED,
    FORMER,
    KIND,
    LEFT_ON,
    NOTIFIED_ON,
    REASON,
    REQUESTED_BY,
    TOLD_ON,
)
from graduand.rules.addresses import dying
from graduand.rules.dates import goes_on
from graduand.rules.policy import (
    ask_from,
    days_before,
    is_exempt,
    is_waiting,
    login_end,
    loses_login,
    mailbox_end,
    months_before,
    months_later,
)
from graduand.rules.values import real_day
from graduand.workspace import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from graduand.editing.transaction import ResumedTransaction
    from graduand.file_change import SavedFile
    from graduand.findings import Finding
    from graduand.git.program import Program
    from graduand.handshake.row import Cells
    from graduand.records.record import Record, Value
    from graduand.records.school import School
    from graduand.workspace import Workspace

POLICY: Final = "required-by-policy"
_OFFICE: Final = "career-services"
_REMIND: Final = 14
"""How many days before the school login ends people are reminded who were told before."""
_RULES: Final = {
    DueKind.ANSWER: ("GR601", "GR602"),
    DueKind.MAILBOX: ("GR601", "GR602"),
    DueKind.ADDITIONAL: ("GR310",),
    DueKind.LOGIN: ("GR604",),
    DueKind.LOGIN_REMINDER: ("GR604",),
    DueKind.NOTICE: ("GR521",),
    DueKind.LEAVER: ("GR521",),
}
"""The rules that are about the same; who is exempt from one of them is not listed."""
_EXPIRED: Final = "GR605"
"""The error of an expired waiver; records with it alone are looked at, for the calendar lists it."""


class Due(NamedTuple):
    """One thing that is due for one person."""

    kind: DueKind
    day: str
    """The day on which it is due, `yyyy-mm-dd`."""
    record: Record
    what: str = ""
    """An address, the rule of a waiver, or the state that the account gets."""
    changes: Mapping[str, Value | None] = {}
    """The proposed values by key; empty: it is for people to decide, or for an upload."""
    open: bool = False
    """True: the record says that the account was reopened on purpose, so nothing is proposed."""

    @property
    def closes(self) -> bool:
        """Whether the proposal closes the account."""
        return self.changes.get(DISABLED) == "true"


class Calendar(NamedTuple):
    """All that is due on one day, or in the days after it."""

    on: str
    ahead: int
    due: tuple[Due, ...]
    """Sorted by kind, day and username."""
    faulty: tuple[str, ...]
    """The files with errors, which are not looked at."""
    people: int
    """The number of records looked at."""
    announces: bool = True
    """Whether the school's letters announce that an account is archived for want of an answer."""
    kept_out: tuple[str, ...] = ()
    """Usernames of those who are confidential, or whom no job touches; of them nothing is due."""

    def proposed(self, only: Collection[DueKind] = ()) -> tuple[Due, ...]:
        """Return the entries with proposals: of the kinds in `only`, or of all kinds that close no account."""
        wanted = only or [kind for kind in DueKind if kind not in CLOSING]
        return tuple(one for one in self.due if one.changes and one.kind in wanted)


def within(calendar: Calendar, only: Collection[DueKind]) -> Calendar:
    """Return the calendar with the kinds in `only`; empty means all."""
    return calendar._replace(due=tuple(one for one in calendar.due if not only or one.kind in only))


def calendar(
    workspace: Workspace,
    on: str,
    *,
    ahead: int = AHEAD,
    cohort: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Calendar:
    """Return what is due on the day `on` and in the `ahead` days after it; nothing is written.

    Raises:
        Usage: there is no such cohort.
    """
    program = _program(workspace)
    checked = workspace.check(on, workspace.scope((), cohort), progress)
    faulty = _faulty(checked.findings)
    readable = [record for record in checked.records if record.path not in faulty]
    sound = [record for record in readable if not (record.is_confidential or record.is_excluded)]
    until = (date.fromisoformat(on) + timedelta(days=ahead)).isoformat()
    period = _Period(workspace.school, on, until, _sent(workspace, program, sound, on))
    found = [one for record in sound for one in period.entries(record)]
    reused = reused_addresses(program, sound) if program else ()
    found += [Due(DueKind.RECYCLED, one.day or on, one.record, one.former) for one in reused]
    found += _retained(workspace, program, sound, until)
    order = {kind: number for number, kind in enumerate(DueKind)}
    found.sort(key=lambda one: (order[one.kind], one.day, one.record.username, one.record.path))
    kept_out = tuple(sorted(record.username for record in readable if record.is_confidential or record.is_excluded))
    announces = workspace.institution.announce_archiving
    return Calendar(on, ahead, tuple(found), tuple(sorted(faulty)), len(readable), announces, kept_out)


def _retained(workspace: Workspace, program: Program | None, records: Sequence[Record], until: str) -> Iterator[Due]:
    years = workspace.institution.retention_years
    if years is not None and program:
        for record, last in idle_people(
            program, workspace.readable_states(), records, months_before(until, 12 * years)
        ):
            yield Due(DueKind.RETENTION, months_later(last, 12 * years), record, last)


def _faulty(findings: Iterable[Finding]) -> frozenset[str]:
    return frozenset(finding.path for finding in errors(findings) if finding.rule != _EXPIRED)


def _program(workspace: Workspace) -> Program | None:
    """Return git as it is now, asked once for all that the calendar needs; None where there is none."""
    from graduand.git.program import Program  # noqa: PLC0415 - nothing else here needs git

    try:
        program = Program(workspace.root)
    except (NoGit, NotGit):
        workspace.set_program(None)
        return None
    workspace.set_program(program)
    return program


def _sent(workspace: Workspace, program: Program | None, records: Iterable[Record], on: str) -> SentCells | None:
    """Return what Handshake holds; None when it is not known, or matters for none of the records."""
    school = workspace.school
    if not program or not any(_matters(record, school, on) for record in records):
        return None
    from graduand.uploads.known_state import read_known_state  # noqa: PLC0415 - seldom needed

    try:
        known = read_known_state(program, workspace.importer)
    except Trouble:  # without git or with a part of the ledger the calendar is incomplete, but useful
        return None
    state = known.state.below((DISABLED, school.year, ATTENDING))
    return SentCells(state.rows, known.folded.aliases, state.failed, is_noted=bool(known.last_upload))


def _matters(record: Record, school: School, on: str) -> bool:
    """Return whether it matters for a record what was sent."""
    return record.has_died or bool(goes_on(record, school)) or "" < real_day(record.text(EFFECTIVE_ON)) <= on


class SentCells(NamedTuple):
    """What Handshake holds of the accounts, the years and the attendance of all people."""

    rows: Mapping[str, Cells]
    """The cells of `disabled`, of the year and of `currently_attending`, by username."""
    aliases: Mapping[str, str]
    failed: Collection[str]
    """Usernames whose last row was refused."""
    is_noted: bool
    """Whether any upload was noted."""

    def of(self, record: Record) -> Cells:
        """Return the cells of a person; blank ones of whom nothing is known."""
        names = (record.username, record.text(FORMER), self.aliases.get(record.username, ""))
        return next((self.rows[name] for name in names if name in self.rows), ("", "", ""))


class _Period(NamedTuple):
    """The days for which the calendar is made."""

    school: School
    on: str
    until: str
    sent: SentCells | None
    """What was sent; None: unknown."""

    def entries(self, record: Record) -> Iterator[Due]:
        """Return the entries of one person; not those about a rule from which the record is exempt."""
        for one in self._all(record):
            if not (record.waivers and any(is_exempt(record, rule, self.on) for rule in _RULES.get(one.kind, ()))):
                yield one

    def _all(self, record: Record) -> Iterator[Due]:
        """Return all entries of one person; of two that close the account, the first alone."""
        if record.has_died:
            yield from (*self._deceased(record), *self._account(record), *self._waivers(record))
            return
        closing = [*self._answer(record), *self._months(record), *self._leaver(record)]
        yield from closing[:1]
        yield from (one for one in closing[1:] if not one.closes)
        yield from self._study(record)
        yield from self._ending(record)
        yield from self._account(record)
        yield from self._mailbox(record)
        yield from self._login(record)
        yield from self._waivers(record)

    def _answer(self, record: Record) -> Iterator[Due]:
        answer = real_day(record.text(ANSWER_BY))
        if not answer or not is_waiting(record, self.school, self.until):
            return
        day = (date.fromisoformat(answer) + timedelta(days=1)).isoformat()
        if day <= self.until:
            yield self._closing(DueKind.ANSWER, day, record, NO_ADDRESS)

    def _months(self, record: Record) -> Iterator[Due]:
        months = self.school.institution.after_months
        end = real_day(record.ends)
        if months is None or not end or not record.graduated or record.stays or record.text(DISABLED) == "true":
            return
        day = months_later(end, months)
        if day <= self.until:
            yield self._closing(DueKind.MONTHS, day, record, POLICY)

    def _leaver(self, record: Record) -> Iterator[Due]:
        if not record.left or record.text(DISABLED) == "true":
            return
        left, months = real_day(record.text(LEFT_ON)), self.school.institution.inactive_months
        earliest = months_later(left, months) if left and months is not None else ""
        if record.text(NOTIFIED_ON):
            day = real_day(record.text(CLOSE_ON)) or earliest
            if "" < day <= self.until:
                yield self._closing(DueKind.LEAVER, day, record, POLICY)
        elif "" < earliest <= self.until and record.text(DISABLED) != "false":
            yield Due(DueKind.NOTICE, earliest, record, left)

    def _closing(self, kind: DueKind, day: str, record: Record, reason: str) -> Due:
        """Return a closing; proposed from its day on, if the school has the reason and did not reopen the account."""
        reopened = record.text(DISABLED) == "false"
        announced = kind is not DueKind.ANSWER or self.school.institution.announce_archiving
        known = reason in self.school.institution.deactivation_reasons
        if day > self.on or reopened or not announced or not known:
            return Due(kind, day, record, reason, open=reopened)
        changes = {DISABLED: "true", REASON: reason, REQUESTED_BY: _OFFICE, EFFECTIVE_ON: self.on}
        return Due(kind, day, record, reason, changes)

    def _study(self, record: Record) -> Iterator[Due]:
        end = real_day(record.ends)
        if not record.returned or not end or end > self.until:
            return
        over: dict[str, Value | None] = {KIND: "graduated", self.school.year: None, ATTENDING: None}
        changes = {key: value for key, value in over.items() if value or key in record.values}
        yield Due(DueKind.STUDY, end, record, end, changes if end < self.on else {})

    def _account(self, record: Record) -> Iterator[Due]:
        """Return a closing or reopening that is due later, or due now and not sent yet."""
        day, disabled = real_day(record.text(EFFECTIVE_ON)), record.text(DISABLED)
        if disabled not in {"true", "false"} or not day or day > self.until:
            return
        if self.sent is None or not self.sent.is_noted:
            open_still = day >= _mirrored(self.on, self.until)
        else:
            open_still = day > self.on or self.sent.of(record)[0] != disabled.upper()
        if open_still:
            yield Due(DueKind.ACCOUNT, day, record, "closed" if disabled == "true" else "reopened")

    def _ending(self, record: Record) -> Iterator[Due]:
        """Return a graduation or departure that waits for its day, or whose day has come and that was never sent."""
        day = goes_on(record, self.school)
        if not day:
            return
        _account, year, attends = self.sent.of(record) if self.sent else ("", "", "")
        was_sent = attends == "FALSE" if record.left else year == ALUMNI
        said = day if record.left else real_day(record.ends)
        if day > self.on:
            if not was_sent:
                yield Due(DueKind.DEPARTURE if record.left else DueKind.GRADUATION, day, record, said)
        elif record.text(DISABLED) == "true":
            return
        elif self.sent is None or not self.sent.is_noted:  # nobody has noted what was sent, so only what is new is told
            if day >= _mirrored(self.on, self.until):
                yield Due(DueKind.READY, day, record, said)
        elif not was_sent and record.username not in self.sent.failed:
            yield Due(DueKind.READY, day, record, said)

    def _deceased(self, record: Record) -> Iterator[Due]:
        """Return what is to be done of a person who has died: excluded from sync, and not archived [UMN]."""
        closed = self.sent is not None and self.sent.of(record)[0] == "TRUE"
        changes: dict[str, Value | None] = {EXCLUDED: "true"}
        if record.text(DISABLED) and not closed:
            changes[DISABLED] = None
        yield Due(DueKind.DECEASED, self.on, record, changes=changes)

    def _mailbox(self, record: Record) -> Iterator[Due]:
        end = mailbox_end(record, self.school)
        day = ask_from(end or "") or real_day(record.ends) or self.on
        if day > self.until:
            return
        if is_waiting(record, self.school, self.until) and not real_day(record.text(ASKED_ON)):
            yield Due(DueKind.MAILBOX, day, record, record.text(EMAIL))
        for _index, address in dying(record, self.school, self.until):
            yield Due(DueKind.ADDITIONAL, end or day, record, address)

    def _login(self, record: Record) -> Iterator[Due]:
        if not loses_login(record, self.school, self.until):
            return
        end, told = login_end(record, self.school) or "", real_day(record.text(TOLD_ON))
        if not told:
            day = ask_from(end) or real_day(record.ends) or self.on
            if day <= self.until:
                yield Due(DueKind.LOGIN, day, record, end)
        elif end:
            day = days_before(end, _REMIND)
            if told < day <= self.until and self.on <= end:
                yield Due(DueKind.LOGIN_REMINDER, day, record, end)

    def _waivers(self, record: Record) -> Iterator[Due]:
        for waiver in record.waivers:
            if "" < real_day(waiver.until) <= self.until:
                yield Due(DueKind.WAIVER, waiver.until, record, waiver.rule)


def _mirrored(on: str, until: str) -> str:
    """Return the day that is as many days before `on` as `until` is after it."""
    day, last = date.fromisoformat(on), date.fromisoformat(until)
    return (day - (last - day)).isoformat()


def changes_of(chosen: Iterable[Due]) -> dict[str, dict[str, Value | None]]:
    """Return the proposed values by path and key."""
    found: dict[str, dict[str, Value | None]] = {}
    for one in chosen:
        found.setdefault(one.record.path, {}).update(one.changes)
    return found


def checksum_of(chosen: Iterable[Due]) -> str:
    """Return the checksum by which exactly these proposals are approved."""
    return hashlib.sha256(json.dumps(changes_of(chosen), sort_keys=True).encode()).hexdigest()


def beyond_limit(workspace: Workspace, closing: int, people: int) -> str:
    """Return the school's limit as text when a number of closings exceeds it; "" otherwise."""
    limit = workspace.institution.limits.deactivations
    return limit.spelt if beyond(limit, closing, people) else ""


def apply_due(
    workspace: Workspace,
    chosen: Sequence[Due],
    people: int,
    *,
    approve: str = "",
    commit: bool = True,
    on_resumed: Callable[[ResumedTransaction], None] | None = None,
) -> tuple[SavedFile, ...]:
    """Write proposals into the records, all or none, in one commit; nothing is uploaded.

    Args:
        workspace: Where the records are.
        chosen: Entries with proposals.
        people: The number of records that the calendar looked at.
        approve: The checksum of proposals that may exceed the limits; "" for none.
        commit: Whether to commit the change.
        on_resumed: Called with the outcome of an earlier save that was interrupted.

    Raises:
        TooManyClosings: more accounts would close than the limits allow, without approval.
        PlanChanged: `approve` is the checksum of other proposals.
        SchemaBroken, Busy, ChangedOnDisk, NotWritten, NotGit, NotNow, NotCommitted: as for any edit.
    """
    closing = sum(one.closes for one in chosen)
    approval = Approval(checksum_of(chosen), approve, "graduand due")
    approval.allow(closing, people, workspace.institution.limits.deactivations)
    over = all(one.kind is DueKind.STUDY for one in chosen)
    kind = "deactivated" if closing == len(chosen) else "graduated" if over else "corrected"
    reasons = {one.what for one in chosen if one.closes} if kind == "deactivated" else set()
    seen = {one.record.path: one.record for one in chosen}
    proposals = [
        propose_change_if_current(workspace, seen[path], changes) for path, changes in changes_of(chosen).items()
    ]
    return apply(
        workspace,
        proposals,
        *commit_message(kind, {one.record.username for one in chosen}, reasons),
        commit=commit,
        on_resumed=on_resumed,
    )
