"""Format a campaign of letters as text or JSON."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from graduand.campaigns.kinds import Campaign
from graduand.campaigns.outreach import LeftOutReason
from graduand.language import _, masked, ngettext, visible
from graduand.records.record import EMAIL
from graduand.reports.console import Line, Span, line, more_lines
from graduand.reports.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.campaigns.outreach import LeftOut, LetterRecipient, Outreach

SHOWN: Final = 10
"""The maximum number of people of one group, unless all are requested."""

_COUNTED_ONLY: Final = frozenset(
    {
        LeftOutReason.RETURNED,
        LeftOutReason.STAYS,
        LeftOutReason.KEEPS,
        LeftOutReason.NOT_LEFT,
        LeftOutReason.LATER,
        LeftOutReason.ANSWERED,
    }
)
"""Reasons that apply to most people, who are counted but not listed."""


def why_words(why: LeftOutReason, campaign: Campaign) -> str:
    """Return the words for the reason in the current language."""
    if why is LeftOutReason.KEEPS:
        return _("keeps the school's mailbox") if campaign is Campaign.EMAIL else _("keeps the school's login")
    return {
        LeftOutReason.FAULTY: _("the record has errors (graduand check)"),
        LeftOutReason.CONFIDENTIAL: _("is confidential"),
        LeftOutReason.DECEASED: _("has died"),
        LeftOutReason.RETURNED: _("returns to study"),
        LeftOutReason.STAYS: _("stays for another programme"),
        LeftOutReason.CLOSED: _("the account is closed"),
        LeftOutReason.ANSWERED: _("has a personal address already"),
        LeftOutReason.ASKED_TODAY: _("was asked on this day or after it"),
        LeftOutReason.OVERDUE: _(
            "was asked, and has not answered in time (--remind asks once more; graduand due proposes)"
        ),
        LeftOutReason.ASKED: _("was asked, and there is still time to answer (--remind reminds)"),
        LeftOutReason.NEVER_ASKED: _("was never asked (without --remind)"),
        LeftOutReason.NOT_LEFT: _("did not leave without a degree"),
        LeftOutReason.REOPENED: _("the account was reopened on purpose"),
        LeftOutReason.EXEMPT: _("is exempt (waive)"),
        LeftOutReason.LATER: _("it is too early (--all says from which day on)"),
        LeftOutReason.NO_DAY: _("the day of leaving is not given (transition: left: on)"),
        LeftOutReason.TOLD: _("was told (sso: --remind reminds)"),
        LeftOutReason.ENDED: _("the login has ended"),
    }[why]


def outreach_text(found: Outreach, *, everything: bool, show: bool) -> Iterator[Line]:
    """Return the lines of a campaign; addresses are masked unless `show`."""
    yield line(Span(title(found), "bold"))
    asked = found.asked if everything else found.asked[:SHOWN]
    for one in asked:
        yield line("  ", Span(visible(one.record.username), "bold"), f"  {asked_words(one, found, show=show)}")
    yield from more_lines(len(found.asked) - len(asked))
    if found.left_out:
        yield line("")
        yield line(Span(_("Left out"), "bold"))
        yield from _left_out(found, everything=everything)
    yield line("")
    yield line(counts(found))


def title(found: Outreach) -> str:
    """Return the title of the campaign with its day."""
    if found.call.campaign is Campaign.LEFT:
        head = _("Who left without a degree and is told that the account closes, on {day}")
    elif found.call.campaign is Campaign.SSO and found.call.remind:
        head = _("Who is reminded to set a Handshake password, on {day}")
    elif found.call.campaign is Campaign.SSO:
        head = _("Who loses the school login and must set a Handshake password first, on {day}")
    elif found.call.remind:
        head = _("Who is reminded to give a personal address, on {day}")
    else:
        head = _("Who is asked for a personal address, on {day}")
    return head.format(day=found.call.on)


def asked_words(one: LetterRecipient, found: Outreach, *, show: bool) -> str:
    """Return the deadline for an answer, what else has a day, and last the address of a letter, which may be cut."""
    address = visible(one.record.text(EMAIL))
    words = [_("by {day}").format(day=one.answer_by)]
    if end := one.days["ends_on"]:
        words.append(_("the login ends on {day}").format(day=end))
    if found.call.campaign is Campaign.LEFT:
        words.append(_("closes on {day}").format(day=one.closes_on))
    if one.waiting and found.call.campaign is Campaign.SSO:
        words.append(_("needs a personal address, too"))
    return "  ".join([*words, address if show else masked(address)])


def _left_out(found: Outreach, *, everything: bool) -> Iterator[Line]:
    groups: defaultdict[LeftOutReason, list[LeftOut]] = defaultdict(list)
    for one in found.left_out:
        groups[one.why].append(one)
    for why in LeftOutReason:
        group = groups.get(why, [])
        if not group:
            continue
        yield line(f"  {why_words(why, found.call.campaign)} ({len(group)})")
        if why in _COUNTED_ONLY and not everything:
            continue
        for one in group if everything else group[:SHOWN]:
            yield line("    ", Span(visible(one.record.username), "bold"), f"  {one.day}" if one.day else "")
        yield from more_lines(0 if everything else len(group) - SHOWN, "  ")


def counts(found: Outreach) -> str:
    """Return the last line: the numbers of letters and of people left out."""
    number = len(found.asked)
    asked = ngettext("{count} letter", "{count} letters", number).format(count=number)
    return _("{asked}, {left} left out.").format(asked=asked, left=len(found.left_out))


OUTREACH: Final = "graduand/outreach/1"


def outreach_json(found: Outreach, *, show: bool) -> Iterator[str]:
    """Return one JSON object for each person, also for those left out; addresses are masked unless `show`."""
    for one in found.asked:
        address = one.record.text(EMAIL)
        yield json_text(
            {
                "schema": OUTREACH,
                "campaign": found.call.campaign,
                "username": one.record.username,
                "path": one.record.path,
                "asked": True,
                "reminder": found.call.remind,
                "address": address if show else masked(address),
                "on": found.call.on,
                "answer_by": one.answer_by,
                "days": {name: day or None for name, day in one.days.items()},
                "waiting": one.waiting,
                "left_out": None,
            }
        )
    for left in found.left_out:
        yield json_text(
            {
                "schema": OUTREACH,
                "campaign": found.call.campaign,
                "username": left.record.username,
                "path": left.record.path,
                "asked": False,
                "on": found.call.on,
                "left_out": left.why,
                "day": left.day or None,
            }
        )
