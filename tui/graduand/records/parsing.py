"""Parse YAML into a tree of texts, from the events of libyaml; what could mislead a reader is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from graduand.findings import Place
from graduand.language import N_, _, quoted
from graduand.records.nodes import DEPTH, Mapping, Node, Scalar, Sequence
from graduand.records.source import Fault, Refused, place_at

try:
    from yaml.cyaml import CParser as _Parser  # type: ignore[attr-defined]
except ImportError:  # PyYAML without libyaml reads the same, fifteen times slower
    from yaml import Loader as _Parser  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator


def parse_yaml(text: str) -> Mapping:
    """Return the tree of one YAML document; see `tree.parse`."""
    events = _events(text)
    next(events)
    _refuse_document(next(events))
    root = _node(next(events), events, 0)
    end = next(events)
    if end.explicit:
        _refuse("GR011", end, _("A line such as “...” stands here; delete it."))
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            _refuse("GR011", event, _("A second document begins here; a file holds one record."))
    if isinstance(root, Mapping):
        return root
    message = _("The file is no record: it must begin with keys such as “username: …”.")
    raise Refused(Fault("GR012", root.place, message))


def _events(text: str) -> Iterator[Any]:
    parser = _Parser(text)
    try:
        while parser.check_event():
            yield parser.get_event()
    except yaml.MarkedYAMLError as error:
        raise Refused(_syntax(text, error)) from error
    except (yaml.YAMLError, ValueError) as error:
        raise Refused(Fault("GR007", Place(), _("The file is not YAML that can be read."))) from error
    finally:
        parser.dispose()


def _refuse_document(start: Any) -> None:
    if isinstance(start, yaml.StreamEndEvent):
        raise Refused(Fault("GR013", Place(), _("The file is empty.")))
    if start.explicit or start.version or start.tags:
        _refuse("GR011", start, _(_DIRECTIVE))


def _node(event: Any, events: Iterator[Any], depth: int) -> Node:
    mark: Any = event.start_mark
    if isinstance(event, yaml.AliasEvent):
        _refuse(
            "GR009",
            event,
            _("An alias ({name}) stands here; write the value itself.").format(name=quoted(f"*{event.anchor}")),
        )
    if event.anchor is not None:
        _refuse("GR009", event, _("An anchor ({name}) stands here; delete it.").format(name=quoted(f"&{event.anchor}")))
    if event.tag is not None:
        _refuse(
            "GR010",
            event,
            _("A tag ({name}) stands here; delete it, every value is text.").format(name=quoted(event.tag)),
        )
    place = Place(mark.line + 1, mark.column + 1)
    if isinstance(event, yaml.ScalarEvent):
        end: Any = event.end_mark
        return Scalar(event.value, place, not event.style, mark.index, end.index)
    if depth == DEPTH:
        _refuse("GR012", event, _("The file nests too deep; a record has at most four levels."))
    if isinstance(event, yaml.SequenceStartEvent):
        return Sequence(tuple(_items(events, depth)), place)
    return Mapping(_entries(events, depth), place)


def _items(events: Iterator[Any], depth: int) -> Iterator[Node]:
    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            return
        yield _node(event, events, depth + 1)


def _entries(events: Iterator[Any], depth: int) -> tuple[tuple[Scalar, Node], ...]:
    entries: dict[str, tuple[Scalar, Node]] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        key = _node(event, events, depth + 1)
        if not isinstance(key, Scalar):
            raise Refused(Fault("GR012", key.place, _("A key must be a plain word, not a list or a block.")))
        if key.text == "<<":
            raise Refused(Fault("GR009", key.place, _("A merge key (<<) stands here; write the values themselves.")))
        if key.text in entries:
            message = _("The key {key} appears twice, first in line {line}; delete one of the two.")
            first = entries[key.text][0].place.line
            raise Refused(Fault("GR008", key.place, message.format(key=quoted(key.text), line=first), key.text))
        entries[key.text] = (key, _node(next(events), events, depth + 1))
    return tuple(entries.values())


def _refuse(rule: str, event: Any, message: str) -> None:
    mark = event.start_mark
    raise Refused(Fault(rule, Place(mark.line + 1, mark.column + 1), message))


def _syntax(text: str, error: Any) -> Fault:
    """Return a syntax error of libyaml in plain words."""
    mark = error.problem_mark or error.context_mark
    opened = error.context_mark if error.context in _OPENED else None
    place = (
        Place(opened.line + 1, opened.column + 1) if opened else place_at(text, min(mark.index, max(len(text) - 1, 0)))
    )
    line = text.split("\n")[place.line - 1]
    if "**CLEAR**" in line and "alias" in (error.context or ""):
        return Fault("GR009", place, _('An asterisk begins an alias in YAML; put the word in quotes: "**CLEAR**".'))
    if "directive" in (error.context or ""):
        return Fault("GR011", Place(place.line), _(_DIRECTIVE))
    if error.problem == "did not find expected <document start>":
        return Fault(
            "GR007",
            place,
            _("This line is not indented as the lines above it; keys of one level begin in the same column."),
        )
    hint = _(_HINTS.get(error.problem or "", _HINTS.get(error.context or "", _UNKNOWN)))
    return Fault("GR007", place, _("{line}: {hint}").format(line=quoted(line.strip(), 60), hint=hint))


_DIRECTIVE: Final = N_("A line such as “---” or “%YAML” stands here; a record needs none, delete it.")
_OPENED: Final = frozenset(
    {
        "while scanning a quoted scalar",
        "while scanning a simple key",
        "while scanning an alias",
        "while scanning an anchor",
        "while parsing a flow mapping",
        "while parsing a flow sequence",
    }
)
_UNKNOWN: Final = N_("this is not YAML; a line is “key: value”, and a text with special characters stands in quotes.")
_HINTS: Final = {
    "mapping values are not allowed in this context": N_(
        "a colon followed by a blank stands inside a text, or the line is indented too deep; put such a text in quotes."
    ),
    "found unexpected end of stream": N_("a quotation mark is opened here and never closed."),
    "while parsing a flow node": N_("a bracket is opened here and never closed."),
    "did not find expected ',' or '}'": N_("a brace is opened here and never closed."),
    "did not find expected ',' or ']'": N_("a bracket is opened here and never closed."),
    "found character that cannot start any token": N_(
        "a value cannot begin with this character; put the whole value in double quotes."
    ),
    "while parsing a block node": N_("a value cannot begin with this character; put the whole value in double quotes."),
    "did not find expected key": N_(
        "a key is expected here; a quotation mark may stand inside a quoted text, or the indentation is off."
    ),
    "block sequence entries are not allowed in this context": N_("a list begins on the line below its key."),
    "found unknown escape character": N_("a backslash inside double quotes must be doubled."),
    "while scanning an alias": N_("an asterisk begins an alias in YAML; put the value in double quotes."),
    "while scanning an anchor": N_("an ampersand begins an anchor in YAML; put the value in double quotes."),
    "could not find expected ':'": N_("a colon is missing after the key."),
}
