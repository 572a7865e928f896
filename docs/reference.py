"""Write the reference pages of the guide from the program itself, in the current language."""

from __future__ import annotations

import os
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand.__main__ import run
from graduand.commands.command_classes import COMMANDS
from graduand.findings import Severity
from graduand.language import Words, _, spoken
from graduand.records.importer import read_importer
from graduand.reports.console import show
from graduand.reports.explain_text import case_text
from graduand.reports.findings_text import severity_word
from graduand.rules.registry import FAMILIES
from graduand.rules.rule_cases import read_cases

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.records.field import Field
    from graduand.records.importer import Importer, Message
    from graduand.rules.rule import Rule

SCHEMA: Final = Path(__file__).parent.parent / "schema"
_WIDTH: Final = "96"
"""The width of help pages, in characters."""


def _says(english: str, french: str) -> str:
    """Return a text of these pages, which the program itself never says, in the current language."""
    return str(Words({"en": english, "fr": french}))


def _head(word: str) -> str:
    """Return a word with a colon, as the current language writes it."""
    return word + _says(":", "\u00a0:")


def write(folder: Path) -> None:
    """Write the pages into a folder; a page that is the same stays untouched, so that Sphinx does not read it again."""
    folder.mkdir(parents=True, exist_ok=True)
    importer = read_importer((SCHEMA / "handshake.yaml").read_bytes())
    pages = {
        "index": _index(),
        "commands": _commands(),
        "rules": _rules(importer),
        "columns": _columns(importer),
        "messages": _messages(importer),
        "institution": _institution(),
    }
    for name, lines in pages.items():
        path, text = folder / f"{name}.md", "\n".join([*lines, ""])
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _index() -> Iterator[str]:
    yield f"# {_says('Reference', 'Référence')}"
    yield ""
    yield _says(
        "These pages are made from the program of this version.",
        "Ces pages sont tirées du programme lui-même, dans cette version.",
    )
    yield ""
    yield from ("```{toctree}", "commands", "rules", "columns", "messages", "institution", "```")


def _commands() -> Iterator[str]:
    yield f"# {_says('Commands', 'Commandes')}"
    yield ""
    yield from _console("--help")
    for name in COMMANDS:
        yield f"## graduand {name}"
        yield ""
        yield from _console(name, "--help")


def _console(*words: str) -> Iterator[str]:
    """Return a command and what it prints, as a block."""
    printed = StringIO()
    os.environ["COLUMNS"] = _WIDTH
    with redirect_stdout(printed):
        run(["--lang", spoken(), *words])
    yield "```console"
    yield f"$ graduand {' '.join(words)}"
    yield from printed.getvalue().strip("\n").splitlines()
    yield from ("```", "")


def _rules(importer: Importer) -> Iterator[str]:
    yield f"# {_says('Rules', 'Règles')}"
    yield ""
    yield _says(
        "“graduand explain GR301” prints the same at a terminal.",
        "«\xa0graduand explain GR301\xa0» affiche la même chose dans un terminal.",
    )
    for family in FAMILIES:
        first = family.RULES[0].id
        yield from ("", f"## {first[:3]} · {_FAMILY_TITLES[first[:3]]}")
        for rule in family.RULES:
            yield from _rule(rule, importer)


_FAMILY_TITLES: Final = {
    "GR0": Words({"en": "The file", "fr": "Le fichier"}),
    "GR1": Words({"en": "Columns and values", "fr": "Colonnes et valeurs"}),
    "GR2": Words({"en": "Dates and study", "fr": "Dates et études"}),
    "GR3": Words({"en": "Addresses", "fr": "Adresses"}),
    "GR4": Words({"en": "Identity and duplicates", "fr": "Identité et doublons"}),
    "GR5": Words({"en": "Accounts", "fr": "Comptes"}),
    "GR6": Words({"en": "The school's policy", "fr": "Les règles de l’établissement"}),
    "GR7": Words({"en": "What Handshake holds", "fr": "Ce que Handshake contient"}),
    "GR8": Words({"en": "The nightly sync file", "fr": "Le fichier de synchronisation de la nuit"}),
}


def _rule(rule: Rule, importer: Importer) -> Iterator[str]:
    yield from ("", f"### {rule.id}", "")
    yield f"**{_text(_(rule.title))}** ({severity_word(rule.severity)})"
    yield from ("", _text(_(rule.why)), "")
    yield f"→ {_text(_(rule.cure))}"
    if rule.severity is not Severity.NOTE:
        exempt = _("possible, with transition: waive") if rule.waivable else _("not possible")
        yield from ("", f"{_head(_('Exemption'))} {exempt}")
    yield from _sources(rule.sources, importer)
    for case in read_cases(rule.id)[:1]:
        yield from ("", "```text")
        printed = StringIO()
        show(case_text(case), "never", printed)
        yield from printed.getvalue().strip("\n").splitlines()
        yield "```"


def _sources(keys: Iterable[str], importer: Importer) -> Iterator[str]:
    for key in keys:
        source = importer.sources.get(key)
        if source:
            yield ""
            title = f"[{_text(source.title)}]({source.url})" if source.url else _text(source.title)
            yield f"{_head(_('Source'))} {title}"


def _columns(importer: Importer) -> Iterator[str]:
    yield f"# {_says('Columns', 'Colonnes')}"
    yield ""
    yield _says(
        "The columns of Handshake's Importer, as last checked on {day}.",
        "Les colonnes de l’Importer de Handshake, vérifiées pour la dernière fois le {day}.",
    ).format(day=importer.checked_on)
    for field in importer.columns:
        yield from _column(field, importer)


def _column(field: Field, importer: Importer) -> Iterator[str]:
    yield from ("", f"## `{field.key}`", "")
    yield f"**{_text(str(field.label))}** · {field.kind} · {_certainty(field.certainty)} · {field.checked_on}"
    yield from ("", _text(str(field.help)), "")
    if field.values:
        yield f"{_head(_('Values'))} " + ", ".join(f"`{value}`" for value in field.values)
        yield ""
    if field.example:
        yield f"{_head(_says('Example', 'Exemple'))} `{field.example}`"
        yield ""
    wiped = _("possible, with “**CLEAR**”").replace("**", "\\*\\*") if field.clear else _("not possible")
    yield f"{_head(_('Wiping'))} {wiped}" + (f" ({_certainty(field.clear_certainty)})" if field.clear else "")
    yield from _sources(field.sources, importer)


def _certainty(word: str) -> str:
    words = {
        "documented": _says("documented by Handshake", "documenté par Handshake"),
        "inferred": _says("inferred", "déduit"),
        "conflict": _says("the sources contradict one another", "les sources se contredisent"),
        "observed": _says("observed", "observé"),
    }
    return words.get(word, word)


def _messages(importer: Importer) -> Iterator[str]:
    yield f"# {_says('Messages of the Importer', 'Messages de l’Importer')}"
    yield ""
    yield _says(
        "What Handshake says of a row, a file or an analysis, why, and what to do. Parts in braces vary.",
        "Ce que Handshake dit d’une ligne, d’un fichier ou d’une analyse, pourquoi, et ce qu’il y a à faire. "
        "Les parties entre accolades varient.",
    )
    for message in importer.messages:
        yield from _message(message, importer)


def _message(message: Message, importer: Importer) -> Iterator[str]:
    yield from ("", f"## {message.id}", "", "```text", message.pattern, "```", "")
    yield _text(str(message.cause))
    yield from ("", f"→ {_text(str(message.cure))}")
    yield from _sources(message.sources, importer)


def _institution() -> Iterator[str]:
    yield "# schema/institution.yaml"
    yield ""
    yield _says(
        "The settings of a school, each with its default.",
        "Les réglages d’un établissement, chacun avec sa valeur par défaut.",
    )
    yield from ("", "```yaml")
    yield from (SCHEMA / "institution.yaml").read_text(encoding="utf-8").strip("\n").splitlines()
    yield "```"


def _text(text: str) -> str:
    """Return a text of people with the signs of Markdown made plain."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|" else char for char in text)
