"""Explain the messages of failed rows: cause, cure and field of each message that the importer is known to give."""

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
    """The meaning of an answer in the current language; all texts are safe to print."""

    message: str
    """The id of the message in `schema/handshake.yaml`; empty when it is unknown."""
    field: str
    """The header concerned, or the name that Handshake gives; empty when none is known."""
    cause: str
    cure: str


class MessagePattern(NamedTuple):
    """A message with its pattern, prepared for the search."""

    message: Message
    parts: tuple[str, ...]
    """The texts that an answer must contain, in this order."""
    named: int
    """The number of the part before which the answer names the field; 0: none."""


class ErrorCatalogue(NamedTuple):
    """The known messages of the importer, specific ones before general ones."""

    patterns: tuple[MessagePattern, ...]
    columns: Mapping[str, str]
    """The importer's headers by folded text."""

    def explain(self, answer: Response) -> Explanation:
        """Return the meaning of an answer; an unknown one is quoted."""
        text = _plain(answer.message[:_LONGEST])
        field = self.columns.get(_plain(answer.field), answer.field)
        for pattern in self.patterns:
            if _is_about(pattern.message.field, field, text) and (spans := _spans(pattern.parts, text)):
                return self._explained(pattern, spans, text, field)
        return _unknown(answer, field or self._header_in(text))

    def _explained(self, pattern: MessagePattern, spans: list[tuple[int, int]], text: str, field: str) -> Explanation:
        message = pattern.message
        if message.field not in {"", "*"}:
            field = message.field
        elif pattern.named:
            name = text[spans[pattern.named - 1][1] : spans[pattern.named][0]].strip()
            field = self.columns.get(name) or field or _as_header(name)
        return Explanation(message.id, field or self._header_in(text), str(message.cause), str(message.cure))

    def _header_in(self, text: str) -> str:
        """Return the one header that a text names; "" when there is none, or more than one."""
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
    """Return the name of a field in an answer, written as a header; "" when it cannot be one."""
    return name.replace(" ", "_") if re.fullmatch(r"[a-z0-9 ]{1,60}", name) else ""


_LONGEST: Final = 10_000
"""Characters of an answer that are searched."""

_WILDCARD: Final = re.compile(r"\{(\w+)\}")


def error_catalogue(importer: Importer) -> ErrorCatalogue:
    """Return the catalogue for the answers of failed rows.

    Messages about files come last, and our own paraphrases of such messages are left out: an
    answer that resembles them means something else.
    """
    messages = [message for message in importer.messages if message.stage == "row" or message.certainty == "documented"]
    patterns = sorted((_recipe(message) for message in messages), key=_generality)
    return ErrorCatalogue(tuple(patterns), {_plain(column.key): column.key for column in importer.columns})


def _recipe(message: Message) -> MessagePattern:
    texts = _WILDCARD.split(message.pattern)
    names = texts[1::2]
    return MessagePattern(
        message,
        tuple(_plain(text) for text in texts[::2]),
        names.index("field") + 1 if "field" in names else 0,
    )


def _generality(pattern: MessagePattern) -> tuple[bool, int, int]:
    """Return the sort key of patterns: messages of rows first, then of one field, then the longest text."""
    about = {"*": 1, "": 2}.get(pattern.message.field, 0)
    return pattern.message.stage != "row", about, -sum(map(len, pattern.parts))


def _plain(text: str) -> str:
    """Return a text without case, accents and punctuation of names, with single blanks."""
    return " ".join(folded(text).split())


def _is_about(about: str, field: str, text: str) -> bool:
    """Return whether a message about one field fits an answer about `field`, or one whose text names the field."""
    if about in {"", "*", field}:
        return True
    group, _colon, name = about.rpartition(":")
    return not field and any(part and _plain(part) in text for part in (name, group))


def _spans(parts: tuple[str, ...], text: str) -> list[tuple[int, int]]:
    """Return the start and end of each part in `text`, one after the other; nothing when one is missing."""
    spans = []
    end = 0
    for part in parts:
        start = text.find(part, end)
        if start < 0:
            return []
        end = start + len(part)
        spans.append((start, end))
    return spans
