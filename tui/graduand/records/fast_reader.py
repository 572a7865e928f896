"""Canon: the fast road for records in canonical form, one strict pattern made from the schema.

Whatever it takes, the full reader reads alike; whatever it does not match goes to the full reader,
which says why. It never guesses, and it has no rules of its own.
"""

from __future__ import annotations

import re
from itertools import compress, count
from typing import TYPE_CHECKING, Final

from graduand.findings import Place
from graduand.records.kinds import FieldKind
from graduand.records.record import Record, Value
from graduand.records.source import LIMIT, UNSEEN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from graduand.records.field import Field
    from graduand.records.school import School

_FIRST: Final = rf"""[^ \-?:,\[\]{{}}#&*!|>'"%@`=<~\\\n{UNSEEN}]"""
_WORD: Final = rf"[^ :#\n{UNSEEN}]*+(?:(?::(?![ \n])|#)[^ :#\n{UNSEEN}]*+)*+"
_PLAIN: Final = rf"(?!(?:null|Null|NULL)[ \n]){_FIRST}{_WORD}(?: (?![ #:\n]){_WORD})*+"
_QUOTED: Final = rf'[^"\\\n{UNSEEN}]++"'
_VALUE: Final = rf'(?:{_PLAIN}|"{_QUOTED})'
_REMARK_ALONE: Final = rf"(?: ++#[^\n{UNSEEN}]*+)?+"
_REMARK: Final = rf"{_REMARK_ALONE}\n"
_LINES: Final = rf"(?: *+#[^\n{UNSEEN}]*+\n)*+"
_ITEM: Final = re.compile(rf"^ ++- ({_VALUE}){_REMARK}", re.MULTILINE)


Text = str | tuple[str, ...] | None


class FastReader:
    """Reads files in canonical form, and leaves all others to the full reader."""

    def __init__(self, school: School) -> None:
        fields = [field for field in school.fields.values() if field.kind is not FieldKind.WAIVERS]
        self.keys = [field.key for field in fields]
        self._reader = texts_reader(fields, lambda field: _VALUE if field.kind is FieldKind.LIST else f"({_VALUE})")
        self.match = self._reader.match
        """From a file's bytes to what stands under each of the keys, in quotes where it is; None: the full reader."""
        self.texts = self._reader.texts

    def __call__(self, path: str, raw: bytes) -> Record | None:
        """Return the record in a file's bytes; None where the full reader is needed."""
        match = self.match(raw)
        return None if match is None else self.record_of(path, self.texts(match))

    def record_of(self, path: str, texts: Sequence[Text]) -> Record | None:
        """Return the record that holds some texts, one for each key; None when it holds nothing."""
        values: dict[str, Value] = dict(zip(compress(self.keys, texts), filter(None, texts), strict=True))
        for key, text in values.items():  # no value is empty
            if text[0] == '"' and isinstance(text, str):
                values[key] = text[1:-1]
        return Record(path, values) if values else None


def fast_reader(school: School) -> FastReader:
    """Return what reads the canonical files of a school."""
    return FastReader(school)


def texts_reader(
    fields: Collection[Field], value: Callable[[Field], str], needed: Collection[str] = (), *, remarks: bool = True
) -> TextsReader:
    """Return what takes a file's texts, one a field, out of its bytes; not where it holds more, or in another form.

    `value` gives the pattern of a value, its one group what is taken of it, or that of an item of
    a list, without a group; the keys `needed` must be there. Without `remarks` they stand above all else only.
    """
    pattern = "".join((_LINES, *_body(fields, "", 0, value, needed), _LINES))
    if not remarks:
        pattern = _LINES + pattern.replace(_LINES, "").replace(_REMARK_ALONE, "")
    return TextsReader(pattern, [index for index, field in enumerate(fields) if field.kind is FieldKind.LIST])


class TextsReader:
    """One pattern, and which of its groups are the lines of a list."""

    def __init__(self, pattern: str, lists: Collection[int]) -> None:
        self._fullmatch = re.compile(pattern).fullmatch
        self._lists = lists
        self._known: dict[str, tuple[str, ...]] = {}

    def match(self, raw: bytes) -> re.Match[str] | None:
        """Return how the bytes of a file fit the pattern; None where they do not."""
        if len(raw) > LIMIT:
            return None
        try:
            return self._fullmatch(raw.decode())
        except UnicodeDecodeError:
            return None

    def texts_of(self, raw: bytes) -> list[Text] | None:
        """Return the texts in the bytes of a file, one a field; None where they do not fit."""
        match = self.match(raw)
        return None if match is None else self.texts(match)

    def texts(self, match: re.Match[str]) -> list[Text]:
        """Return the texts of a match."""
        texts: list[Text] = list(match.groups())
        known = self._known
        for index in self._lists:
            block = texts[index]
            if block is not None:
                texts[index] = known.get(block) or _items(block, known)  # type: ignore[arg-type]
        return texts


_KNOWN: Final = 5_000
"""Lists that are remembered: most stand in many records."""


def exactly(shape: str) -> str:
    """Return the pattern of a text that stands without quotes, fits `shape` from end to end, and has no remark."""
    return rf"(?={shape}\n){_PLAIN}"


def is_bare(text: str) -> bool:
    """Tell whether canonical form has a text without quotes."""
    return re.fullmatch(rf"{_PLAIN}\n", f"{text}\n") is not None


def bare(text: str) -> str:
    """Return a text without the quotes that it may stand in."""
    return text[1:-1] if text[0] == '"' else text


def _items(block: str, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    items = tuple(bare(text) for text in _ITEM.findall(block))
    if len(known) < _KNOWN:
        known[block] = items
    return items


def _body(
    fields: Iterable[Field], group: str, depth: int, value: Callable[[Field], str], needed: Collection[str]
) -> Iterator[str]:
    """Return the patterns of the lines below `group`, in canonical order; optional but for what is needed."""
    done: set[str] = set()
    indent = "  " * depth
    for field in fields:
        inner = _next_group(field, group)
        if not inner:
            yield _optional(f"{_LINES}{indent}{field.name}:{_value(field, depth, value(field))}", field.key in needed)
        elif inner not in done:
            done.add(inner)
            below = [other for other in fields if other.key.startswith(f"{inner}:")]
            name = inner.rpartition(":")[2]
            opened = rf"{_LINES}{indent}{name}:{_REMARK}(?={_LINES}{indent}  [a-z])"
            lines = "".join(_body(below, inner, depth + 1, value, needed))
            yield _optional(f"{opened}{lines}", any(other.key in needed for other in below))


def _optional(pattern: str, needed: bool) -> str:  # noqa: FBT001 - the one question here
    return pattern if needed else f"(?:{pattern})?+"


def _next_group(field: Field, group: str) -> str:
    """Return the group just below `group` in which `field` nests; "" when it stands in `group` itself."""
    rest = field.key.removeprefix(f"{group}:") if group else field.key
    head, colon, _tail = rest.partition(":")
    return (f"{group}:{head}" if group else head) if colon else ""


def _value(field: Field, depth: int, value: str) -> str:
    if field.kind is not FieldKind.LIST:
        return rf" {value}{_REMARK}"
    item = rf"{_LINES}{'  ' * (depth + 1)}- {value}{_REMARK}"
    return rf"(?:{_REMARK_ALONE}(\n(?:{item})++))"


def places(text: str) -> dict[str, Place]:
    """Return where each value stands in a text that a `texts_reader` without remarks has taken."""
    found: dict[str, Place] = {}
    above: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.lstrip(" ")
        indent = len(line) - len(bare)
        if bare.startswith("- "):
            group = ":".join(above)
            found.setdefault(group, Place(number, indent + 1))
            index = next(index for index in count() if f"{group}:{index}" not in found)
            found[f"{group}:{index}"] = Place(number, indent + 3)
        elif bare and bare[0] != "#":
            name, _colon, value = bare.partition(":")
            del above[indent // 2 :]
            if above:
                found.setdefault(":".join(above), Place(number, indent + 1))
            above.append(name)
            if value:
                found[":".join(above)] = Place(number, indent + len(name) + 3)
    return found
