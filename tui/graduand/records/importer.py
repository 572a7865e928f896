"""Parse `schema/handshake.yaml`: the columns, limits and messages of Handshake's Importer, with their sources.

A text for people is a map by language, `{en: …, fr: …}`: English is required, every other language may be missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.errors import SchemaBroken
from graduand.language import Words, _, quoted
from graduand.records.field import Field
from graduand.records.kinds import FieldKind
from graduand.records.nodes import Node, Scalar, Sequence
from graduand.records.schema_format import REGIONS, require_known_format, unknown_key
from graduand.records.school_language import IMPORTER as PATH
from graduand.records.school_language import SIZE
from graduand.records.shipped import default_schema
from graduand.records.source import Refused, text_of
from graduand.records.tree import parse
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Mapping


class Citation(NamedTuple):
    """The source of a fact."""

    title: str
    url: str


class Region(NamedTuple):
    """The requirements of one of Handshake's regions."""

    importer: str
    year_column: str
    year_values: tuple[str, ...]
    required_columns: tuple[str, ...]
    required_values: tuple[str, ...]
    expected_values: tuple[str, ...]
    certainty: str


class Retired(NamedTuple):
    """A header that is no column now, but is found in older files; `use` is the header that replaces it, or ""."""

    header: str
    use: str
    help: Words


class Message(NamedTuple):
    """A message of the importer, its cause and its cure."""

    id: str
    stage: str
    """Where the message appears: "row" (the failed rows), "file" or "analysis"."""
    field: str
    """The header that the message is about; "*": the one that it names; empty: none."""
    pattern: str
    """The text of the message, with `{name}` in place of the parts that vary."""
    cause: Words
    cure: Words
    sources: tuple[str, ...]
    certainty: str
    retry: str = ""
    """How the row is sent again: "identifiers", "by-address" or "held"; "" as before."""


@dataclass(frozen=True, slots=True)
class Importer:
    """The columns, limits and messages of the importer."""

    checked_on: str
    sources: Mapping[str, Citation]
    regions: Mapping[str, Region]
    columns: tuple[Field, ...]
    retired: Mapping[str, Retired]
    aliases: Mapping[str, str]
    stand_ins: Mapping[str, str]
    """By alias, the column that it stands for where a file has no better one."""
    academic_domains: tuple[str, ...]
    """Shell patterns in lower case; each matches a domain and its subdomains."""
    mail_providers: tuple[str, ...]
    messages: tuple[Message, ...]
    file_bytes: int
    file_rows: int
    sync_names: tuple[str, str]
    """What the first file of a day is called in the folder of the automatic sync, and a further one."""
    format: int = 1


def read_importer(raw: bytes, path: str = PATH, *, is_past: bool = False) -> Importer:
    """Return the importer that the bytes of `handshake.yaml` describe; one of the past may hold other sections.

    Raises:
        NewerSchema: the file asks for a newer program.
        SchemaBroken: not YAML, or a key is missing or has a value that it cannot have.
    """
    return importer_of(facts_of(raw, path, is_past=is_past), path)


@lru_cache(maxsize=4)
def facts_of(raw: bytes, path: str = PATH, *, is_past: bool = False) -> Any:
    """Return the content of `handshake.yaml` as dicts, lists and texts; the result is cached, so do not change it.

    Raises:
        NewerSchema: the file asks for a newer program.
        SchemaBroken: not YAML, or, unless the file is one of the past, a section that is not known.
    """
    try:
        tree = parse(text_of(raw, SIZE))
    except Refused as refused:
        raise SchemaBroken(path, refused.fault.place.line, refused.fault.message) from refused
    require_known_format(tree, path)
    if not is_past:
        for key, _node in tree.entries:
            if key.text not in _SECTIONS:
                raise SchemaBroken(path, key.place.line, unknown_key(key.text, _SECTIONS))
    return bare(tree)


_SECTIONS: Final = (
    *("format", "requires", "checked_on", "sources", "limits", "file_names", "sync", "regions", "columns", "retired"),
    *("aliases", "stand_ins", "academic_domains", "mail_providers", "messages"),
)


def _section(facts: Any, name: str) -> Any:
    """Return a section of the facts; one that is missing, as in a file of an older format, is the shipped one."""
    if name not in facts:
        raw = file_reader.read(default_schema() / "handshake.yaml", SIZE)
        facts = facts_of(raw, f"graduand/{PATH}")
    return facts[name]


def importer_of(facts: Any, path: str = PATH) -> Importer:
    """Return the importer that these facts describe.

    Raises:
        SchemaBroken: a key is missing or has a value that it cannot have.
    """
    try:
        importer = _importer(facts)
        for key in REGIONS:
            {column.key: column for column in importer.columns if column.region in {"", key}}[
                importer.regions[key].year_column
            ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = _("a key is missing or its value does not fit: {what}.").format(what=quoted(str(error)))
        raise SchemaBroken(path, 1, message) from error
    return importer


def bare(node: Node) -> Any:
    """Return a YAML tree as dicts, lists and texts; an unquoted `null`, `~` or empty scalar becomes None."""
    if isinstance(node, Scalar):
        return None if node.plain and node.text in {"", "~", "null"} else node.text
    if isinstance(node, Sequence):
        return [bare(item) for item in node.items]
    return {key.text: bare(value) for key, value in node.entries}


def _importer(facts: Any) -> Importer:
    checked_on = facts.get("checked_on") or ""
    limits = _section(facts, "limits")
    return Importer(
        checked_on=checked_on,
        sources={key: Citation(fact["title"], fact["url"] or "") for key, fact in _section(facts, "sources").items()},
        regions={key: _region(fact) for key, fact in _section(facts, "regions").items()},
        columns=tuple(_column(fact, checked_on) for fact in _section(facts, "columns")),
        retired={
            fact["header"]: Retired(fact["header"], fact["use"] or "", _words(fact["help"]))
            for fact in _section(facts, "retired")
        },
        aliases=_section(facts, "aliases"),
        stand_ins=_section(facts, "stand_ins"),
        academic_domains=tuple(domain for fact in _section(facts, "academic_domains") for domain in fact["domains"]),
        mail_providers=tuple(_section(facts, "mail_providers")),
        messages=tuple(_message(fact) for fact in _section(facts, "messages")),
        file_bytes=int(limits["file_bytes"]),
        file_rows=int(limits["rows"]),
        format=int(facts.get("format") or 1),
        sync_names=_sync_names(_section(facts, "sync")),
    )


def _sync_names(fact: Any) -> tuple[str, str]:
    first, more = fact["name"], fact["more"]
    if "{yyyymmdd}" not in first or "{yyyymmdd}" not in more or "{number}" not in more:
        raise ValueError(first)
    return first, more


def _words(fact: Any) -> Words:
    """Return a text by language, such as `{en: Username, fr: Identifiant}`."""
    if not fact["en"] or not all(isinstance(text, str) for text in fact.values()):
        raise ValueError(str(fact))
    return Words(fact)


def _region(fact: Any) -> Region:
    return Region(
        importer=fact["importer"],
        year_column=fact["year_column"],
        year_values=tuple(fact["year_values"] or ()),
        required_columns=tuple(fact["required_columns"]),
        required_values=tuple(fact["required_values"]),
        expected_values=tuple(fact["expected_values"] or ()),
        certainty=fact["certainty"],
    )


def _column(fact: Any, checked_on: str) -> Field:
    item = fact.get("item") or {}
    return Field(
        key=fact["header"],
        kind=FieldKind(fact["kind"]),
        label=_words(fact["label"]),
        help=_words(fact["help"]),
        max=int(item.get("max") or fact.get("max") or 255),
        values=tuple(fact.get("values") or ()),
        is_open=fact.get("certainty", "documented") != "documented" or "values_of" in fact,
        misspellings=fact.get("misspellings") or {},
        counterparts=fact.get("counterparts") or {},
        item=FieldKind(item.get("kind", "text")),
        clear=fact["clear"] == "true",
        clear_certainty=fact.get("clear_certainty", "documented"),
        unique=fact.get("unique") == "true",
        sensitive=fact.get("sensitive") == "true",
        region=fact.get("region", ""),
        example=str(fact.get("example") or ""),
        certainty=fact.get("certainty", "documented"),
        sources=tuple(fact["sources"]),
        checked_on=fact.get("checked_on") or checked_on,
    )


def _message(fact: Any) -> Message:
    return Message(
        id=fact["id"],
        stage=fact["stage"],
        field=fact["field"] or "",
        pattern=fact["pattern"],
        cause=_words(fact["cause"]),
        cure=_words(fact["cure"]),
        sources=tuple(fact["sources"]),
        certainty=fact.get("certainty", "documented"),
        retry=fact.get("retry", ""),
    )
