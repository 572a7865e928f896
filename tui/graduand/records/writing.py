"""Write a record as canonical YAML: fixed order, fixed quoting, with its comments."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from graduand.language import translations
from graduand.records.comments import END, MODELINE, TOP, Comment, Comments, Spot
from graduand.records.kinds import CLEAR, FieldKind, matches
from graduand.records.source import UNSEEN
from graduand.records.transition import Waiver

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graduand.records.field import Field
    from graduand.records.record import Record, Value

_STEP: Final = "  "
_TYPED: Final = frozenset({FieldKind.DATE, FieldKind.BOOLEAN, FieldKind.GPA})
_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_HIDDEN: Final = f"\n\u00ad{UNSEEN}"
_PLAIN: Final = re.compile(
    rf"""[^ \-?:,\[\]{{}}#&*!|>'"%@`=<~\\+.0-9{_HIDDEN}](?:[^:#{_HIDDEN}]|:(?![ ]|$)|(?<! )#)*(?<! )"""
)
_ESCAPED: Final = re.compile(rf'["\\{_HIDDEN}]')
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def canonical(record: Record, fields: Mapping[str, Field], comments: Comments) -> str:
    """Return the text of `record`; `fields` in canonical order, `comments` at their values."""
    return "".join(f"{line}\n" for line in _Page(record, fields, comments).lines())


def head(sentences: str) -> str:
    """Return the comment lines at the top of a file that people of any language read: `sentences` in each of them."""
    lines = "\n".join(dict.fromkeys(translations(sentences))).splitlines()
    return "".join(f"# {line}\n" for line in lines)


def modeline(path: str) -> Comments:
    """Return the comment that tells an editor the schema of a record at `path`."""
    up = "../" * path.count("/")
    return {TOP: Comment((f"# yaml-language-server: $schema={up}schema/transition.schema.json",))}


def readdressed(comments: Comments, path: str) -> Comments:
    """Return the comments of a record that moves to `path`, with the line for editors adapted."""
    above = comments.get(TOP, Comment())
    other = tuple(line for line in above.before if not line.startswith(MODELINE))
    return {**comments, TOP: above._replace(before=(*modeline(path)[TOP].before, *other))}


def scalar(text: str, kind: FieldKind) -> str:
    """Return `text` as YAML that every reader, of YAML 1.1 or 1.2, reads as this text.

    Dates, booleans and grades are plain, identifiers always quoted.
    """
    if kind in _TYPED and matches(kind, text) and (kind is not FieldKind.DATE or _in_calendar(text)):
        return text
    if kind is not FieldKind.IDENTIFIER and _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _key(field: Field) -> str:
    """Return the name of a field as a key that readers of YAML 1.1 do not take for a boolean, as they do `on`."""
    return f'"{field.name}"' if field.name in _WORDS else field.name


def _in_calendar(text: str) -> bool:
    """Return whether there is such a day; a reader that types dates fails at others."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    if char in _ESCAPES:
        return _ESCAPES[char]
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _block(text: str) -> tuple[str, list[str]] | None:
    """Return the header and lines of `text` as a literal block; None when only quotes hold it exactly."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    visible = not any(_ESCAPED.search(line.replace('"', "").replace("\\", "")) or line.endswith(" ") for line in lines)
    if "\n" not in text or not visible or not lines[0] or not lines[-1] or lines[0].startswith(" "):
        return None
    return ("|" if text.endswith("\n") else "|-"), lines


class _Page:
    """The lines of one file; comments of removed values move to the next line."""

    def __init__(self, record: Record, fields: Mapping[str, Field], comments: Comments) -> None:
        self.record = record
        self.fields = fields
        self.comments = dict(comments)
        self.open: Spot = ()
        self.orphans: list[str] = []

    def lines(self) -> Iterator[str]:
        """Return the lines, without their ends."""
        tail = self.comments.pop(END, Comment())
        yield from self.comments.pop(TOP, Comment()).before
        for key, field in self.fields.items():
            if key in self.record.values:
                yield from self._entry(field, self.record.values[key])
            elif field.kind is FieldKind.WAIVERS and self.record.waivers:
                yield from self._waivers(field)
            self._orphan(tuple(key.split(":")))
        self._orphan(())
        yield from (*self.orphans, *tail.before)

    def _orphan(self, spot: Spot) -> None:
        """Move the comments of removed values to the next line."""
        for gone in [other for other in self.comments if other[: len(spot)] == spot]:
            comment = self.comments.pop(gone)
            self.orphans += (*comment.before, *([comment.inline] if comment.inline else []))

    def _entry(self, field: Field, value: Value) -> Iterator[str]:
        spot = tuple(field.key.split(":"))
        yield from self._groups(spot[:-1])
        depth = len(spot) - 1
        if isinstance(value, tuple):
            yield from self._line(spot, depth, f"{_key(field)}:")
            for index, item in enumerate(value):
                yield from self._line(self._spot(spot, index, value), depth + 1, f"- {scalar(item, field.item)}")
            return
        block = _block(value) if field.kind is FieldKind.NOTE else None
        if block:
            header, lines = block
            yield from self._line(spot, depth, f"{_key(field)}: {header}")
            yield from (f"{_STEP * (depth + 1)}{line}" if line else "" for line in lines)
        else:
            kind = FieldKind.TEXT if value == CLEAR else field.kind
            yield from self._line(spot, depth, f"{_key(field)}: {scalar(value, kind)}")

    def _spot(self, spot: Spot, index: int, items: tuple[str, ...]) -> Spot:
        """Return the spot whose comments an item gets: that of its text, or of the text that it replaces."""
        stays = [(*spot, str(number), item) for number, item in enumerate(items)]
        if stays[index] in self.comments:
            return stays[index]
        free = [other for other in self.comments if other[:-2] == spot and other not in stays]
        moved = [other for other in free if other[-1] == items[index]]
        replaced = [other for other in free if other[-2] == str(index) and other[-1] not in items]
        return next(iter(moved + replaced), stays[index])

    def _groups(self, spot: Spot) -> Iterator[str]:
        """Write the lines of the groups of a key that are not written yet."""
        for depth in range(len(spot)):
            if self.open[: depth + 1] != spot[: depth + 1]:
                yield from self._line(spot[: depth + 1], depth, f"{spot[depth]}:")
        self.open = spot

    def _waivers(self, field: Field) -> Iterator[str]:
        spot = tuple(field.key.split(":"))
        yield from self._groups(spot[:-1])
        yield from self._line(spot, 1, f"{field.name}:")
        for index, waiver in enumerate(self.record.waivers):
            yield from self._waiver((*spot, str(index)), waiver)

    def _waiver(self, spot: Spot, waiver: Waiver) -> Iterator[str]:
        depth, bullet = 2, "- "
        for name, text in zip(Waiver._fields, waiver, strict=True):
            if text:
                kind = FieldKind.DATE if name == "until" else FieldKind.TEXT
                yield from self._line((*spot, name), depth, f"{bullet}{name}: {scalar(text, kind)}")
                depth, bullet = 3, ""

    def _line(self, spot: Spot, depth: int, line: str) -> Iterator[str]:
        comment = self.comments.pop(spot, Comment())
        indent = _STEP * depth
        yield from (f"{indent}{before}" for before in (*self.orphans, *comment.before))
        self.orphans.clear()
        yield f"{indent}{line}  {comment.inline}" if comment.inline else f"{indent}{line}"
