"""What differs between two versions of the shipped facts: which columns, messages and settings, and by what sources."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.language import visible
from graduand.records.importer import bare, facts_of
from graduand.records.institution import tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WIDTH: Final = 60
"""Characters of a value that are shown."""
_NAMES: Final = {"columns": "header", "retired": "header", "messages": "id"}
"""The key that names an item of a section that is a list."""
_WHOLE: Final = frozenset({"limits", "file_names"})
"""Sections that are one fact each."""
_LEFT_OUT: Final = frozenset({"format", "requires", "sources"})


class Difference(StrEnum):
    """How a fact differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class FactSource(NamedTuple):
    """Where a fact comes from."""

    key: str
    """By which the facts cite it, such as `ALU`."""
    title: str
    url: str


class FactChange(NamedTuple):
    """One fact that differs."""

    section: str
    """The section of handshake.yaml; `settings` of institution.yaml."""
    name: str
    difference: Difference
    details: tuple[str, ...]
    """What differs in it: `max: 255 → 300`, or only the name of a key whose value is long."""
    sources: tuple[FactSource, ...]


def changed_facts(before: bytes, after: bytes) -> tuple[FactChange, ...]:
    """Return how the facts of one handshake.yaml differ from those of an earlier one.

    Raises:
        SchemaBroken: one of them is not YAML.
    """
    old, new = (facts_of(raw, is_past=True) if raw.strip() else {} for raw in (before, after))
    titles = {**(old.get("sources") or {}), **(new.get("sources") or {})}
    found: list[FactChange] = []
    for section in dict.fromkeys((*old, *new)):
        if section not in _LEFT_OUT:
            left, right = (_items(section, facts.get(section)) for facts in (old, new))
            found += _changes(section, left, right, titles)
    return tuple(found)


def changed_settings(before: bytes, after: bytes) -> tuple[FactChange, ...]:
    """Return how the settings of one institution.yaml differ from those of an earlier one, with their values.

    Raises:
        SchemaBroken: one of them is not YAML.
    """
    old, new = (dict(_flat("", bare(tree_of(raw)))) if raw.strip() else {} for raw in (before, after))
    return tuple(_changes("settings", old, new, {}))


def _flat(prefix: str, facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in facts.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}", value


def _items(section: str, facts: Any) -> dict[str, Any]:  # noqa: ANN401 - the shape of a YAML file
    """Return the facts of a section by their names."""
    if facts is None:
        return {}
    if section == "academic_domains":
        return {domain: {**group, "domains": None} for group in facts for domain in group.get("domains") or ()}
    if section in _WHOLE or not isinstance(facts, list | dict):
        return {"": facts}
    if isinstance(facts, dict):
        return facts
    return {_name(_NAMES.get(section, ""), fact): fact for fact in facts}


def _name(key: str, fact: Any) -> str:  # noqa: ANN401
    if not isinstance(fact, dict):
        return str(fact)
    return str(fact.get(key) or fact)


def _changes(
    section: str, old: Mapping[str, Any], new: Mapping[str, Any], titles: Mapping[str, Any]
) -> Iterator[FactChange]:
    for name in dict.fromkeys((*old, *new)):
        if name in _LEFT_OUT:
            continue
        left, right = old.get(name), new.get(name)
        if left == right and (name in old) == (name in new):
            continue
        difference = (
            Difference.ADDED if name not in old else Difference.REMOVED if name not in new else Difference.CHANGED
        )
        sources = tuple(
            FactSource(key, titles[key].get("title") or key, titles[key].get("url") or "")
            for key in _cited(right if name in new else left)
            if key in titles
        )
        yield FactChange(section, name, difference, tuple(_details(left, right, difference)), sources)


def _cited(fact: Any) -> list[str]:  # noqa: ANN401
    return list(fact.get("sources") or ()) if isinstance(fact, dict) else []


def _details(old: Any, new: Any, difference: Difference) -> Iterator[str]:  # noqa: ANN401
    """Yield what differs in a fact that both have, or what a plain one is."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            left, right = old.get(key), new.get(key)
            if left != right and key != "sources":
                short = all(not isinstance(value, dict | list) for value in (left, right))
                yield f"{key}: {_shown(left)} → {_shown(right)}" if short else key
    elif not isinstance(old, dict) and not isinstance(new, dict):
        kept = {Difference.ADDED: _shown(new), Difference.REMOVED: _shown(old)}
        yield kept.get(difference) or f"{_shown(old)} → {_shown(new)}"


def _shown(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, list):
        return visible(f"[{', '.join(map(str, value))}]", _WIDTH)
    return "null" if value is None else visible(str(value), _WIDTH)
