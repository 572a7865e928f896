"""The page that a dean is shown: it says what the events say, needs nothing else, and runs nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

import pytest

from graduand.audit.query import AuditTrail, EventFilter
from graduand.git.events import NOWHERE, Event, EventKind, Gap
from graduand.language import speak
from graduand.reports.audit_html import as_html, bars
from graduand.reports.labels import TECHNICAL

ALL: Final = EventFilter()
VOID: Final = {"meta", "line", "rect"}


def event(kind: EventKind, day: str, username: str = "00412345", reason: str = "deceased") -> Event:
    source = NOWHERE._replace(date=f"{day}T09:00:00+02:00", author="Camille Renard <c@x.example>", commit="a" * 40)
    return Event(kind, username, f"records/2026-spring/{username}.yaml", None, "x", reason, "registrar", source=source)


CLOSED, OPENED = EventKind.DEACTIVATED, EventKind.REACTIVATED
EVENTS: Final = (
    event(EventKind.GRADUATED, "2025-10-30"),
    event(CLOSED, "2025-11-03"),
    event(CLOSED, "2025-11-30", "00412346"),
    event(CLOSED, "2026-02-01", "00412347", "requested-by-student"),
    event(OPENED, "2026-02-28", "00412347", "returned"),
)


def page(*events: Event, wanted: EventFilter = ALL, gaps: tuple[Gap, ...] = (), cut: bool = False) -> str:
    trail = AuditTrail(events, gaps, cut)
    return "\n".join(as_html(trail, "Université d’Ars & Cie", wanted, TECHNICAL, show=False))


class Tags(HTMLParser):
    """Takes a page apart, and finds tags that are not closed in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID or not self.get_starttag_text().endswith("/>"):  # type: ignore[union-attr]
            self.open += [] if tag == "meta" else [tag]

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID and (not self.open or self.open[-1] != tag):
            return
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts += [] if self.open[-1:] == ["style"] else [data]


def parsed(text: str) -> Tags:
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    return tags


def rows(text: str) -> list[list[str]]:
    """Return the rows of all tables as texts."""
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", text.replace("\n", ""))
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)] for row in found]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_is_well_formed_and_self_contained(lang: str) -> None:
    speak(lang)

    text = page(*EVENTS)

    tags = parsed(text)
    assert tags.seen[0] == ("html", {"lang": lang})
    names = {name for _tag, attributes in tags.seen for name in attributes}
    assert not {name for name in names if name.startswith("on") or name in {"src", "href", "action"}}
    assert not {tag for tag, _attributes in tags.seen} & {"script", "link", "iframe", "img", "form", "object"}
    assert re.findall(r"url\((.*?)\)", text) == ["#hatch"] * text.count("url(#hatch)")
    assert "default-src 'none'" in text
    assert "Université d’Ars &amp; Cie" in text


def test_the_plot_has_bars_by_month_and_a_table_with_the_same_numbers() -> None:
    text = page(*EVENTS)

    assert re.findall(r"<title>(\w+ \d+: \d+)</title>", text) == ["Nov 2025: 2", "Feb 2026: 1", "Feb 2026: 1"]
    assert [bar[:] for bar in bars(EVENTS)] == [
        ("Nov 2025", 2, 0),
        ("Dec 2025", 0, 0),
        ("Jan 2026", 0, 0),
        ("Feb 2026", 1, 1),
    ]
    assert ["Nov 2025", "2", "0"] in rows(text)
    assert ["Feb 2026", "1", "1"] in rows(text)
    heights = [float(height) for height in re.findall(r'<rect x="[\d.]+" .* height="([\d.]+)"', text)]
    assert heights == [140.0, 70.0, 70.0]


def test_a_long_history_has_bars_by_year() -> None:
    found = bars([*EVENTS, event(CLOSED, "2019-01-01"), event(OPENED, "2019-12-31")])

    assert [bar.label for bar in found] == [str(year) for year in range(2019, 2027)]
    assert found[0][1:] == (1, 1)
    assert sum(bar.closed for bar in found) == 4


def test_figures_reasons_and_events_agree() -> None:
    found = rows(page(*EVENTS))

    assert ["account closed", "deceased", "registrar", "2"] in found
    assert ["account reopened", "returned", "registrar", "1"] in found
    assert ["1 Feb 2026", "00412347", "account closed"] in [row[:3] for row in found]
    assert len([row for row in found if len(row) == 7]) == len(EVENTS) + 1
    assert "<strong>3</strong> accounts closed" in page(*EVENTS)
    assert "<strong>3</strong> people" in page(*EVENTS)


def test_the_page_is_accessible_and_printable() -> None:
    text = page(*EVENTS)

    tags = parsed(text)
    drawings = [attributes for tag, attributes in tags.seen if tag == "svg"]
    assert [(one["role"], one["aria-label"]) for one in drawings] == [
        ("img", "Accounts closed (above) and reopened (below)")
    ]
    assert {attributes.get("scope") for tag, attributes in tags.seen if tag == "th"} == {"col", "row"}
    assert [tag for tag, _attributes in tags.seen].count("caption") == len(re.findall("<table", text)) == 3
    assert [tag for tag, _attributes in tags.seen if tag in {"h1", "h2"}] == ["h1", "h2", "h2", "h2"]
    assert "@media print" in text
    assert text.count("<time datetime=") == len(EVENTS)


def test_the_page_states_its_filter_and_its_gaps() -> None:
    wanted = EventFilter(kinds=frozenset({CLOSED}), cohort="2026-spring", since="2026-01-01")
    gap = Gap("records/2026-spring/00412399.yaml", "b" * 40, "")

    text = "".join(parsed(page(*EVENTS[1:3], wanted=wanted, gaps=(gap,), cut=True)).texts)

    assert "Only: account closed, 2026-spring, since 1 Jan 2026" in text
    assert "This clone is shallow: what happened earlier is not here." in text
    assert "records/2026-spring/00412399.yaml cannot be read since bbbbbbbbbb." in text


def test_the_page_is_french_in_french() -> None:
    speak("fr")

    text = "".join(parsed(page(*EVENTS)).texts)

    assert "Piste d’audit\u00a0: Université d’Ars & Cie" in text
    assert "Du 30 oct. 2025 au 28 févr. 2026" in text
    assert not re.search(r"\b(the|closed|account|Every|since|people)\b", text)


def test_a_page_without_events_says_so() -> None:
    text = page()

    parsed(text)
    assert "no events" in text
    assert "No account was closed or reopened." in text


def test_an_event_without_a_date_is_listed() -> None:
    nowhen = event(CLOSED, "2026-01-01")._replace(source=NOWHERE)

    assert bars([nowhen]) == []
    parsed(page(nowhen))
