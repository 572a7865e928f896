"""What an intake would do, as text and JSON: what was read, what is what, what would change, and who is refused."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from graduand.language import _, masked, ngettext, quoted, visible
from graduand.reports.console import Line, Span, line
from graduand.reports.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graduand.intake.apply import IntakeResult
    from graduand.intake.column_mapping import ColumnMapping
    from graduand.intake.preview import IntakePreview
    from graduand.intake.record_comparison import ProposedRecord
    from graduand.records.record import Value
    from graduand.reports.labels import Terms

_T = TypeVar("_T")

SHOWN: Final = 10
"""People and rows of one kind that are shown, unless all are asked for."""

_SEPARATORS: Final = {",": ",", ";": ";", "\t": "Tab", "|": "|"}


def intake_text(look: IntakePreview, terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    """Return the lines of a preview; addresses are masked unless `show`."""
    yield from read_lines(look)
    yield line("")
    yield from column_lines(look, terms)
    yield line("")
    yield from change_lines(look, terms, everything=everything, show=show)
    yield line(counts(look))


def read_lines(look: IntakePreview) -> Iterator[Line]:
    """Return what was read: form, rows, some names."""
    first, *others = read_facts(look)
    yield line(Span(first, "bold"))
    yield from map(line, others)


def read_facts(look: IntakePreview) -> Iterator[str]:
    """Return the same as sentences."""
    table = look.table
    name = _("standard input") if look.options.name == "-" else visible(look.options.name, 200)
    rows = ngettext("{count} row", "{count} rows", table.size).format(count=table.size)
    if table.sheet:
        form = _("sheet {sheet}").format(sheet=quoted(table.sheet))
    else:
        guess = "" if table.certain else _(" (a guess; --encoding says otherwise)")
        separator = _SEPARATORS.get(table.separator, visible(table.separator))
        form = _("{encoding}{guess}, separator {separator}").format(
            encoding=table.encoding, guess=guess, separator=quoted(separator)
        )
    yield _("{name}: {rows}, {form}").format(name=name, rows=rows, form=form)
    if look.sample:
        yield _("Names read: {names}").format(names=", ".join(quoted(name, 60) for name in look.sample))
    for remark in look.remarks:
        yield f"· {remark}"


def column_lines(look: IntakePreview, terms: Terms) -> Iterator[Line]:
    """Return what each column is."""
    named = [
        column.header
        for column in look.columns
        if column.how == "name" and not column.remark and column.key not in look.rows.blank
    ]
    if named:
        message = ngettext(
            "· {count} column bears Handshake's own name: {names}",
            "· {count} columns bear Handshake's own names: {names}",
            len(named),
        )
        yield line(message.format(count=len(named), names=", ".join(named)))
    others = [column for column in look.columns if column.header not in named]
    width = min(max((len(column.header) for column in others), default=0), 40)
    for column in others:
        header = visible(column.header or _("(no header)"), 40)
        sign, said = column_word(column, look, terms, technical=True)
        style = "yellow" if sign == "!" else ""
        yield line(Span(f"{sign} {header:<{width}}", style), f"  {said}")
        if column.remark:
            yield line(f"    {column.remark}")


def column_word(
    column: ColumnMapping, look: IntakePreview, terms: Terms, *, technical: bool = False
) -> tuple[str, str]:
    """Return a sign and the words that say what a column is; with the key too, where one would type it."""
    if column.key:
        told = {
            "region": _(" (the other region's name)"),
            "old": _(" (an old name)"),
            "word": _(" (by its name)"),
            "said": _(" (as somebody said)"),
        }.get(column.how, "")
        blank = _(", always blank") if column.key in look.rows.blank else ""
        name = terms.field(column.key)
        key = f" [{column.key}]" if technical and name != column.key else ""
        return "·", f"→ {name}{key}{told}{blank}"
    if column.how == "unknown":
        return "!", _("not taken: no column of Handshake. Say what it is with --map")
    return "·", _("not taken")


def change_lines(look: IntakePreview, terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    """Return who is new, what changes, who is left out and who is refused."""
    if look.new:
        usernames = [look.rows.usernames[row] for row in look.new]
        yield line(Span(_("New ({count})").format(count=len(usernames)), "bold"))
        yield line(
            "  " + ", ".join(map(visible, _some(usernames, everything=everything))) + _more(usernames, everything)
        )
        yield line("")
    if look.changes:
        yield line(Span(_("Changed ({count})").format(count=len(look.changes)), "bold yellow"))
        by_key = Counter(key for change in look.changes for key in change.values)
        yield line("  " + ", ".join(f"{terms.field(key)} ({count})" for key, count in by_key.most_common()))
        for change in _some(look.changes, everything=everything):
            yield from _change(change, terms, show=show)
        yield from _rest(len(look.changes), everything)
        yield line("")
    yield from _passed(look, everything=everything)
    yield from _refused(look, terms, everything=everything, show=show)


def _change(change: ProposedRecord, terms: Terms, *, show: bool) -> Iterator[Line]:
    yield line(f"  {visible(change.username)}")
    for key, value in change.values.items():
        before, after = (value_text(one, terms, key, show=show) for one in (change.before[key], value))
        yield line("    ", _("{label}: {value}").format(label=terms.field(key), value=f"{before} → {after}"))


def _passed(look: IntakePreview, *, everything: bool) -> Iterator[Line]:
    if not look.left_out:
        return
    yield line(Span(_("Left out ({count})").format(count=len(look.left_out)), "bold"))
    for passed in _some(look.left_out, everything=everything):
        yield line(
            f"  {visible(passed.username)}  ", _("line {line}: {said}").format(line=passed.line, said=passed.reason)
        )
    yield from _rest(len(look.left_out), everything)
    yield line("")


def _refused(look: IntakePreview, terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    if not look.refused:
        return
    yield line(Span(_("✗ Refused ({count})").format(count=len(look.refused)), "bold red"))
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for refusal in look.refused:
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


def _some(items: Sequence[_T], *, everything: bool) -> Sequence[_T]:
    return items if everything else items[:SHOWN]


def _more(items: Sequence[object], everything: bool) -> str:  # noqa: FBT001 - a word of the caller's
    rest = 0 if everything else len(items) - SHOWN
    return " " + _("… and {count} more (--all shows everything)").format(count=rest) if rest > 0 else ""


def _rest(count: int, everything: bool) -> Iterator[Line]:  # noqa: FBT001
    if not everything and count > SHOWN:
        yield line("  " + _("… and {count} more (--all shows everything)").format(count=count - SHOWN))


def value_text(value: Value | None, terms: Terms, key: str, *, show: bool) -> str:
    """Return the value of a key as it is shown; addresses are masked unless `show`."""
    if value is None:
        return _("nothing")
    text = "; ".join(value) if isinstance(value, tuple) else terms.value(key, value)
    return quoted(text if show else masked(text))


def counts(look: IntakePreview) -> str:
    """Return the closing line."""
    new = ngettext("{count} new", "{count} new", len(look.new)).format(count=len(look.new))
    changed = ngettext("{count} changed", "{count} changed", len(look.changes)).format(count=len(look.changes))
    same = ngettext("{count} identical", "{count} identical", len(look.identical)).format(count=len(look.identical))
    refused = ngettext("{count} refused", "{count} refused", len(look.refused)).format(count=len(look.refused))
    parts = [new, changed, same, refused]
    if look.left_out:
        parts.append(
            ngettext("{count} left out", "{count} left out", len(look.left_out)).format(count=len(look.left_out))
        )
    if look.not_selected:
        message = ngettext("{count} not meant", "{count} not meant", look.not_selected)
        parts.append(message.format(count=look.not_selected))
    if look.confidential:
        message = ngettext("{count} kept out as confidential", "{count} kept out as confidential", look.confidential)
        parts.append(message.format(count=look.confidential))
    return ", ".join(parts) + "."


def intake_json(look: IntakePreview, *, show: bool, taken: IntakeResult | None = None) -> str:
    """Return the whole as one JSON object; addresses are masked unless `show`."""

    def clear(text: str) -> str:
        return text if show else masked(text)

    def told(values: Mapping[str, Value | None]) -> dict[str, object]:
        return {
            key: [clear(item) for item in value] if isinstance(value, tuple) else value and clear(value)
            for key, value in values.items()
        }

    whole = {
        "schema": "graduand/intake/1",
        "file": look.options.name,
        "source": look.source_name,
        "encoding": look.table.encoding,
        "certain": look.table.certain,
        "separator": look.table.separator,
        "sheet": look.table.sheet,
        "rows": look.table.size,
        "sample": look.sample,
        "remarks": look.remarks,
        "columns": [column._asdict() for column in look.columns],
        "counts": {
            "new": len(look.new),
            "changed": len(look.changes),
            "identical": len(look.identical),
            "refused": len(look.refused),
            "left_out": len(look.left_out),
            "not_meant": look.not_selected,
            "confidential": look.confidential,
        },
        "new": [look.rows.usernames[row] for row in look.new],
        "changed": [
            {"username": one.username, "line": one.line, "before": told(one.before), "after": told(one.values)}
            for one in look.changes
        ],
        "refused": [{**one._asdict(), "reason": clear(one.reason)} for one in look.refused],
        "left_out": [{"line": one.line, "username": one.username, "reason": one.reason} for one in look.left_out],
        "applied": taken is not None,
        "commit": taken.saved[0].commit if taken and taken.saved else "",
        "refused_file": str(taken.refused) if taken and taken.refused else "",
    }
    return json_text(whole, indent=2) + "\n"


class IncomingPerson(NamedTuple):
    """One person of the file, and what becomes of them, in one line and in full."""

    username: str
    said: str
    lines: tuple[str, ...] = ()


def people_of(look: IntakePreview, terms: Terms, *, show: bool) -> Mapping[str, list[IncomingPerson]]:
    """Return the people by what becomes of them, worst first; addresses are masked unless `show`."""

    def place(line: int, said: str) -> str:
        return _("line {line}: {said}").format(line=line, said=said if show else masked(said))

    return {
        "refused": [IncomingPerson(one.username, place(one.line, one.reason)) for one in look.refused],
        "changed": [
            IncomingPerson(one.username, ", ".join(map(terms.field, one.values)), _differences(one, terms, show=show))
            for one in look.changes
        ],
        "passed": [IncomingPerson(one.username, place(one.line, one.reason)) for one in look.left_out],
        "new": [_newcomer(look, row, terms, show=show) for row in look.new],
        "identical": [IncomingPerson(username, "") for username in look.identical],
    }


def _differences(change: ProposedRecord, terms: Terms, *, show: bool) -> tuple[str, ...]:
    return tuple(
        _("{label}: {value}").format(
            label=terms.field(key),
            value=" → ".join(value_text(one, terms, key, show=show) for one in (change.before[key], value)),
        )
        for key, value in change.values.items()
    )


def _newcomer(look: IntakePreview, row: int, terms: Terms, *, show: bool) -> IncomingPerson:
    values = look.rows.values(row)
    name = " ".join(str(values[key]) for key in ("first_name", "last_name") if key in values)
    lines = tuple(
        _("{label}: {value}").format(label=terms.field(key), value=value_text(value, terms, key, show=show))
        for key, value in values.items()
    )
    return IncomingPerson(look.rows.usernames[row], name, lines)
