"""Parse the response of a failed row, a text that resembles JSON, into single answers."""

from __future__ import annotations

import json
import re
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Response(NamedTuple):
    """One answer to a row; the message is unchanged, and must be made safe before it is printed."""

    field: str
    """The field that the answer names, most often a header; empty when it names none."""
    message: str


_SHAPED: Final = re.compile(
    r"""\{\s*["'“‘:\w] | \[\s*["'“‘{\[] | ["'“‘][\w.:]+["'”’]\s*(?::|=>)""",
    re.VERBOSE,
)
"""The start of a text that can be parsed."""


def parse_response(response: str) -> tuple[Response, ...]:
    """Return the answers of a response by field; a text that cannot be parsed is one answer. Never raises.

    The response is JSON for the most part, but may be cut off, lack brackets, or have other
    quotation marks than JSON has [ERR]. There is always an answer, be it a blank one.
    """
    text = _undoubled(response.strip())
    found = _answers(_key_texts(_tokens(text))) if _SHAPED.match(text) else ()
    return tuple(dict.fromkeys(found)) or (Response("", response),)


_DOUBLED: Final = re.compile(r'[{\[,:]\s*""+(?=[^\s,:\]}"])')
"""A doubled quotation mark before a word; in JSON, two are an empty string."""


def _undoubled(text: str) -> str:
    """Return `text` without leftover doubling, escaping and enclosing by CSV or JSON."""
    while _DOUBLED.search(text):
        text = text.replace('""', '"')
    if text.startswith(('"{', '"[')):
        text = text[1:]
    return text.replace('\\"', '"') if text.startswith(('{\\"', '[\\"')) else text


class _Token(NamedTuple):
    """A sign of JSON, or a text: quoted ('"') or unquoted ("")."""

    sign: str
    text: str = ""


_STOP: Final = _Token("stop")
_BLANKS: Final = re.compile(r"\s*")
_BARE_END: Final = re.compile(r'[{}\[\],:"“”]|=>|\Z')
_LITERAL: Final = re.compile(r"(?:true|false|null|nil|-?[0-9.]+)", re.IGNORECASE)
_CLOSING: Final = {
    opening: re.compile(rf"\\.|[{closing}](?=\s*(?:[,:\]}}]|=>|\Z))", re.DOTALL)
    for closing in ('"', "'", "“”", "‘’")
    for opening in closing
}
"""The end of a text by its opening mark: a closing mark before a sign of JSON; other marks are part of the text."""


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while (at := _after_blanks(text, at)) < len(text):
        char = text[at]
        if char in "{}[],:":
            at += 1
            yield _Token(char)
        elif text.startswith("=>", at):
            at += 2
            yield _Token(":")
        elif char in _CLOSING:
            token, at = _quoted(text, at + 1, _CLOSING[char])
            yield token
        else:
            start, at = at, next(_BARE_END.finditer(text, at)).start()
            yield _Token("", text[start:at].strip())


def _after_blanks(text: str, at: int) -> int:
    return next(_BLANKS.finditer(text, at)).end()


def _quoted(text: str, start: int, closing: re.Pattern[str]) -> tuple[_Token, int]:
    """Return the quoted text that begins at `start`, and the start of the next token."""
    for found in closing.finditer(text, start):
        if not found.group().startswith("\\"):
            return _Token('"', _unescaped(text[start : found.start()])), found.end()
    return _Token('"', _unescaped(text[start:].rstrip("]}"))), len(text)


_APOSTROPHE: Final = re.compile(r"(\\\\)|\\(?=')")
"""A backslash before an apostrophe, which JSON does not allow, unless it is escaped itself."""


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    try:
        plain: str = json.loads('"' + _APOSTROPHE.sub(r"\1", text) + '"', strict=False)
    except ValueError:
        return text
    # A lone surrogate, which JSON can escape and no encoding can hold.
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


_NAME: Final = re.compile(r"[\w.:*\- ]{1,100}")
"""The form of a key; a text with other characters is a message with misplaced quotation marks."""

_WORD: Final = re.compile(r"[\w.:]*")
_DEPTH: Final = 20
"""Nested brackets that are counted; deeper ones are not."""


def _key_texts(tokens: Iterable[_Token]) -> Iterator[tuple[list[str], _Token]]:
    """Return each text that is no key, with the keys above it, even if brackets are missing."""
    opened: list[tuple[str, str]] = []
    key = ""
    for token, after in pairwise(chain(tokens, [_STOP])):
        if token.sign in {"}", "]", ","}:
            _close(opened, token.sign)
            key = ""
        elif token.sign in {"{", "["}:
            if len(opened) < _DEPTH:
                opened.append((token.sign, key))
            key = ""
        elif after.sign == ":" and _NAME.fullmatch(token.text):
            # A key in a list: the closing bracket before it is missing.
            if opened and opened[-1][0] == "[":
                opened.pop()
            key = token.text
        elif token.sign != ":" and (key or after != _STOP or not _is_cut_key(token, opened)):
            yield [*(name for _sign, name in opened), key], token


def _is_cut_key(token: _Token, opened: list[tuple[str, str]]) -> bool:
    """Return whether the last text is a key that was cut off."""
    return (not opened or opened[-1][0] == "{") and _WORD.fullmatch(token.text) is not None


_OPENING: Final = {"}": "{", "]": "["}


def _close(opened: list[tuple[str, str]], sign: str) -> None:
    """Remove from `opened` the bracket that the sign closes, and those left open within it."""
    opening = _OPENING.get(sign)
    if any(bracket == opening for bracket, _key in opened):
        while opened.pop()[0] != opening:
            pass


_ENVELOPE: Final = {"", "success", "errors", "error", "base", "message", "messages", "response"}
"""Keys that name no field."""

_FLAGS: Final = {"success", "exclude_from_sync"}


def _answers(leaves: Iterable[tuple[list[str], _Token]]) -> Iterator[Response]:
    for keys, token in leaves:
        if token.text.strip() and not _is_flag(keys[-1], token):
            names = [key.strip() for key in keys if key.strip() not in _ENVELOPE]
            yield Response(":".join(names).replace(".", ":"), token.text)


def _is_flag(key: str, token: _Token) -> bool:
    """Return whether a value is no message, by two of: its key, its form, its lack of quotation marks."""
    return [key in _FLAGS, not token.sign, _LITERAL.fullmatch(token.text) is not None].count(True) > 1
