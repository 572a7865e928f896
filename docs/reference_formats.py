"""The reference pages on files and on JSON, made from the schemas and the data of the program."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml
from wording import head, part, plain, says, table

from graduand.language import Words, spoken
from graduand.ledger.entry import EntryKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMA: Final = Path(__file__).parent.parent / "schema"
_TYPES: Final = {
    "string": Words({"en": "text", "fr": "texte"}),
    "integer": Words({"en": "whole number", "fr": "nombre entier"}),
    "number": Words({"en": "number", "fr": "nombre"}),
    "boolean": Words({"en": "true or false", "fr": "true ou false"}),
    "object": Words({"en": "object", "fr": "objet"}),
    "array": Words({"en": "list", "fr": "liste"}),
    "null": Words({"en": "null", "fr": "null"}),
}


def outputs() -> Iterator[str]:
    """Return the page on what commands print as JSON."""
    schema = json.loads((SCHEMA / "output.schema.json").read_bytes())
    yield f"# {says('JSON', 'JSON')}"
    yield ""
    yield plain(part(schema["description"], "\n\n"))
    yield ""
    yield says(
        "The same as a JSON Schema, for programs: `graduand schema --json-output`. A key with `?` may be absent.",
        "La même chose en JSON Schema, pour les programmes\xa0: `graduand schema --json-output`. Une clé suivie de `?` "
        "peut manquer.",
    )
    for definition in sorted(schema["definitions"].values(), key=_id):
        yield from ("", f"## {_id(definition)}", "")
        yield " · ".join(f"`{command}`" for command in definition["title"].split(", "))
        yield from ("", plain(part(definition["description"], "\n\n")))
        yield from table(
            (says("key", "clé"), says("type", "type"), says("what", "sens")), _keys(definition, "", {"schema"})
        )


def _id(definition: Mapping[str, Any]) -> str:
    return str(definition["properties"]["schema"]["const"])


def _keys(schema: Mapping[str, Any], above: str, left_out: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield a row for each key of an object, and for those of the objects in it."""
    for name, one in schema.get("properties", {}).items():
        if name in left_out:
            continue
        mark = "" if name in schema.get("required", ()) else "?"
        yield f"`{above}{name}`{mark}", _type(one), plain(part(one.get("description", ""), "\n\n"))
        inner, dots = _innermost(one, f"{above}{name}")
        yield from _keys(inner, f"{dots}.", set())


def _innermost(schema: Mapping[str, Any], path: str) -> tuple[Mapping[str, Any], str]:
    """Return the object that a key holds, itself or in a list, and its path; lists are marked by `[]`."""
    for one in schema.get("anyOf", ()):
        if one.get("type") != "null":
            return _innermost(one, path)
    return _innermost(schema["items"], f"{path}[]") if "items" in schema else (schema, path)


def _type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if "anyOf" in schema:
        return ", ".join(_type(one) for one in schema["anyOf"])
    found = schema.get("type", [])
    names = [found] if isinstance(found, str) else found
    words = ", ".join(str(_TYPES[name]) for name in names) or says("anything", "au choix")
    if isinstance(schema.get("additionalProperties"), dict):
        return f"{head(f'{words} ' + says('by name', 'par nom'))} {_type(schema['additionalProperties'])}"
    return f"{head(words)} {_type(schema['items'])}" if schema.get("items") else words


def files() -> Iterator[str]:
    """Return the page on the files of a data repository."""
    yield f"# {says('Files', 'Fichiers')}"
    yield ""
    yield says(
        "What lies in a data repository, and what each file may hold. All of it is UTF-8 with LF line ends.",
        "Ce que contient un dépôt de données, et ce que peut dire chaque fichier. Tout est en UTF-8, lignes terminées "
        "par LF.",
    )
    yield from _record()
    yield from _importer()
    yield from _drift()
    yield from _ledger()
    yield from _others()


def _record() -> Iterator[str]:
    schema = json.loads((SCHEMA / "transition.schema.json").read_bytes())
    yield from ("", "## records/COHORT/USERNAME.yaml", "")
    yield plain(part(schema["description"], "\n\n"))
    yield ""
    yield says(
        "Its keys, in the order in which they are written; the columns among them stand in [Columns](columns.md).",
        "Ses clés, dans l’ordre où elles sont écrites\xa0; les colonnes parmi elles figurent dans "
        "[Colonnes](columns.md).",
    )
    yield from table((says("key", "clé"), says("what", "sens")), _record_keys(schema, ""))


def _record_keys(schema: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for name, one in schema.get("properties", {}).items():
        if "title" in one:
            yield f"`{above}{name}`", plain(part(one["title"], " / "))
        yield from _record_keys(one, f"{above}{name}:")


_SECTIONS: Final = {
    "format": Words({"en": "the number of this format", "fr": "le numéro de ce format"}),
    "requires": Words({"en": "the graduand that reads it", "fr": "le graduand qui sait le lire"}),
    "checked_on": Words(
        {"en": "when the facts were last checked", "fr": "quand les faits ont été vérifiés pour la dernière fois"}
    ),
    "sources": Words({"en": "where facts come from", "fr": "d’où viennent les faits"}),
    "limits": Words({"en": "the size of one file", "fr": "la taille d’un fichier"}),
    "file_names": Words(
        {"en": "words of a name that make a rehearsal", "fr": "les mots d’un nom qui font une répétition"}
    ),
    "sync": Words({"en": "names in the folder of Amazon S3", "fr": "les noms dans le dossier Amazon S3"}),
    "regions": Words(
        {"en": "the two Handshakes: required columns, years", "fr": "les deux Handshake\xa0: colonnes exigées, années"}
    ),
    "columns": Words({"en": "the columns: kind, limits, values", "fr": "les colonnes\xa0: nature, limites, valeurs"}),
    "retired": Words({"en": "headers of former times", "fr": "les en-têtes d’autrefois"}),
    "aliases": Words(
        {"en": "what offices write at the head of a column", "fr": "ce que les services écrivent en tête de colonne"}
    ),
    "stand_ins": Words(
        {
            "en": "heads that stand for a column if there is none better",
            "fr": "les titres qui valent une colonne faute de mieux",
        }
    ),
    "academic_domains": Words({"en": "domains of schools", "fr": "les domaines d’établissements"}),
    "mail_providers": Words({"en": "mail providers that are mistyped", "fr": "les messageries souvent mal tapées"}),
    "messages": Words(
        {"en": "what the Importer answers, why, and the cure", "fr": "ce que répond l’Importer, pourquoi, le remède"}
    ),
}
"""By the key of handshake.yaml."""


def _importer() -> Iterator[str]:
    sections = re.findall(r"^(\w+):", (SCHEMA / "handshake.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    yield from ("## schema/handshake.yaml", "")
    yield says(
        "What Handshake's Importer takes, refuses and answers. It is data: a fact that changes is changed here, with "
        "its source and the day; a comment above each key says more.",
        "Ce que l’Importer de Handshake accepte, refuse et répond. Ce sont des données\xa0: un fait qui change se "
        "change ici, avec sa source et le jour\xa0; un commentaire au-dessus de chaque clé en dit plus.",
    )
    rows = ((f"`{key}`", plain(str(_SECTIONS[key]))) for key in sections)
    yield from table((says("key", "clé"), says("what", "sens")), rows)
    yield says(
        "The school's own settings are in [schema/institution.yaml](institution.md).",
        "Les réglages de l’établissement sont dans [schema/institution.yaml](institution.md).",
    )


def _drift() -> Iterator[str]:
    drift = yaml.safe_load((SCHEMA / "drift.yaml").read_bytes())
    yield from ("", "## schema/drift.yaml", "")
    yield says(
        "What `graduand drift` says of an account, and what is to be done; `counts` says whether `--exit-code` ends "
        "with 10. Change the texts as your office works.",
        "Ce que `graduand drift` dit d’un compte, et ce qu’il y a à faire\xa0; `counts` dit si `--exit-code` rend 10. "
        "Changez les textes selon la façon de travailler de votre service.",
    )
    situations = ((f"`{key}`", plain(words[spoken()])) for key, words in drift["situations"].items())
    yield from table(("`situations`", says("what", "sens")), situations)
    causes = (
        (f"`{key}`", f"`{json.dumps(one['counts'])}`", plain(one["do"][spoken()]))
        for key, one in drift["causes"].items()
    )
    yield from table(("`causes`", "`counts`", "`do`"), causes)


_ENTRIES: Final = {
    EntryKind.OPENED: (Words({"en": "the ledger begins", "fr": "le registre commence"}), ""),
    EntryKind.UPLOAD: (
        Words({"en": "an upload that ran", "fr": "un envoi exécuté"}),
        "students.csv, identifiers.csv, …, people.tsv",
    ),
    EntryKind.DELIVERED: (
        Words(
            {
                "en": "files in the folder of Amazon S3, of which nothing says yet that they ran",
                "fr": "des fichiers déposés dans Amazon S3, dont rien ne dit encore qu’ils ont été exécutés",
            }
        ),
        "users.csv, people.tsv",
    ),
    EntryKind.RESULT: (
        Words({"en": "what came back of an upload", "fr": "ce qui est revenu d’un envoi"}),
        "result.tsv",
    ),
    EntryKind.OBSERVATION: (
        Words({"en": "what Handshake showed on a day", "fr": "ce que Handshake montrait un jour donné"}),
        "observed.csv, observed_others.csv, absent.tsv",
    ),
    EntryKind.APPROVAL: (
        Words({"en": "who has looked at what records mean", "fr": "qui a regardé ce que disent les fiches"}),
        "approved.tsv",
    ),
    EntryKind.WITHDRAWN: (
        Words({"en": "an entry was noted by mistake", "fr": "une entrée avait été notée par erreur"}),
        "",
    ),
    EntryKind.ERASED: (
        Words({"en": "lines of a person were cut out", "fr": "les lignes d’une personne ont été retirées"}),
        "",
    ),
}
"""What each kind of entry notes, and the files beside its entry.json."""


def _ledger() -> Iterator[str]:
    yield from ("## graduand/ledger", "")
    yield says(
        "The branch of [the ledger](../ledger.md): one commit an entry, `entry.json` "
        "([graduand/entry/1](outputs.md)) and these files beside it, with one line a person. Approvals and deliveries "
        "are entries too.",
        "La branche du [registre](../ledger.md)\xa0: un commit par entrée, `entry.json` "
        "([graduand/entry/1](outputs.md)) et ces fichiers à côté, une ligne par personne. Les approbations et les "
        "livraisons sont aussi des entrées.",
    )
    rows = (
        (f"`{kind.value}`", plain(str(_ENTRIES[kind][0])), ", ".join(f"`{one}`" for one in _named(kind)))
        for kind in EntryKind
    )
    yield from table((says("kind", "genre"), says("what it notes", "ce qu’elle note"), says("files", "fichiers")), rows)


def _named(kind: EntryKind) -> list[str]:
    return [one for one in _ENTRIES[kind][1].split(", ") if one]


def _others() -> Iterator[str]:
    yield f"## {says('Other files', 'Autres fichiers')}"
    rows = (
        (
            "`build/manifest.json`",
            says("the build, for the machine", "la compilation, pour la machine")
            + ": [graduand/manifest/2](outputs.md)",
        ),
        ("`build/upload.md`", says("the card to follow in Handshake", "la carte à suivre dans Handshake")),
        (
            "`schema/transition.schema.json`",
            says("the JSON Schema of a record, for editors", "le JSON Schema d’une fiche, pour les éditeurs"),
        ),
        (
            "`schema/outreach/*.txt`",
            says("letters to graduates, in each language", "les lettres aux diplômés, dans chaque langue"),
        ),
        (
            "`.graduand/`",
            says(
                "what was shipped and when, and what CI installs",
                "ce qui a été fourni et quand, et ce qu’installe l’intégration continue",
            )
            + ": [graduand/stamp/1](outputs.md)",
        ),
    )
    yield from table((says("file", "fichier"), says("what", "sens")), rows)
