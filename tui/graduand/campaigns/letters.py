"""Read and fill the templates of letters to graduates, from `schema/outreach/` or as shipped."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import SchemaBroken
from graduand.language import _, quoted, spoken
from graduand.records.shipped import default_schema
from graduand.records.source import Refused, text_of
from graduand.setup.seeds import LETTERS
from graduand.similar import nearest
from graduand.storage import file_reader
from graduand.vocabulary import current_vocabulary, vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_PLACEHOLDER: Final = re.compile(r"\{([^{}\n]*)\}")


class Letter(NamedTuple):
    """One template: a subject and a text with named placeholders."""

    path: str
    subject: str
    text: str
    holds: frozenset[str]
    """The names of its placeholders."""
    shipped: bool
    """True: the template is graduand's own, because the school has none."""

    @property
    def holds_in_text(self) -> frozenset[str]:
        """The names of the placeholders below the subject."""
        return frozenset(_PLACEHOLDER.findall(self.text))

    def without(self, name: str) -> Letter:
        """Return the letter without the paragraphs whose only placeholder is `name`.

        Raises:
            SchemaBroken: a paragraph has it among others, or no other paragraph is left.
        """
        paragraphs = self.text.split("\n\n")
        kept = [text for text in paragraphs if name not in _PLACEHOLDER.findall(text)]
        mixed = any(len({*_PLACEHOLDER.findall(text)}) > 1 for text in paragraphs if text not in kept)
        if mixed or not "".join(kept).strip():
            message = _(
                "the letter announces that the account will be archived ({placeholder}), and outreach: "
                "announce_archiving of institution.yaml is false; give the announcement a paragraph of its own, which "
                "is then left out, or write true."
            )
            raise SchemaBroken(self.path, 1, message.format(placeholder=f"{{{name}}}"))
        text = "\n\n".join(kept).strip("\n") + "\n"
        return self._replace(text=text, holds=frozenset(_PLACEHOLDER.findall(self.subject + text)))

    def filled(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Return the subject and the text with all placeholders replaced."""
        return _filled(self.subject, values), _filled(self.text, values)


def letter(root: Path, name: str, known: Iterable[str]) -> Letter:
    """Return the template `name` in the current language; it may have only the placeholders in `known`.

    Raises:
        SchemaBroken: it has no subject or no text, or holds an unknown placeholder; with the line.
        Unreadable: it cannot be read.
    """
    file = f"{name}.{spoken()}.txt"
    path = f"{LETTERS}/{file}"
    shipped = not (root / path).exists()
    raw = file_reader.read(default_schema() / "outreach" / file if shipped else root / path)
    try:
        lines = text_of(raw).splitlines()
    except Refused as refused:
        raise SchemaBroken(path, refused.fault.place.line, refused.fault.message) from refused
    start = next((number for number, line in enumerate(lines) if line and not line.startswith("#")), len(lines))
    subject = _subject().fullmatch(lines[start]) if start < len(lines) else None
    if not subject:
        raise SchemaBroken(path, start + 1, _("a letter begins with a line “Subject: …”."))
    holds = {
        found for number in range(start, len(lines)) for found in _placeholders(path, number, lines[number], known)
    }
    text = "\n".join(lines[start + 1 :]).strip("\n")
    if not text.strip():
        raise SchemaBroken(path, len(lines), _("the letter has a subject and no text."))
    return Letter(path, subject[1], f"{text}\n", frozenset(holds), shipped)


@cache
def _subject() -> re.Pattern[str]:
    """Return the pattern of a letter's first line, in any language."""
    words = "|".join(re.escape(one.subject) for one in vocabularies())
    return re.compile(rf"(?:{words})[ \u00a0]?: *(.*\S) *")


def _placeholders(path: str, number: int, line: str, known: Iterable[str]) -> Iterable[str]:
    found = _PLACEHOLDER.findall(line)
    for name in found:
        if name not in known:
            close = nearest(name, known)
            hint = _(" Did you mean {key}?").format(key=quoted(f"{{{close}}}")) if close else ""
            message = _("{name} is no placeholder of this letter; it can hold: {known}.")
            shown = message.format(name=quoted(f"{{{name}}}"), known=", ".join(f"{{{one}}}" for one in known))
            raise SchemaBroken(path, number + 1, shown + hint)
    if set("{}") & set(_PLACEHOLDER.sub("", line)):
        raise SchemaBroken(path, number + 1, _("a brace stands alone; a placeholder is written as {first_name}."))
    return found


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def spelt(day: str, region: str) -> str:
    """Return a day as a letter writes it: “15 janvier 2027”, “15 January 2027”; in region us “January 15, 2027”.

    Its no-break spaces also keep a spreadsheet from taking it for a date of its own.
    """
    year, month, number = day.split("-")
    words = current_vocabulary()
    return words.dates[region].format(
        day=words.dates["first"] if int(number) == 1 else int(number), month=words.months[int(month) - 1][0], year=year
    )
