"""Office: what is known of one office's files, kept in `schema/intake/<name>.yaml` and reviewed like any file."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.errors import SchemaBroken
from graduand.intake.date_formats import FORMS
from graduand.language import N_, _, quoted
from graduand.records.importer import bare
from graduand.records.kinds import FieldKind
from graduand.records.nodes import Mapping as Tree
from graduand.records.nodes import Scalar
from graduand.records.source import Refused, text_of
from graduand.records.tree import parse
from graduand.records.writing import head, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graduand.records.nodes import Node

FOLDER: Final = "schema/intake"
LIMIT: Final = 1_000_000
"""Bytes; a list of values may be long."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
_HEAD: Final = N_(
    "How graduand intake reads the files of this office; reviewed like any file.\n"
    'columns: the key that a header fills, "" for none. dates: which part of a date comes first.\n'
    'values: what a text stands for, "" for nothing. pad: figures that an identifier is filled up to.'
)


class SourceProfile(NamedTuple):
    """What is known of one office's files."""

    columns: Mapping[str, str] = {}
    """The key that a header fills; "" for none."""
    dates: Mapping[str, str] = {}
    """The form of the dates below a header, of those that do not tell it by themselves."""
    values: Mapping[str, Mapping[str, str]] = {}
    """By key: what a text of the file stands for."""
    pad: Mapping[str, int] = {}
    """By key: how many figures an identifier has at least; 0: as many as it likes."""


def is_name(text: str) -> bool:
    """Tell whether a source may be called so."""
    return _NAME.fullmatch(text) is not None and text not in RESERVED


RESERVED: Final = frozenset({"tombstones", "confidential"})
"""Files of the folder that are no sources."""


def name_of(file: str) -> str:
    """Return what a source is called by the name of its file, without days, times and terms."""
    stem = re.sub(r"\.(?:csv|xlsx|txt|tsv)$", "", folded_name(file.rpartition("/")[2]))
    words = [word for word in re.split(r"[^a-z]+", stem) if len(word) > 1]
    name = "-".join(words)[:60].removesuffix("-refused")
    return name if is_name(name) else "registrar"


def folded_name(text: str) -> str:
    """Return a file's name in small plain letters."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))


def path_of(name: str) -> str:
    """Return where a source is kept, from the root."""
    return f"{FOLDER}/{name}.yaml"


def read_source(raw: bytes, path: str) -> SourceProfile:
    """Return what a file of the folder says.

    Raises:
        SchemaBroken: it does not say what it must.
    """
    try:
        tree = parse(text_of(raw, LIMIT))
    except Refused as refused:
        raise SchemaBroken(path, refused.fault.place.line, refused.fault.message) from refused
    for name, node in tree.entries:
        if name.text not in SourceProfile._fields or not _fits(name.text, node):
            message = _("{key} is no key of this file, or does not hold what it should.")
            raise SchemaBroken(path, name.place.line, message.format(key=quoted(name.text)))
    says: dict[str, Any] = bare(tree)
    return SourceProfile(
        columns={header: key or "" for header, key in says.get("columns", {}).items()},
        dates=says.get("dates", {}),
        values={
            key: {text: value or "" for text, value in pairs.items()} for key, pairs in says.get("values", {}).items()
        },
        pad={key: int(width) for key, width in says.get("pad", {}).items()},
    )


def _fits(name: str, node: Node) -> bool:
    if not isinstance(node, Tree):
        return False
    texts = [value.text if isinstance(value, Scalar) else None for _key, value in node.entries]
    if name == "values":
        return all(
            isinstance(value, Tree) and all(isinstance(inner, Scalar) for _text, inner in value.entries)
            for _key, value in node.entries
        )
    if name == "dates":
        return all(text in FORMS for text in texts)
    if name == "pad":
        return all(text is not None and re.fullmatch("[0-9]{1,2}", text) for text in texts)
    return None not in texts


def written(source: SourceProfile) -> str:
    """Return the text of the file that says this."""
    return head(_HEAD) + "".join(f"{line}\n" for line in _lines(source))


def _lines(source: SourceProfile) -> Iterator[str]:
    for name, pairs in (("columns", source.columns), ("dates", source.dates)):
        if pairs:
            yield f"{name}:"
            yield from (f"  {_quoted(header)}: {_quoted(text)}" for header, text in pairs.items())
    if any(source.values.values()):
        yield "values:"
        for key, pairs in source.values.items():
            if pairs:
                yield f"  {_quoted(key)}:"
                yield from (f"    {_quoted(text)}: {_quoted(value)}" for text, value in pairs.items())
    if source.pad:
        yield "pad:"
        yield from (f"  {_quoted(key)}: {width}" for key, width in source.pad.items())


def _quoted(text: str) -> str:
    return scalar(text, FieldKind.TEXT) if text else '""'
