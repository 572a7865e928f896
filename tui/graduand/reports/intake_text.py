"""Format the preview of an intake as text or JSON."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from graduand.findings import Severity, by_rule
from graduand.language import _, masked, ngettext, quoted, visible
from graduand.reports.console import Line, Span, line
from graduand.reports.findings_text import severity_word
from graduand.reports.json_text import json_text
from graduand.rules.registry import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graduand.findings import Finding
    from graduand.intake.apply import IntakeResult
    from graduand.intake.column_mapping import ColumnMapping
    from graduand.intake.preview import IntakePreview
    from graduand.intake.record_comparison import ProposedRecord
    from graduand.records.record import Value
    from graduand.reports.labels import Terms

_T = TypeVar("_T")

SHOWN: Final = 10
"""The maximum number of people and rows of one kind, unless all are requested."""

_SEPARATORS: Final = {",": ",", ";": ";", "\t": "Tab", "|": "|"}


def intake_text(preview: IntakePreview, terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    """Return the lines of a preview; addresses are masked unless `show`."""
    yield from read_lines(preview)
    yield line("")
    yield from column_lines(preview, terms)
    yield line("")
    yield from change_lines(preview, terms, everything=everything, show=show)
    yield from check_lines(preview, everything=everything, show=show)
    yield line(counts(preview))


def read_lines(preview: IntakePreview) -> Iterator[Line]:
    """Return the lines on the file: its form, the number of rows, some names, and remarks."""
    first, *others = read_facts(preview)
    yield line(Span(first, "bold"))
    yield from map(line, others)


def read_facts(preview: IntakePreview, *, in_form: bool = False) -> Iterator[str]:
    """Return the sentences on the file: its form, the number of rows, some names, and remarks.

    `in_form` says that the file and its class were asked for by the interface's form, which `i` opens, and not by
    options of the command.
    """
    table = preview.table
    name = _("standard input") if preview.options.name == "-" else visible(preview.options.name, 200)
    rows = ngettext("{count} row", "{count} rows", table.size).format(count=table.size)
    if table.sheet:
        form = _("sheet {sheet}").format(sheet=quoted(table.sheet))
    else:
        guess = (
            _(" (a guess: see whether the names are right)") if in_form else _(" (a guess; --encoding says otherwise)")
        )
        separator = _SEPARATORS.get(table.separator, visible(table.separator))
        form = _("{encoding}{guess}, separator {separator}").format(
            encoding=table.encoding, guess="" if table.certain else guess, separator=quoted(separator)
        )
    yield _("{name}: {rows}, {form}").format(name=name, rows=rows, form=form)
    if preview.sample:
        yield _("Names read: {names}").format(names=", ".join(quoted(name, 60) for name in preview.sample))
    for remark in _remarks(preview, in_form=in_form):
        yield f"· {remark}"


def _remarks(preview: IntakePreview, *, in_form: bool = False) -> Iterator[str]:
    if preview.takes_everybody and in_form:
        yield _("Every row is taken; i says which rows only.")
    elif preview.takes_everybody:
        yield _("Without --where everybody in the file is taken.")
    yield from preview.remarks


def column_lines(preview: IntakePreview, terms: Terms) -> Iterator[Line]:
    """Return the lines on the columns and their keys."""
    named = [
        column.header
        for column in preview.columns
        if column.how == "name" and not column.remark and column.key not in preview.rows.blank
    ]
    if named:
        message = ngettext(
            "· {count} column bears Handshake's own name: {names}",
            "· {count} columns bear Handshake's own names: {names}",
            len(named),
        )
        yield line(message.format(count=len(named), names=", ".join(named)))
    others = [column for column in preview.columns if column.header not in named]
    width = min(max((len(column.header) for column in others), default=0), 40)
    for column in others:
        header = visible(column.header or _("(no header)"), 40)
        sign, said = column_word(column, preview, terms, technical=True)
        style = "yellow" if sign == "!" else ""
        yield line(Span(f"{sign} {header:<{width}}", style), f"  {said}")
        if column.remark:
            yield line(f"    {column.remark}")


def column_word(
    column: ColumnMapping, preview: IntakePreview, terms: Terms, *, technical: bool = False
) -> tuple[str, str]:
    """Return a sign and the words on the mapping of a column; `technical` adds the key."""
    if column.key:
        origin = {
            "region": _(" (the other region's name)"),
            "old": _(" (an old name)"),
            "word": _(" (by its name)"),
            "said": _(" (as somebody said)"),
        }.get(column.how, "")
        blank = _(", always blank") if column.key in preview.rows.blank else ""
        name = terms.field(column.key)
        key = f" [{column.key}]" if technical and name != column.key else ""
        return "·", f"→ {name}{key}{origin}{blank}"
    if column.how == "unknown":
        if technical:
            return "!", _("not taken: no column of Handshake. Say what it is with --map")
        return "!", _("not taken: no column of Handshake. Enter says what it is")
    return "·", _("not taken")


def change_lines(preview: IntakePreview, terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    """Return the lines on new people, changes, and rows left out or refused."""
    if preview.new:
        usernames = [preview.rows.usernames[row] for row in preview.new]
        yield line(Span(_("New ({count})").format(count=len(usernames)), "bold"))
        yield line(
            "  " + ", ".join(map(visible, _some(usernames, everything=everything))) + _more(usernames, everything)
        )
        yield line("")
    if preview.changes:
        yield line(Span(_("Changed ({count})").format(count=len(preview.changes)), "bold yellow"))
        by_key = Counter(key for change in preview.changes for key in change.values)
        yield line("  " + ", ".join(f"{terms.field(key)} ({count})" for key, count in by_key.most_common()))
        for change in _some(preview.changes, everything=everything):
            yield from _change(change, terms, show=show)
        yield from _rest(len(preview.changes), everything)
        yield line("")
    yield from _left_out(preview, everything=everything)
    yield from _refused(preview, terms, everything=everything, show=show)


def _change(change: ProposedRecord, terms: Terms, *, show: bool) -> Iterator[Line]:
    yield line(f"  {visible(change.username)}")
    for key, value in change.values.items():
        before, after = (value_text(one, terms, key, show=show) for one in (change.before[key], value))
        yield line("    ", _("{label}: {value}").format(label=terms.field(key), value=f"{before} → {after}"))


def _left_out(preview: IntakePreview, *, everything: bool) -> Iterator[Line]:
    if not preview.left_out:
        return
    yield line(Span(_("Left out ({count})").format(count=len(preview.left_out)), "bold"))
    for one in _some(preview.left_out, everything=everything):
        yield line(f"  {visible(one.username)}  ", _("line {line}: {said}").format(line=one.line, said=one.reason))
    yield from _rest(len(preview.left_out), everything)
    yield line("")


def _refused(preview: IntakePreview, terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    if not preview.refused:
        return
    yield line(Span(_("✗ Refused ({count})").format(count=len(preview.refused)), "bold red"))
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for refusal in preview.refused:
        reason = refusal.reason if show else masked(refusal.reason)
        place = _("line {line}: {said}").format(line=refusal.line, said=reason)
        groups[refusal.key].append(f"{visible(refusal.username)}  {place}")
    for key, rows in groups.items():
        about = terms.field(key) if key else _("whole rows")
        yield line("  ", Span(f"{about} ({len(rows)})", "bold"))
        for text in _some(rows, everything=everything):
            yield line(f"    {text.strip()}")
        if rest := len(rows) - len(_some(rows, everything=everything)):
            yield line("    " + _("… and {count} more (--all shows everything)").format(count=rest))
    yield line("")


_SIGNS: Final = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.NOTE: "·"}


def check_lines(preview: IntakePreview, *, everything: bool, show: bool) -> Iterator[Line]:
    """Return the lines on what `check` says of these people afterwards: what is new, errors first, then the rest."""
    if not (preview.check.new or preview.check.before):
        return
    yield line(Span(_("What check will say of these people"), "bold"))
    for rule, findings in by_rule(preview.check.new).items():
        severity = findings[0].severity
        style = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}.get(severity, "")
        head = f"{_SIGNS[severity]} {severity_word(severity)} {rule}  {_(RULES[rule].title)}  ({len(findings)})"
        yield line("  ", Span(head, style))
        for one in _some(findings, everything=everything) if severity is not Severity.NOTE or everything else ():
            yield line(f"    {visible(one.username)}  {one.message if show else masked(one.message)}")
        if severity is not Severity.NOTE and not everything and len(findings) > SHOWN:
            yield line("    " + _("… and {count} more (--all shows everything)").format(count=len(findings) - SHOWN))
    if before := by_rule(preview.check.before):
        rules = ", ".join(f"{rule} ({len(findings)})" for rule, findings in before.items())
        yield line("  " + _("As before: {rules}").format(rules=rules))
    yield line("")


def _some(items: Sequence[_T], *, everything: bool) -> Sequence[_T]:
    return items if everything else items[:SHOWN]


def _more(items: Sequence[object], everything: bool) -> str:  # noqa: FBT001 - an option of the caller
    rest = 0 if everything else len(items) - SHOWN
    return " " + _("… and {count} more (--all shows everything)").format(count=rest) if rest > 0 else ""


def _rest(count: int, everything: bool) -> Iterator[Line]:  # noqa: FBT001
    if not everything and count > SHOWN:
        yield line("  " + _("… and {count} more (--all shows everything)").format(count=count - SHOWN))


def value_text(value: Value | None, terms: Terms, key: str, *, show: bool) -> str:
    """Return the value of a key as text; addresses are masked unless `show`."""
    if value is None:
        return _("nothing")
    text = "; ".join(value) if isinstance(value, tuple) else terms.value(key, value)
    return quoted(text if show else masked(text))


def counts(preview: IntakePreview) -> str:
    """Return the last line: the numbers of people and rows by outcome."""
    new = ngettext("{count} new", "{count} new", len(preview.new)).format(count=len(preview.new))
    changed = ngettext("{count} changed", "{count} changed", len(preview.changes)).format(count=len(preview.changes))
    same = ngettext("{count} identical", "{count} identical", len(preview.identical)).format(
        count=len(preview.identical)
    )
    refused = ngettext("{count} refused", "{count} refused", len(preview.refused)).format(count=len(preview.refused))
    parts = [new, changed, same, refused]
    if preview.left_out:
        parts.append(
            ngettext("{count} left out", "{count} left out", len(preview.left_out)).format(count=len(preview.left_out))
        )
    if preview.not_selected:
        message = ngettext("{count} not meant", "{count} not meant", preview.not_selected)
        parts.append(message.format(count=preview.not_selected))
    if preview.confidential:
        message = ngettext("{count} kept out as confidential", "{count} kept out as confidential", preview.confidential)
        parts.append(message.format(count=preview.confidential))
    return ", ".join(parts) + "."


def intake_json(preview: IntakePreview, *, show: bool, result: IntakeResult | None = None) -> str:
    """Return the preview, and the `result` if applied, as one JSON object; addresses are masked unless `show`."""

    def clear(text: str) -> str:
        return text if show else masked(text)

    def masked_values(values: Mapping[str, Value | None]) -> dict[str, object]:
        return {
            key: [clear(item) for item in value] if isinstance(value, tuple) else value and clear(value)
            for key, value in values.items()
        }

    whole = {
        "schema": "graduand/intake/1",
        "file": preview.options.name,
        "source": preview.source_name,
        "encoding": preview.table.encoding,
        "certain": preview.table.certain,
        "separator": preview.table.separator,
        "sheet": preview.table.sheet,
        "rows": preview.table.size,
        "sample": preview.sample,
        "remarks": [*_remarks(preview)],
        "columns": [column._asdict() for column in preview.columns],
        "counts": {
            "new": len(preview.new),
            "changed": len(preview.changes),
            "identical": len(preview.identical),
            "refused": len(preview.refused),
            "left_out": len(preview.left_out),
            "not_meant": preview.not_selected,
            "confidential": preview.confidential,
        },
        "new": [preview.rows.usernames[row] for row in preview.new],
        "changed": [
            {
                "username": one.username,
                "line": one.line,
                "before": masked_values(one.before),
                "after": masked_values(one.values),
            }
            for one in preview.changes
        ],
        "refused": [{**one._asdict(), "reason": clear(one.reason)} for one in preview.refused],
        "left_out": [{"line": one.line, "username": one.username, "reason": one.reason} for one in preview.left_out],
        "check": {
            "new": [{**one._asdict(), "message": clear(one.message)} for one in preview.check.new],
            "before": [{**one._asdict(), "message": clear(one.message)} for one in preview.check.before],
        },
        "applied": result is not None,
        "commit": result.saved[0].commit if result and result.saved else "",
        "refused_file": str(result.refused) if result and result.refused else "",
    }
    return json_text(whole, indent=2) + "\n"


class IncomingPerson(NamedTuple):
    """One person of the file, and the outcome for them in one line and in full."""

    username: str
    said: str
    lines: tuple[str, ...] = ()
    line: int = 0
    """The line of the file on which a refused row begins."""


def people_of(preview: IntakePreview, terms: Terms, *, show: bool) -> Mapping[str, list[IncomingPerson]]:
    """Return the people by outcome, refused ones first; addresses are masked unless `show`."""

    def place(line: int, said: str) -> str:
        return _("line {line}: {said}").format(line=line, said=said if show else masked(said))

    return {
        "refused": [
            IncomingPerson(one.username, place(one.line, one.reason), line=one.line) for one in preview.refused
        ],
        "errors": [_checked(one, show=show) for one in preview.check.errors],
        "changed": [
            IncomingPerson(one.username, ", ".join(map(terms.field, one.values)), _differences(one, terms, show=show))
            for one in preview.changes
        ],
        "passed": [IncomingPerson(one.username, place(one.line, one.reason)) for one in preview.left_out],
        "new": [_newcomer(preview, row, terms, show=show) for row in preview.new],
        "warnings": [_checked(one, show=show) for one in preview.check.new if one.severity is not Severity.ERROR],
        "identical": [IncomingPerson(username, "") for username in preview.identical],
    }


def _checked(finding: Finding, *, show: bool) -> IncomingPerson:
    message = finding.message if show else masked(finding.message)
    return IncomingPerson(finding.username, f"{finding.rule}  {message}", (_(RULES[finding.rule].cure),))


def _differences(change: ProposedRecord, terms: Terms, *, show: bool) -> tuple[str, ...]:
    return tuple(
        _("{label}: {value}").format(
            label=terms.field(key),
            value=" → ".join(value_text(one, terms, key, show=show) for one in (change.before[key], value)),
        )
        for key, value in change.values.items()
    )


def _newcomer(preview: IntakePreview, row: int, terms: Terms, *, show: bool) -> IncomingPerson:
    values = preview.rows.values(row)
    name = " ".join(str(values[key]) for key in ("first_name", "last_name") if key in values)
    lines = tuple(
        _("{label}: {value}").format(label=terms.field(key), value=value_text(value, terms, key, show=show))
        for key, value in values.items()
    )
    return IncomingPerson(preview.rows.usernames[row], name, lines)
