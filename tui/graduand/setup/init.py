"""Founding: a new data repository for a school's records, from the seed that the program carries."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

from graduand.errors import NotEmpty, NotWritten, SchemaBroken, Usage
from graduand.language import ENGLISH, _, quoted, spoken
from graduand.records.institution import read_institution
from graduand.records.kinds import FieldKind
from graduand.records.school_language import IMPORTER as IMPORTER_PATH
from graduand.records.school_language import PATH as INSTITUTION_PATH
from graduand.records.school_language import SIZE
from graduand.records.writing import scalar
from graduand.storage import atomic, file_reader
from graduand.workspace import Workspace

_PROGRAM: Final = Path(__file__).parent.parent
_SEEDS: Final = _PROGRAM / "seed"
_SEED: Final = {
    "Makefile": "Makefile",
    ".gitignore": "gitignore",
    ".gitattributes": "gitattributes",
    ".github/workflows/check.yml": "workflow.yml",
    ".pre-commit-config.yaml": "pre-commit.yaml",
}
LETTERS: Final = "schema/outreach"
"""The templates of letters to graduates, in every language: `email.fr.txt` …"""
_PRIVATE: Final = 0o700


class Charter(NamedTuple):
    """What a new repository must know of its school."""

    name: str
    region: str
    language: str
    domains: tuple[str, ...]


class Founded(NamedTuple):
    """What came of it."""

    root: Path
    committed: bool
    """False: git knows no name and address yet for the first commit."""


def default_schema() -> Path:
    """Return the folder of the schema that the program carries: in the wheel inside it, in a checkout beside it."""
    inside = _PROGRAM / "schema"
    return inside if inside.is_dir() else _PROGRAM.parents[1] / "schema"


def found(root: Path, charter: Charter) -> Founded:
    """Make a data repository in `root`, which must be missing or empty, and commit it.

    Raises:
        NotEmpty: something is there already.
        Usage: the charter cannot be, such as a domain that is none.
        NotWritten, NoGit: the disk or the machine refused.
    """
    from graduand.git.first_commit import commit_first  # noqa: PLC0415 - only this command needs it
    from graduand.git.program import Program  # noqa: PLC0415

    institution = _institution(charter)
    _take(root)
    Program.create(root)  # before the files: without git the folder stays empty, and can be taken again
    seeds = {target: (_SEEDS / source).read_text(encoding="utf-8") for target, source in _SEED.items()}
    guides = (_SEEDS / f"README.{language}.md" for language in (spoken(), ENGLISH))
    seeds["records/README.md"] = next(path for path in guides if path.exists()).read_text(encoding="utf-8")
    seeds[IMPORTER_PATH] = file_reader.read(default_schema() / "handshake.yaml", SIZE).decode()
    seeds[INSTITUTION_PATH] = institution
    seeds |= {
        f"{LETTERS}/{path.name}": file_reader.read(path).decode() for path in (default_schema() / "outreach").iterdir()
    }
    for target, text in seeds.items():
        atomic.create(root / target, text)
    Workspace(root).write_json_schema()
    message = _("Begin the records of {name}").format(name=charter.name or root.resolve().name)
    return Founded(root, commit_first(root, message))


def _take(root: Path) -> None:
    """Make the folder, or take the empty one, and close it to others before anything is in it."""
    try:
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise NotEmpty(root)
        root.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        root.chmod(_PRIVATE)
    except OSError as error:
        raise NotWritten(root, error.strerror or str(error)) from error


def _institution(charter: Charter) -> str:
    """Return institution.yaml with its comments, and the charter in place of the invented school."""
    text = file_reader.read(default_schema() / "institution.yaml").decode()
    values = {
        "name": scalar(charter.name, FieldKind.TEXT) if charter.name else '""',
        "region": charter.region,
        "language": charter.language,
        "own_domains": f"[{', '.join(domain.lower() for domain in charter.domains)}]",
    }
    for key, value in values.items():
        # A backslash in a name is no group of the pattern.
        line = f"{key}: {value}".replace("\\", r"\\")
        text = re.sub(rf"^{key}: .*$", line, text, count=1, flags=re.MULTILINE)
    message = _("That cannot be a school's settings: {why}")
    try:
        read_institution(text.encode())
    except SchemaBroken as broken:
        raise Usage(message.format(why=str(broken))) from broken
    except UnicodeEncodeError as error:  # bytes of the command line that are no text
        raise Usage(message.format(why=quoted(charter.name))) from error
    return text
