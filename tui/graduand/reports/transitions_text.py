"""The chart of transitions: from who a person is to the kind, the keys and the commands; as text, Markdown or JSON."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.language import N_, _
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.writing import scalar
from graduand.reports.console import Line, Span, line
from graduand.reports.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SCHEMA: Final = "graduand/transitions/1"
YEAR: Final = "institution_year_name"
"""The year column of Europe, in whose place another region's is shown."""
_WHO: Final = 40
"""The width of the column that says who it is."""
_WIDTH: Final = 79


class ChartCase(NamedTuple):
    """A case, what a record of it says, and the cases within it."""

    who: str
    """As a msgid."""
    says: tuple[tuple[str, str], ...]
    """The keys, and values as they are written, that the record holds beside those of the case around it."""
    command: tuple[str, ...] = ()
    """The words of the command that does it, or asks for it."""
    within: tuple[ChartCase, ...] = ()


def _because(who: str, reason: str) -> ChartCase:
    return ChartCase(who, (("reason", reason),))


CASES: Final = (
    ChartCase(
        N_("graduates and leaves the school"),
        (("kind", "graduated"), ("end_date", "")),
        (),
        (
            ChartCase(N_("on a day that lies ahead"), (), ("due",)),
            ChartCase(N_("keeps the school's address"), ()),
            ChartCase(N_("keeps it until a day"), (("mailbox_ends_on", ""),)),
            ChartCase(N_("loses it, and gave a personal one"), (("email_address", ""),)),
            ChartCase(N_("added a personal one in Handshake"), (("personal_email:how", "in-handshake"),)),
            ChartCase(N_("loses it, and gave none yet"), (("keeps_school_email", "false"),), ("outreach", "email")),
            ChartCase(N_("did not answer in time"), (), ("due",)),
            ChartCase(N_("loses the school login"), (("keeps_sso", "false"), ("sso:ends_on", "")), ("outreach", "sso")),
            ChartCase(N_("goes on to another institution"), (("continues_at", ""),)),
        ),
    ),
    ChartCase(
        N_("graduates and stays for another degree"),
        (("kind", "graduated"), ("currently_attending", "true"), (YEAR, ""), ("start_date", ""), ("end_date", "")),
    ),
    ChartCase(
        N_("returns to study"),
        (("kind", "returned"), (YEAR, ""), ("start_date", ""), ("end_date", "")),
        (),
        (
            ChartCase(N_("until a day that nobody knows"), (("end_date", scalar(CLEAR, FieldKind.CHOICE)),)),
            ChartCase(N_("has an account that was closed"), (("disabled", "false"), ("reason", "returned"))),
            ChartCase(N_("has a personal address by now"), (("email_address", ""),)),
            ChartCase(N_("has another student number"), (("username", ""), ("previous_username", ""))),
        ),
    ),
    ChartCase(
        N_("leaves without a degree"),
        (("kind", "left"), ("left:on", "")),
        (),
        (
            ChartCase(
                N_("was told that the account will close"), (("left:notified_on", ""), ("left:close_on", "")), ("due",)
            ),
        ),
    ),
    ChartCase(
        N_("wants or needs the account closed"),
        (("disabled", "true"), ("account:reason", ""), ("account:requested_by", "")),
        (),
        (
            _because(N_("asked for it"), "requested-by-student"),
            _because(N_("the school has to"), "required-by-policy"),
            ChartCase(N_("has another account, which stays"), (("reason", "duplicate-account"), ("account:stays", ""))),
            ChartCase(N_("not before a day"), (("account:effective_on", ""),)),
        ),
    ),
    ChartCase(
        N_("has a closed account that shall be open"),
        (("disabled", "false"), ("account:reason", ""), ("account:requested_by", "")),
        (),
        (
            _because(N_("asked for it"), "requested-by-student"),
            _because(N_("was closed by mistake"), "closed-by-mistake"),
        ),
    ),
    ChartCase(N_("has died"), (("reason", "deceased"), ("excluded_from_sync", "true")), ("due",)),
    ChartCase(N_("must be in no file and get no letter"), (("confidential", "true"),)),
    ChartCase(N_("is looked after by hand in Handshake"), (("excluded_from_sync", "true"),), ("observe", "--person")),
)


def chart_text(year: str = YEAR) -> Iterator[Line]:
    """Return the chart, at most 79 columns wide; `year` is the year column of the school's region."""
    who, what = _("Who is it?"), _("What the record says, or which command")
    yield line(Span(f"{who:<{_WHO}}", "bold"), Span(what, "bold"))
    for number, case in enumerate(CASES, 1):
        yield from _case_lines(case, "", year, is_last=number == len(CASES))


def chart_page() -> str:
    """Return the page of the guide: the chart as Markdown."""
    intro = _(
        "Every key stands in the file of one person, below `primary_education:` or `transition:` where it belongs; "
        "`graduand explain KEY` says what it means."
    )
    drawn = "\n".join("".join(span.text for span in one).rstrip() for one in chart_text())
    title = _("From who it is to what the record says")
    made = _("`graduand explain transitions` shows the same chart.")
    return f"# {title}\n\n{intro}\n\n```text\n{drawn}\n```\n\n{made}\n"


def chart_json(year: str = YEAR) -> str:
    """Return the chart as one JSON object."""
    return json_text({"schema": SCHEMA, "cases": [_object(case, year) for case in CASES]}) + "\n"


def _object(case: ChartCase, year: str) -> dict[str, object]:
    whole: dict[str, object] = {"who": _(case.who), "says": _says(case, year), "command": " ".join(case.command)}
    return whole | ({"cases": [_object(one, year) for one in case.within]} if case.within else {})


def _says(case: ChartCase, year: str) -> list[str]:
    keys = ((year if key == YEAR else key, value) for key, value in case.says)
    return [f"{key}: {value}" if value else key for key, value in keys]


def _case_lines(case: ChartCase, before: str, year: str, *, is_last: bool) -> Iterator[Line]:
    branch, below = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
    inner = before + below
    who = wrap(_(case.who), _WHO - len(before + branch) - 2)
    what = _what(case, year)
    rest = f"{inner}{'│  ' if case.within else ''}"
    for number in range(max(len(who), len(what))):
        left = f"{before}{branch}{who[0]}" if number == 0 else f"{rest if number >= len(who) else inner}"
        if 0 < number < len(who):
            left = f"{inner}{who[number]}"
        right = what[number] if number < len(what) else ""
        yield line(f"{left:<{_WHO}}", Span(right, "cyan"))
    for number, one in enumerate(case.within, 1):
        yield from _case_lines(one, inner, year, is_last=number == len(case.within))


def _what(case: ChartCase, year: str) -> Sequence[str]:
    """Return the lines of the second column."""
    parts = [*_says(case, year), *([" ".join(("graduand", *case.command))] if case.command else [])]
    if not parts:
        return [_("nothing more")]
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + len(part) + 2 <= _WIDTH - _WHO:
            lines[-1] += f"; {part}"
        else:
            lines.append(part)
    return lines
