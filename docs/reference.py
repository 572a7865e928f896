"""Write the reference pages of the guide from the program itself, in the current language."""

from __future__ import annotations

import os
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import reference_formats
import reference_keys
from wording import head, plain, says

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
        "files": reference_formats.files(),
        "outputs": reference_formats.outputs(),
        "keys": reference_keys.keys(),
    }
    for name, lines in pages.items():
        path, page = folder / f"{name}.md", "\n".join([*lines, ""])
        if not path.is_file() or path.read_text(encoding="utf-8") != page:
            path.write_text(page, encoding="utf-8")


def _index() -> Iterator[str]:
    yield f"# {says('Reference', 'Référence')}"
    yield ""
    yield says(
        "These pages are made from the program of this version.",
        "Ces pages sont tirées du programme lui-même, dans cette version.",
    )
    yield ""
    yield from (
        "```{toctree}",
        ":maxdepth: 2",
        "",
        "commands",
        "rules",
        "columns",
        "messages",
        "institution",
        "files",
        "outputs",
        "keys",
        "```",
    )


def _commands() -> Iterator[str]:
    yield f"# {says('Commands', 'Commandes')}"
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
    yield f"# {says('Rules', 'Règles')}"
    yield ""
    yield says(
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
    yield f"**{plain(_(rule.title))}** ({severity_word(rule.severity)})"
    yield from ("", plain(_(rule.why)), "")
    yield f"→ {plain(_(rule.cure))}"
    if rule.severity is not Severity.NOTE:
        exempt = _("possible, with transition: waive") if rule.waivable else _("not possible")
        yield from ("", f"{head(_('Exemption'))} {exempt}")
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
            title = f"[{plain(source.title)}]({source.url})" if source.url else plain(source.title)
            yield f"{head(_('Source'))} {title}"


def _columns(importer: Importer) -> Iterator[str]:
    yield f"# {says('Columns', 'Colonnes')}"
    yield ""
    yield says(
        "The columns of Handshake's Importer, as last checked on {day}.",
        "Les colonnes de l’Importer de Handshake, vérifiées pour la dernière fois le {day}.",
    ).format(day=importer.checked_on)
    for field in importer.columns:
        yield from _column(field, importer)


def _column(field: Field, importer: Importer) -> Iterator[str]:
    yield from ("", f"## `{field.key}`", "")
    yield f"**{plain(str(field.label))}** · {field.kind} · {_certainty(field.certainty)} · {field.checked_on}"
    yield from ("", plain(str(field.help)), "")
    if field.values:
        yield f"{head(_('Values'))} " + ", ".join(f"`{value}`" for value in field.values)
        yield ""
    if field.example:
        yield f"{head(says('Example', 'Exemple'))} `{field.example}`"
        yield ""
    wiped = _("possible, with “**CLEAR**”").replace("**", "\\*\\*") if field.clear else _("not possible")
    yield f"{head(_('Wiping'))} {wiped}" + (f" ({_certainty(field.clear_certainty)})" if field.clear else "")
    yield from _sources(field.sources, importer)


def _certainty(word: str) -> str:
    words = {
        "documented": says("documented by Handshake", "documenté par Handshake"),
        "inferred": says("inferred", "déduit"),
        "conflict": says("the sources contradict one another", "les sources se contredisent"),
        "observed": says("observed", "observé"),
    }
    return words.get(word, word)


def _messages(importer: Importer) -> Iterator[str]:
    yield f"# {says('Messages of the Importer', 'Messages de l’Importer')}"
    yield ""
    yield says(
        "What Handshake says of a row, a file or an analysis, why, and what to do. Parts in braces vary.",
        "Ce que Handshake dit d’une ligne, d’un fichier ou d’une analyse, pourquoi, et ce qu’il y a à faire. "
        "Les parties entre accolades varient.",
    )
    for message in importer.messages:
        yield from _message(message, importer)


def _message(message: Message, importer: Importer) -> Iterator[str]:
    yield from ("", f"## {message.id}", "", "```text", message.pattern, "```", "")
    yield plain(str(message.cause))
    yield from ("", f"→ {plain(str(message.cure))}")
    yield from _sources(message.sources, importer)


def _institution() -> Iterator[str]:
    yield "# schema/institution.yaml"
    yield ""
    yield says(
        "The settings of a school, each with its default.",
        "Les réglages d’un établissement, chacun avec sa valeur par défaut.",
    )
    yield from ("", "```yaml")
    yield from (SCHEMA / "institution.yaml").read_text(encoding="utf-8").strip("\n").splitlines()
    yield "```"
