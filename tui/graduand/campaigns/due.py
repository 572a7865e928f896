"""Due: the use case of the calendar: what has fallen due, what comes up, and what the school's policy proposes."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.audit.reused_addresses import reused_addresses
from graduand.campaigns.kinds import AHEAD, CLOSING, CampaignKind
from graduand.campaigns.outreach import ANSWER_BY, NO_ADDRESS, REQUESTED_ON
from graduand.errors import Trouble
from graduand.handshake.row import DISABLED
from graduand.records.record import ATTENDING
from graduand.rules.addresses import dying
from graduand.rules.policy import is_waiting
from graduand.rules.values import real_day
from graduand.workspace import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from graduand.findings import Finding
    from graduand.records.record import Record, Value
    from graduand.records.school import School
    from graduand.workspace import Workspace

POLICY: Final = "required-by-policy"
_REASON: Final = "transition:account:reason"
_BY: Final = "transition:account:requested_by"
_ON: Final = "transition:account:effective_on"
_OFFICE: Final = "career-services"
_EXPIRED: Final = "GR605"
"""The error of an exemption that has run out: it is what the calendar tells, and hides nothing else."""


class Due(NamedTuple):
    """One thing that the calendar asks for."""

    kind: CampaignKind
    day: str
    """When it falls, or fell, due."""
    record: Record
    what: str = ""
    """What it is about: an address, the rule of an exemption, what becomes of the account."""
    changes: Mapping[str, Value | None] = {}
    """What the record should say then; empty: that is for people to decide, or for an upload."""
    open: bool = False
    """Of an account, whether the record says that it was deliberately reopened: nothing is proposed."""

    @property
    def closes(self) -> bool:
        """Whether what is proposed closes the account."""
        return self.changes.get("disabled") == "true"


class Calendar(NamedTuple):
    """All that is due or comes up, as seen on one day."""

    on: str
    ahead: int
    due: tuple[Due, ...]
    """By kind, by day, by username."""
    faulty: tuple[str, ...]
    """The files with errors, which were not looked at."""
    people: int
    """The records that were looked at."""

    def proposed(self, only: Collection[CampaignKind] = ()) -> tuple[Due, ...]:
        """Return what can be written into records: of the kinds in `only`, or of all kinds that close nothing."""
        wanted = only or [kind for kind in CampaignKind if kind not in CLOSING]
        return tuple(one for one in self.due if one.changes and one.kind in wanted)


def within(calendar: Calendar, only: Collection[CampaignKind]) -> Calendar:
    """Return the calendar with the kinds in `only`; none named is all of them."""
    return calendar._replace(due=tuple(one for one in calendar.due if not only or one.kind in only))


def calendar(
    workspace: Workspace,
    on: str,
    *,
    ahead: int = AHEAD,
    cohort: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Calendar:
    """Return what the calendar asks for on the day `on`, and in so many days `ahead`; nothing is written.

    Raises:
        Usage: there is no such cohort.
    """
    checked = workspace.check_within(workspace.scope((), cohort), on, progress)
    faulty = _faulty(checked.findings)
    sound = [record for record in checked.records if record.path not in faulty]
    until = (date.fromisoformat(on) + timedelta(days=ahead)).isoformat()
    look = _Look(workspace.school, on, until, _sent(workspace, sound, on))
    found = [one for record in sound for one in look.at(record)]
    found += [
        Due(CampaignKind.RECYCLED, one.day or on, one.record, one.former) for one in reused_addresses(workspace, sound)
    ]
    order = {kind: number for number, kind in enumerate(CampaignKind)}
    found.sort(key=lambda one: (order[one.kind], one.day, one.record.username, one.record.path))
    return Calendar(on, ahead, tuple(found), tuple(sorted(faulty)), len(sound))


def _faulty(findings: Iterable[Finding]) -> frozenset[str]:
    return frozenset(finding.path for finding in errors(findings) if finding.rule != _EXPIRED)


def _sent(workspace: Workspace, records: Iterable[Record], on: str) -> Mapping[str, str] | None:
    """Return what the noted uploads made of each account, where it matters; None: nothing is known of uploads."""
    if not any("" < real_day(record.text(_ON)) <= on for record in records):
        return None
    from graduand.git.checkout import Checkout  # noqa: PLC0415 - git, which nothing else here needs
    from graduand.uploads.last_sent import latest_of  # noqa: PLC0415

    try:
        past = latest_of(Checkout(workspace.root).program)
    except Trouble:  # no git, or a clone that is cut: the calendar is still worth reading
        return None
    if not past.last_upload:
        return None
    return {username: cells.get(DISABLED, "") for username, cells in past.sent.cells.items()}


class _Look(NamedTuple):
    """A look at the records from one day to another."""

    school: School
    on: str
    until: str
    sent: Mapping[str, str] | None
    """What Handshake was told of each account; None: unknown."""

    def at(self, record: Record) -> Iterator[Due]:
        """Return all that is due of one person; of an account that is to be closed twice, only once."""
        closing = [*self._answer(record), *self._months(record)]
        yield from closing[:1]
        yield from (one for one in closing[1:] if not one.closes)
        yield from self._study(record)
        yield from self._account(record)
        yield from self._mailbox(record)
        yield from self._waivers(record)

    def _answer(self, record: Record) -> Iterator[Due]:
        answer = real_day(record.text(ANSWER_BY))
        if not answer or not is_waiting(record, self.school):
            return
        day = (date.fromisoformat(answer) + timedelta(days=1)).isoformat()
        if day <= self.until:
            yield self._closing(CampaignKind.ANSWER, day, record, NO_ADDRESS)

    def _months(self, record: Record) -> Iterator[Due]:
        months = self.school.institution.after_months
        end = real_day(record.ends)
        if months is None or not end or not record.graduated or record.stays or record.text("disabled") == "true":
            return
        day = _months_later(end, months)
        if day <= self.until:
            yield self._closing(CampaignKind.MONTHS, day, record, POLICY)

    def _closing(self, kind: CampaignKind, day: str, record: Record, reason: str) -> Due:
        """Propose the closing once its day has come, the school has the reason, and nobody reopened the account."""
        reopened = record.text("disabled") == "false"
        if day > self.on or reopened or reason not in self.school.institution.deactivation_reasons:
            return Due(kind, day, record, reason, open=reopened)
        changes = {"disabled": "true", _REASON: reason, _BY: _OFFICE, _ON: self.on}
        return Due(kind, day, record, reason, changes)

    def _study(self, record: Record) -> Iterator[Due]:
        end = real_day(record.ends)
        if not record.returned or not end or end > self.until:
            return
        over: dict[str, Value | None] = {"transition:kind": "graduated", self.school.year: None, ATTENDING: None}
        changes = {key: value for key, value in over.items() if value or key in record.values}
        yield Due(CampaignKind.STUDY, end, record, end, changes if end < self.on else {})

    def _account(self, record: Record) -> Iterator[Due]:
        """Tell changes of the account that come up, and those whose day has come and that were not sent."""
        day, disabled = real_day(record.text(_ON)), record.text("disabled")
        if disabled not in {"true", "false"} or not day or day > self.until:
            return
        if self.sent is None:
            open_still = day >= _mirrored(self.on, self.until)
        else:
            open_still = day > self.on or self.sent.get(record.username, "") != disabled.upper()
        if open_still:
            yield Due(CampaignKind.ACCOUNT, day, record, "closed" if disabled == "true" else "reopened")

    def _mailbox(self, record: Record) -> Iterator[Due]:
        end = real_day(record.ends) or self.on
        if is_waiting(record, self.school) and not real_day(record.text(REQUESTED_ON)) and end <= self.until:
            yield Due(CampaignKind.MAILBOX, end, record, record.text("email_address"))
        if end <= self.until:
            yield from (
                Due(CampaignKind.ADDITIONAL, end, record, address) for _index, address in dying(record, self.school)
            )

    def _waivers(self, record: Record) -> Iterator[Due]:
        for waiver in record.waivers:
            if "" < real_day(waiver.until) <= self.until:
                yield Due(CampaignKind.WAIVER, waiver.until, record, waiver.rule)


def _months_later(day: str, months: int) -> str:
    """Return the day so many months later; the last of a month where there is no such day."""
    year, month, number = map(int, day.split("-"))
    year, month = year + (month - 1 + months) // 12, (month - 1 + months) % 12 + 1
    if year > date.max.year:
        return date.max.isoformat()
    return date(year, month, min(number, monthrange(year, month)[1])).isoformat()


def _mirrored(on: str, until: str) -> str:
    """Return the day as long before `on` as `until` is after it."""
    day, last = date.fromisoformat(on), date.fromisoformat(until)
    return (day - (last - day)).isoformat()
