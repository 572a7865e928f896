"""Format the explanation of a rule or a field as text or JSON."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from graduand.language import _, visible
from graduand.reports.console import Line, Span, line
from graduand.reports.findings_text import severity_word
from graduand.reports.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from graduand.records.field import Field
    from graduand.records.importer import Importer
    from graduand.rules.handshake_state import PersonState
    from graduand.rules.rule import Rule
    from graduand.rules.rule_cases import RuleCase

_WIDTH: Final = 88
_MARGIN: Final = 12
"""The width of the heading of a paragraph."""
_WIDEST: Final = 200
"""The maximum length of a line of an example."""


def rule_text(rule: Rule, importer: Importer, width: int = _WIDTH) -> Iterator[Line]:
    """Return the explanation of a rule, wrapped to `width` columns."""
    yield line(Span(f"{rule.id}  {_(rule.title)}", "bold"), f"  ({severity_word(rule.severity)})")
    yield line("")
    yield from _paragraph(_("Why"), _(rule.why), width)
    yield from _paragraph(_("Cure"), _(rule.cure), width)
    yield from _paragraph(_("Exemption"), _("possible, with transition: waive") if rule.waivable else _("not possible"))
    yield from _sources(rule.sources, importer)


def case_text(case: RuleCase, width: int = _WIDTH) -> Iterator[Line]:
    """Return a case: the bad records with marked lines, their findings, and the good records."""
    with_paths = len({*case.bad, *case.good}) > 1
    marked = {(found.path, found.line) for found in case.findings}
    yield line("")
    if case.on:
        yield from _example(_("Day"), [(case.on, False)])
    if case.institution:
        settings = ("# schema/institution.yaml", *case.institution.splitlines())
        yield from _example(_("School"), [(text, False) for text in settings])
    if case.states:
        lines = (_("# what Handshake holds"), *_state_lines(case.states))
        yield from _example(_("Known"), [(text, False) for text in lines])
    if case.confidential:
        names = ", ".join(f'"{username}"' for username in case.confidential)
        listed = ("# schema/intake/confidential.yaml", f"usernames: [{names}]")
        yield from _example(_("School"), [(text, False) for text in listed])
    if case.records:
        yield from _example(_("Record"), _lines_of(case.records, (), with_paths=len(case.records) > 1))
    yield from _example(_("Wrong"), _lines_of(case.bad, marked, with_paths=with_paths))
    for found in case.findings:
        file = f"{found.path}:" if with_paths else ""
        column = f":{found.column}" if found.column else ""
        yield from _paragraph(_("Finding"), f"{file}{found.line}{column}  {found.message}", width)
    yield from _example(_("Right"), _lines_of(case.good, (), with_paths=with_paths))


def field_text(field: Field, importer: Importer, values: Sequence[str] = (), width: int = _WIDTH) -> Iterator[Line]:
    """Return the explanation of a field: its meaning, the values that it may have, its sources.

    `values` are those that the school allows, if the field itself lists none.
    """
    yield line(Span(f"{field.key}  {field.label}", "bold"), f"  ({field.kind})")
    yield line("")
    yield from _paragraph(_("Meaning"), str(field.help), width)
    if field.values or values:
        yield from _paragraph(_("Values"), ", ".join(visible(value) for value in values or field.values), width)
    if field.exported:
        yield from _paragraph(_("Wiping"), _("possible, with “**CLEAR**”") if field.clear else _("not possible"))
        yield from _paragraph(_("Certainty"), certainty_words(field.certainty), width)
        yield from _paragraph(_("Checked on"), field.checked_on)
    yield from _sources(field.sources, importer)


def certainty_words(certainty: str) -> str:
    """Return how sure a fact about Handshake is, as a sentence."""
    return {
        "documented": _("documented: a page of Handshake says so"),
        "inferred": _("inferred: our own deduction, which no page of Handshake states"),
        "conflict": _("conflict: Handshake's own pages disagree, and this is the safest reading"),
    }.get(certainty, certainty)


def _paragraph(head: str, text: str, width: int = _WIDTH) -> Iterator[Line]:
    first, *rest = wrap(text, max(width, 12)) or [""]
    yield line(Span(f"{head:<{_MARGIN}}", "dim"), first)
    for more in rest:
        yield line(" " * _MARGIN, more)


def _sources(keys: tuple[str, ...], importer: Importer) -> Iterator[Line]:
    if not keys:
        yield from _paragraph(_("Source"), _("the format of a record"))
    for key in keys:
        source = importer.sources.get(key)
        if source:
            yield from _paragraph(_("Source"), f"[{key}] {source.title}")
            if source.url:
                yield line(" " * _MARGIN, source.url)


def _lines_of(
    files: Mapping[str, str], marked: Container[tuple[str, int]], *, with_paths: bool
) -> Iterator[tuple[str, bool]]:
    """Return the lines of files and whether each is marked; `with_paths` adds the path above each file."""
    for path, text in files.items():
        if with_paths:
            yield f"# records/{path}", False
        for number, content in enumerate(text.splitlines(), 1):
            yield content, (path, number) in marked


def _state_lines(states: Mapping[str, PersonState]) -> Iterator[str]:
    """Return what Handshake holds of each person, a value a line."""
    for username, state in states.items():
        for header, cell in state.cells.items():
            how = _("seen") if header in state.seen else _("sent")
            yield f"{username}  {header}: {cell}  ({how}, {state.since[header]})"
        if state.taken_back:
            yield f"{username}  " + _("taken back by {entry}").format(entry=state.taken_back_by)
        if state.is_excluded:
            yield f"{username}  " + _("excluded from sync")
        if state.is_ambiguous:
            yield f"{username}  " + _("two accounts")


def _example(head: str, lines: Iterable[tuple[str, bool]]) -> Iterator[Line]:
    """Return the lines of an example, not wrapped; marked lines have a sign in the margin."""
    for text, marked in lines:
        mark = ">" if marked else ""
        yield line(
            Span(f"{head:<{_MARGIN - 2}}{mark:<2}", "dim"), Span(visible(text, _WIDEST), "bold" if marked else "")
        )
        head = ""


def explanation_json(rule: Rule | None, field: Field | None, importer: Importer, case: RuleCase | None = None) -> str:
    """Return the explanation of a rule, with an example, or of a field as one JSON object."""
    keys = rule.sources if rule else field.sources if field else ()
    sources = [{"key": key, **importer.sources[key]._asdict()} for key in keys if key in importer.sources]
    whole: dict[str, object] = {"schema": "graduand/explanation/1"}
    if rule:
        whole |= {
            "rule": rule.id,
            "severity": rule.severity,
            "title": _(rule.title),
            "why": _(rule.why),
            "cure": _(rule.cure),
            "waivable": rule.waivable,
        }
    elif field:
        whole |= {"column": field.key, "kind": field.kind, "label": str(field.label), "help": str(field.help)}
        whole |= {
            "values": field.values,
            "clear": field.clear,
            "certainty": field.certainty,
            "checked_on": field.checked_on,
        }
    example = {"example": _example_object(case)} if case else {}
    return json_text(whole | example | {"sources": sources}) + "\n"


def _example_object(case: RuleCase) -> dict[str, object]:
    """Return a case for JSON; the files by their paths below `records/`."""
    return {
        "on": case.on,
        "institution": case.institution,
        "handshake": {username: {**state.cells} for username, state in case.states.items()},
        "records": case.records,
        "bad": case.bad,
        "findings": [found._asdict() | {"message": str(found.message)} for found in case.findings],
        "cured": case.cure,
        "good": case.good,
    }
