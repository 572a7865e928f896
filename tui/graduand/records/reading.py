"""Read a record: values and their places from bytes; whatever does not fit is a finding."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

from graduand.findings import Finding, Place, Severity
from graduand.language import _, ngettext, quoted
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.naming import unknown_key
from graduand.records.nodes import Mapping, Node, Scalar, Sequence
from graduand.records.record import Reading, Record
from graduand.records.shapes import ShapeReader
from graduand.records.source import Fault, Refused, text_of
from graduand.records.transition import Waiver
from graduand.records.tree import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.records.field import Field
    from graduand.records.record import Value
    from graduand.records.school import School

KEYS: Final = 200
"""Keys that a file may hold at most; a record has some sixty."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})


def read(path: str, raw: bytes, school: School) -> Reading:
    """Return the record in the bytes of the file at `path`, with findings and places; never raises for its content."""
    return _shape_reader(school).read(path, raw)


@lru_cache(maxsize=4)
def _shape_reader(school: School) -> ShapeReader:
    lists = frozenset(key for key, field in school.fields.items() if field.kind is FieldKind.LIST)
    return ShapeReader(lambda path, raw: read_fully(path, raw, school), lists)


def read_fully(path: str, raw: bytes, school: School) -> Reading:
    """Return the same as `read`, always with the YAML parser."""
    try:
        tree = parse(text_of(raw))
        _refuse_crowd(tree)
    except Refused as refused:
        return Reading(None, (_finding(refused.fault, path, ""),), {})
    tree_reader = TreeReader(school)
    tree_reader.mapping("", tree)
    record = Record(path, tree_reader.values, tuple(tree_reader.waivers))
    findings = tuple(_finding(fault, path, record.username) for fault in tree_reader.faults)
    return Reading(record, findings, tree_reader.places)


def _refuse_crowd(tree: Mapping) -> None:
    key = next(islice(_keys(tree), KEYS, None), None)
    if key:
        message = ngettext(
            "More than {count} key stands in this file.",
            "More than {count} keys stand in this file; a record never needs so many.",
            KEYS,
        )
        raise Refused(Fault("GR012", key.place, message.format(count=KEYS)))


def _keys(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Mapping):
        for key, value in node.entries:
            yield key
            yield from _keys(value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _keys(item)


def _finding(fault: Fault, path: str, username: str) -> Finding:
    return Finding(fault.rule, Severity.ERROR, path, *fault.place, username, fault.field, fault.message)


class TreeReader:
    """Collects values, places and faults while walking a tree."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.values: dict[str, Value] = {}
        self.waivers: list[Waiver] = []
        self.places: dict[str, Place] = {}
        self.faults: list[Fault] = []

    def mapping(self, group: str, tree: Mapping) -> None:
        """Read the keys below `group`; "" is the root."""
        for name, node in tree.entries:
            key = f"{group}:{name.text}" if group else name.text
            field = self.school.fields.get(key)
            if field is not None and ":" not in name.text:
                self.places[key] = node.place
                self.value(field, node)
            elif key in self.school.groups and ":" not in name.text:
                self._group(key, node)
            else:
                self.faults.append(unknown_key(key, name, self.school))

    def _group(self, key: str, node: Node) -> None:
        if isinstance(node, Mapping) and node.entries:
            self.places[key] = node.place
            self.mapping(key, node)
        elif isinstance(node, Mapping) or is_null(node):
            self._fault("GR013", node, key, _("{key} holds nothing; delete the line.").format(key=quoted(key)))
        else:
            message = _("{key} needs keys below it, such as {example}.")
            example = next(field.name for field in self.school.fields.values() if field.group == key)
            self._fault("GR012", node, key, message.format(key=quoted(key), example=quoted(f"{example}: …")))

    def value(self, field: Field, node: Node) -> None:
        """Read the value of a field, in the form that its kind asks for."""
        if field.kind is FieldKind.WAIVERS:
            self._waivers(field, node)
        elif field.kind is FieldKind.LIST:
            self._list(field, node)
        elif isinstance(node, Scalar):
            self._scalar(field.key, node)
        else:
            message = _("{key} holds one text, not a list or a block.")
            self._fault("GR012", node, field.key, message.format(key=quoted(field.key)))

    def _scalar(self, key: str, node: Scalar) -> None:
        if is_null(node):
            message = _(
                "{key} is empty; delete the line (absent: Handshake keeps what it has), or put the word in quotes."
            )
            self._fault("GR013", node, key, message.format(key=quoted(key)))
        elif not node.text:
            message = _('{key} is empty; delete the line to leave it as it is, or write "**CLEAR**" to wipe it.')
            self._fault("GR013", node, key, message.format(key=quoted(key)))
        else:
            self.values[key] = node.text

    def _list(self, field: Field, node: Node) -> None:
        if isinstance(node, Sequence):
            texts = tuple(self._items(field.key, node))
            if texts:
                self.values[field.key] = texts
            elif not node.items:
                message = _("The list {key} is empty; delete the line to leave it as it is.")
                self._fault("GR013", node, field.key, message.format(key=quoted(field.key)))
        elif isinstance(node, Scalar) and node.text == CLEAR:
            self.values[field.key] = CLEAR
        elif isinstance(node, Scalar) and is_null(node):
            self._scalar(field.key, node)
        else:
            message = _("{key} is a list; write each item on a line of its own that begins with “- ”.")
            self._fault("GR012", node, field.key, message.format(key=quoted(field.key)))

    def _items(self, key: str, node: Sequence) -> list[str]:
        texts = []
        for index, item in enumerate(node.items):
            self.places[f"{key}:{index}"] = item.place
            if isinstance(item, Scalar) and item.text and not is_null(item):
                texts.append(item.text)
            else:
                message = _("An item of {key} is empty or no text; delete the line or write a text.")
                self._fault("GR012", item, key, message.format(key=quoted(key)))
        return texts

    def _waivers(self, field: Field, node: Node) -> None:
        if not isinstance(node, Sequence) or not node.items:
            message = _("{key} is a list of exemptions, each with rule, reason, until and by.")
            self._fault("GR012", node, field.key, message.format(key=quoted(field.key)))
            return
        for index, item in enumerate(node.items):
            self.places[f"{field.key}:{index}"] = item.place
            self._waiver(f"{field.key}:{index}", item)

    def _waiver(self, key: str, node: Node) -> None:
        if not isinstance(node, Mapping) or not node.entries:
            self._fault("GR012", node, key, _("An exemption needs the keys rule, reason, until and by."))
            return
        parts = {}
        for name, value in node.entries:
            if name.text not in Waiver._fields:
                message = _("{key} is no key of an exemption; it has rule, reason, until and by.")
                self._fault("GR101", name, key, message.format(key=quoted(name.text)))
            elif isinstance(value, Scalar) and value.text and not is_null(value):
                self.places[f"{key}:{name.text}"] = value.place
                parts[name.text] = value.text
            else:
                message = _("{key} of an exemption needs a text.")
                self._fault("GR012", value, key, message.format(key=quoted(name.text)))
        self.waivers.append(Waiver(**parts))

    def _fault(self, rule: str, node: Node, key: str, message: str) -> None:
        self.faults.append(Fault(rule, node.place, message, key))


def is_null(node: Node) -> bool:
    """Return whether a node is one of YAML's words for null."""
    return isinstance(node, Scalar) and node.plain and node.text in _NULL
