"""The files that graduand ships to a data repository: how they read for one school."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import SchemaBroken, Usage
from graduand.language import ENGLISH, N_, _, quoted, visible
from graduand.records.institution import read_institution
from graduand.records.kinds import FieldKind
from graduand.records.school_language import DRIFT as DRIFT_PATH
from graduand.records.school_language import IMPORTER as IMPORTER_PATH
from graduand.records.school_language import PATH as INSTITUTION_PATH
from graduand.records.school_language import SIZE
from graduand.records.shipped import default_schema
from graduand.records.writing import scalar
from graduand.storage import file_reader

if TYPE_CHECKING:
    from graduand.records.institution import Institution

_SEEDS: Final = Path(__file__).parent.parent / "seed"
_SEED: Final = {
    "Makefile": "Makefile",
    ".gitignore": "gitignore",
    ".gitattributes": "gitattributes",
    ".github/workflows/check.yml": "workflow.yml",
    ".gitlab-ci.yml": "gitlab-ci.yml",
    ".pre-commit-config.yaml": "pre-commit.yaml",
    "CODEOWNERS": "codeowners",
    ".github/rulesets/main.json": "ruleset_main.json",
    ".github/rulesets/ledger.json": "ruleset_ledger.json",
}
"""Path in a data repository → name of the seed."""
DEVCONTAINER: Final = ".devcontainer/devcontainer.json"
"""What a development container is made from, in which a colleague works without installing anything."""
_SPOKEN_SEED: Final = {
    "records/README.md": "README.{language}.md",
    ".github/pull_request_template.md": "pull_request.{language}.md",
    ".gitlab/merge_request_templates/Default.md": "pull_request.{language}.md",
    ".github/ISSUE_TEMPLATE/closing_request.yml": "closing_request.{language}.yml",
}
"""The same of the seeds that there are in several languages."""
_MARKED: Final = re.compile(r"([\\`*_\[\]<>#|])")
_ESCAPED: Final = r"\\\1"
"""Before a character that Markdown would read as a mark."""
BEGINNING: Final = N_("Begin the records of {name}")
"""The subject of the first commit of a new repository, by which an upgrade knows it."""
LETTERS: Final = "schema/outreach"
"""The folder of the templates of letters to graduates, such as `email.fr.txt`."""


class RepositoryOptions(NamedTuple):
    """The settings of a repository: the school's name, Handshake region, language and e-mail domains."""

    name: str
    region: str
    language: str
    domains: tuple[str, ...]
    devcontainer: bool = False
    """Whether DEVCONTAINER is shipped too."""


def options_of(institution: Institution, *, devcontainer: bool) -> RepositoryOptions:
    """Return the settings that institution.yaml has; `devcontainer` says whether DEVCONTAINER is shipped."""
    own = institution
    return RepositoryOptions(own.name, own.region, own.language, own.own_domains, devcontainer)


def shipped_texts(options: RepositoryOptions) -> dict[str, str]:
    """Return all files that this graduand ships, by their paths, as they read for a school.

    Raises:
        Usage: a setting is invalid, such as a domain.
    """
    texts = {INSTITUTION_PATH: _institution_text(options)}
    texts |= {target: (_SEEDS / source).read_text(encoding="utf-8") for target, source in _SEED.items()}
    for target, source in _SPOKEN_SEED.items():
        spoken = (_SEEDS / source.format(language=language) for language in (options.language, ENGLISH))
        texts[target] = next(path for path in spoken if path.exists()).read_text(encoding="utf-8")
    texts["README.md"] = _front_page(options)
    if options.devcontainer:
        texts[DEVCONTAINER] = (_SEEDS / "devcontainer.json").read_text(encoding="utf-8")
    schema = default_schema()
    texts[IMPORTER_PATH] = file_reader.read(schema / "handshake.yaml", SIZE).decode()
    texts[DRIFT_PATH] = file_reader.read(schema / "drift.yaml", SIZE).decode()
    return texts | {
        f"{LETTERS}/{path.name}": file_reader.read(path).decode()
        for path in sorted((schema / "outreach").glob("*.txt"))
    }


def _front_page(options: RepositoryOptions) -> str:
    """Return the page that a forge shows first, in each language, the school's first."""
    pages = {path.name.split(".")[1]: path for path in sorted(_SEEDS.glob("root.*.md"))}
    languages = sorted(pages, key=lambda language: (language != options.language, language != ENGLISH, language))
    name = " ".join(options.name.split()) or "Handshake"
    texts = (pages[language].read_text(encoding="utf-8") for language in languages)
    return f"# {_MARKED.sub(_ESCAPED, visible(name))}\n\n" + "\n---\n\n".join(texts)


def _institution_text(options: RepositoryOptions) -> str:
    """Return the text of institution.yaml with the given settings; its comments are kept."""
    text = file_reader.read(default_schema() / "institution.yaml").decode()
    values = {
        "name": scalar(options.name, FieldKind.TEXT) if options.name else '""',
        "region": options.region,
        "language": options.language,
        "own_domains": f"[{', '.join(domain.lower() for domain in options.domains)}]",
    }
    for key, value in values.items():
        # A backslash in a name must not be read as a group of the pattern.
        line = f"{key}: {value}".replace("\\", r"\\")
        text = re.sub(rf"^{key}: .*$", line, text, count=1, flags=re.MULTILINE)
    message = _("That cannot be a school's settings: {why}")
    try:
        read_institution(text.encode())
    except SchemaBroken as broken:
        raise Usage(message.format(why=str(broken))) from broken
    except UnicodeEncodeError as error:  # the command line was not valid UTF-8
        raise Usage(message.format(why=quoted(options.name))) from error
    return text
