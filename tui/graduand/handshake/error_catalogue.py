"""Cookbook: why Handshake gives an answer, and what to do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.language import _, quoted
from graduand.similar import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.handshake.response import Response
    from graduand.records.importer import Importer, Message


class Explanation(NamedTuple):
    """What an answer means, in the language spoken now; all of it is safe to print."""

    message: str
    """The id of the message in `schema/handshake.yaml`; empty when the answer is not among them."""
    field: str
    """The header to look at; a name that is no header where Handshake gave one; empty when none is known."""
    cause: str
    cure: str


class Recipe(NamedTuple):
    """One message, with its pattern ready to be looked for."""

    message: Message
    parts: tuple[str, ...]
    """The texts that must stand in an answer, one after the other."""
    named: int
    """The number of the part before which the answer names the field; 0: it does not."""


class Cookbook(NamedTuple):
    """The messages that the importer is known to answer with, specific ones before general ones."""

    recipes: tuple[Recipe, ...]
    columns: Mapping[str, str]
    """The importer's headers, by what is left of them when case and signs do not count."""

    def explain(self, answer: Response) -> Explanation:
        """Return what an answer means; an unknown one is shown as it is."""
        text = _plain(answer.message[:_LONGEST])
        field = self.columns.get(_plain(answer.field), answer.field)
        for recipe in self.recipes:
            if _is_about(recipe.message.field, field, text) and (spans := _spans(recipe.parts, text)):
                return self._explained(recipe, spans, text, field)
        return _unknown(answer, field or self._header_in(text))

    def _explained(self, recipe: Recipe, spans: list[tuple[int, int]], text: str, field: str) -> Explanation:
        message = recipe.message
        if message.field not in {"", "*"}:
            field = message.field
        elif recipe.named:
            name = text[spans[recipe.named - 1][1] : spans[recipe.named][0]].strip()
            field = self.columns.get(name) or field or _as_header(name)
        return Explanation(message.id, field or self._header_in(text), str(message.cause), str(message.cure))

    def _header_in(self, text: str) -> str:
        """Return the one header that a text speaks of; "" when there is none, or more than one."""
        found = [name for name in self.columns if f" {name} " in f" {text} "]
        longest = [name for name in found if not any(name != other and name in other for other in found)]
        return self.columns[longest[0]] if len(longest) == 1 else ""


def _unknown(answer: Response, field: str) -> Explanation:
    if not answer.message.strip():
        cause = _("Handshake gives no reason.")
        return Explanation("", field, cause, _("Look at the person in Handshake, or ask its Support."))
    cause = _("Handshake answered {text}, which is not explained here.").format(text=quoted(answer.message, 300))
    return Explanation("", field, cause, _("Look for it in Handshake's article “Common Messages”, or ask its Support."))


def _as_header(name: str) -> str:
    """Return the words by which an answer names a field, written as headers are; "" when they cannot be one."""
    return name.replace(" ", "_") if re.fullmatch(r"[a-z0-9 ]{1,60}", name) else ""


_LONGEST: Final = 10_000
"""Characters; what Handshake means to say stands before."""

_WILDCARD: Final = re.compile(r"\{(\w+)\}")


def cookbook_of(importer: Importer) -> Cookbook:
    """Return the cookbook for what stands in failed rows.

    What the importer says of files comes last, and our own paraphrases of it are left out: an
    answer that resembles them means something else.
    """
    messages = [message for message in importer.messages if message.stage == "row" or message.certainty == "documented"]
    recipes = sorted((_recipe(message) for message in messages), key=_generality)
    return Cookbook(tuple(recipes), {_plain(column.key): column.key for column in importer.columns})


def _recipe(message: Message) -> Recipe:
    texts = _WILDCARD.split(message.pattern)
    names = texts[1::2]
    return Recipe(
        message,
        tuple(_plain(text) for text in texts[::2]),
        names.index("field") + 1 if "field" in names else 0,
    )


def _generality(recipe: Recipe) -> tuple[bool, int, int]:
    """Return by what recipes are tried: failed rows first, then one field before many, then the longest text."""
    about = {"*": 1, "": 2}.get(recipe.message.field, 0)
    return recipe.message.stage != "row", about, -sum(map(len, recipe.parts))


def _plain(text: str) -> str:
    """Return `text` as far as it decides: without case, accents, punctuation of names, and more than one blank."""
    return " ".join(folded(text).split())


def _is_about(about: str, field: str, text: str) -> bool:
    """Tell whether a message about one field can be an answer about `field`, or one whose text names the field."""
    if about in {"", "*", field}:
        return True
    group, _colon, name = about.rpartition(":")
    return not field and any(part and _plain(part) in text for part in (name, group))


def _spans(parts: tuple[str, ...], text: str) -> list[tuple[int, int]]:
    """Return where each of the parts stands in `text`, one after the other; nothing when one is missing."""
    spans = []
    end = 0
    for part in parts:
        start = text.find(part, end)
        if start < 0:
            return []
        end = start + len(part)
        spans.append((start, end))
    return spans
