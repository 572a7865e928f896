"""An explanation: a rule, or a field, with why, the cure and the source; offline."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from graduand.language import _, visible
from graduand.reports.console import Line, Span, line
from graduand.reports.findings_text import severity_word
from graduand.reports.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.records.field import Field
    from graduand.records.importer import Importer
    from graduand.rules.rule import Rule

_WIDTH = 88
_MARGIN = 12
"""Columns for what a paragraph is about."""


def rule_text(rule: Rule, importer: Importer, width: int = _WIDTH) -> Iterator[Line]:
    """Return the explanation of a rule, wrapped to `width` columns."""
    yield line(Span(f"{rule.id}  {_(rule.title)}", "bold"), f"  ({severity_word(rule.severity)})")
    yield line("")
    yield from _paragraph(_("Why"), _(rule.why), width)
    yield from _paragraph(_("Cure"), _(rule.cure), width)
    yield from _paragraph(_("Exemption"), _("possible, with transition: waive") if rule.waivable else _("not possible"))
    yield from _sources(rule.sources, importer)


def field_text(field: Field, importer: Importer, values: Sequence[str] = (), width: int = _WIDTH) -> Iterator[Line]:
    """Return the explanation of a field: its meaning, what may stand in it, where that is written.

    `values` are those that the school allows, when the field itself does not say.
    """
    yield line(Span(f"{field.key}  {field.label}", "bold"), f"  ({field.kind})")
    yield line("")
    yield from _paragraph(_("Meaning"), str(field.help), width)
    if field.values or values:
        yield from _paragraph(_("Values"), ", ".join(visible(value) for value in values or field.values), width)
    if field.exported:
        yield from _paragraph(_("Wiping"), _("possible, with “**CLEAR**”") if field.clear else _("not possible"))
        yield from _paragraph(_("Checked on"), field.checked_on)
    yield from _sources(field.sources, importer)


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


def as_json(rule: Rule | None, field: Field | None, importer: Importer) -> str:
    """Return the same for a machine, as one JSON object."""
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
        }
        whole |= {"waivable": rule.waivable}
    elif field:
        whole |= {"column": field.key, "kind": field.kind, "label": str(field.label), "help": str(field.help)}
        whole |= {
            "values": field.values,
            "clear": field.clear,
            "certainty": field.certainty,
            "checked_on": field.checked_on,
        }
    return json_text(whole | {"sources": sources}) + "\n"
