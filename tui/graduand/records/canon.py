"""Canon: the fast road for records in canonical form, one strict pattern made from the schema.

Whatever it takes, the full reader reads alike; whatever it does not match goes to the full reader,
which says why. It never guesses, and it has no rules of its own.
"""

from __future__ import annotations

import re
from itertools import compress
from typing import TYPE_CHECKING, Final

from graduand.records.kinds import Kind
from graduand.records.record import Record, Value
from graduand.records.source import LIMIT, UNSEEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from graduand.records.field import Field
    from graduand.records.school import School

_FIRST: Final = rf"""[^ \-?:,\[\]{{}}#&*!|>'"%@`=<~\\\n{UNSEEN}]"""
_WORD: Final = rf"[^ :#\n{UNSEEN}]*+(?:(?::(?![ \n])|#)[^ :#\n{UNSEEN}]*+)*+"
_PLAIN: Final = rf"(?!(?:null|Null|NULL)[ \n]){_FIRST}{_WORD}(?: (?![ #:\n]){_WORD})*+"
_VALUE: Final = rf'(?:{_PLAIN}|"[^"\\\n{UNSEEN}]++")'
_REMARK: Final = rf"(?: ++#[^\n{UNSEEN}]*+)?+\n"
_LINES: Final = rf"(?: *+#[^\n{UNSEEN}]*+\n)*+"
_ITEM: Final = re.compile(rf"^ ++- ({_VALUE}){_REMARK}", re.MULTILINE)


def fast_reader(school: School) -> Callable[[str, bytes], Record | None]:
    """Return a function from a file's path and bytes to its record; None where the full reader is needed."""
    fields = [field for field in school.fields.values() if field.kind is not Kind.WAIVERS]
    fullmatch = re.compile("".join((*_body(fields, "", 0), _LINES))).fullmatch
    keys = [field.key for field in fields]

    def read_fast(path: str, raw: bytes) -> Record | None:
        if len(raw) > LIMIT:
            return None
        try:
            match = fullmatch(raw.decode())
        except UnicodeDecodeError:
            return None
        if match is None:
            return None
        values: dict[str, Value] = {}
        groups = match.groups()
        for key, text in zip(compress(keys, groups), filter(None, groups), strict=True):  # no value is empty
            values[key] = text[1:-1] if text[0] == '"' else _items(text) if text[0] == "\n" else text
        return Record(path, values) if values else None

    return read_fast


def _bare(text: str) -> str:
    return text[1:-1] if text[0] == '"' else text


def _items(block: str) -> tuple[str, ...]:
    return tuple(_bare(text) for text in _ITEM.findall(block))


def _body(fields: Iterable[Field], group: str, depth: int) -> Iterator[str]:
    """Return the patterns of the lines below `group`, each optional, in canonical order."""
    done: set[str] = set()
    for field in fields:
        inner = _next_group(field, group)
        if not inner:
            yield f"(?:{_LINES}{'  ' * depth}{field.name}:{_value(field, depth)})?+"
        elif inner not in done:
            done.add(inner)
            below = [other for other in fields if other.key.startswith(f"{inner}:")]
            indent, name = "  " * depth, inner.rpartition(":")[2]
            opened = rf"{_LINES}{indent}{name}:{_REMARK}(?={_LINES}{indent}  [a-z])"
            yield f"(?:{opened}{''.join(_body(below, inner, depth + 1))})?+"


def _next_group(field: Field, group: str) -> str:
    """Return the group just below `group` in which `field` nests; "" when it stands in `group` itself."""
    rest = field.key.removeprefix(f"{group}:") if group else field.key
    head, colon, _tail = rest.partition(":")
    return (f"{group}:{head}" if group else head) if colon else ""


def _value(field: Field, depth: int) -> str:
    if field.kind is not Kind.LIST:
        return rf" ({_VALUE}){_REMARK}"
    item = rf"{_LINES}{'  ' * (depth + 1)}- {_VALUE}{_REMARK}"
    return rf"(?:{_REMARK.removesuffix(chr(92) + 'n')}(\n(?:{item})++))"
