"""Profiles of the sources of files, such as a registrar's office, stored in `schema/intake/<name>.yaml`."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.editing.exclusion_lists import FOLDER, LIMIT
from graduand.errors import SchemaBroken, Usage
from graduand.intake.column_mapping import REFUSAL_REASON
from graduand.intake.options import FORMS
from graduand.language import N_, _, quoted
from graduand.records.importer import bare
from graduand.records.kinds import FieldKind
from graduand.records.nodes import Mapping as Tree
from graduand.records.nodes import Scalar
from graduand.records.source import Refused, text_of
from graduand.records.tree import parse
from graduand.records.writing import head, scalar
from graduand.similar import visible_header
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from graduand.records.nodes import Node


_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
_HEAD: Final = N_(
    "How graduand intake reads the files of this office; reviewed like any file.\n"
    'columns: the key that a header fills, "" for none. dates: which part of a date comes first.\n'
    'values: what a text stands for, "" for nothing. pad: figures that an identifier is filled up to.'
)


class SourceProfile(NamedTuple):
    """What is known of the files of one source."""

    columns: Mapping[str, str] = {}
    """The key that a header fills; "" for none."""
    dates: Mapping[str, str] = {}
    """By header, the form of dates that have several readings."""
    values: Mapping[str, Mapping[str, str]] = {}
    """By key, the values that texts of the file stand for; "" is blank."""
    pad: Mapping[str, int] = {}
    """By key, the digits to which an identifier is padded with zeros; 0: any number of digits is right."""


def is_name(text: str) -> bool:
    """Return whether a text can name a source."""
    return _NAME.fullmatch(text) is not None and text not in RESERVED


RESERVED: Final = frozenset({"tombstones", "confidential"})
"""Files of the folder that are no profiles."""


def name_of(file: str) -> str:
    """Return the name of a source from the name of its file, without digits."""
    stem = re.sub(r"\.(?:csv|xlsx|xls|txt|tsv)$", "", folded_name(file.rpartition("/")[2]))
    words = [word for word in re.split(r"[^a-z]+", stem) if len(word) > 1]
    name = "-".join(words)[:60].removesuffix("-refused")
    return name if is_name(name) else "registrar"


def folded_name(text: str) -> str:
    """Return a file's name in lower case, without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))


def path_of(name: str) -> str:
    """Return the path of a source's profile, from the root."""
    return f"{FOLDER}/{name}.yaml"


def read_profiles(root: Path) -> dict[str, SourceProfile]:
    """Return all profiles of a repository by name.

    Raises:
        SchemaBroken: a file of the folder is no profile.
    """
    folder = root / FOLDER
    paths = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    return {
        path.stem: read_profile(file_reader.read(path, LIMIT), f"{FOLDER}/{path.name}")
        for path in paths
        if path.stem not in RESERVED
    }


def profile_of(
    source: str, file: str, headers: Sequence[str], profiles: Mapping[str, SourceProfile]
) -> tuple[str, SourceProfile]:
    """Return the name and the profile of a file's source: the one named, one with the same headers, or a new one.

    Raises:
        Usage: `source` cannot name a source.
    """
    if source:
        if not is_name(source):
            message = _("{name} cannot name a source; use small letters, figures and hyphens, such as registrar.")
            raise Usage(message.format(name=quoted(source)))
        return source, profiles.get(source, SourceProfile())
    there = {visible_header(header) for header in headers}
    for name, profile in profiles.items():
        if profile.columns and there - set(profile.columns) <= {REFUSAL_REASON} and set(profile.columns) <= there:
            return name, profile
    name = name_of(file)
    return name, profiles.get(name, SourceProfile())


def read_profile(raw: bytes, path: str) -> SourceProfile:
    """Return the profile in the bytes of a file.

    Raises:
        SchemaBroken: a key is unknown, or its value has the wrong type.
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


def profile_text(profile: SourceProfile) -> str:
    """Return the text of the profile's file."""
    return head(_HEAD) + "".join(f"{line}\n" for line in _lines(profile))


def _lines(profile: SourceProfile) -> Iterator[str]:
    for name, pairs in (("columns", profile.columns), ("dates", profile.dates)):
        if pairs:
            yield f"{name}:"
            yield from (f"  {_quoted(header)}: {_quoted(text)}" for header, text in pairs.items())
    if any(profile.values.values()):
        yield "values:"
        for key, pairs in profile.values.items():
            if pairs:
                yield f"  {_quoted(key)}:"
                yield from (f"    {_quoted(text)}: {_quoted(value)}" for text, value in pairs.items())
    if profile.pad:
        yield "pad:"
        yield from (f"  {_quoted(key)}: {width}" for key, width in profile.pad.items())


def _quoted(text: str) -> str:
    return scalar(text, FieldKind.TEXT) if text else '""'
