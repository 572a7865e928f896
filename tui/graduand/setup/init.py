"""Create a data repository for a school's records from the files that are shipped with the program."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

from graduand.errors import NotEmpty, NotWritten, SchemaBroken, Usage
from graduand.language import ENGLISH, _, quoted, spoken
from graduand.records.institution import read_institution
from graduand.records.kinds import FieldKind
from graduand.records.school_language import DRIFT as DRIFT_PATH
from graduand.records.school_language import IMPORTER as IMPORTER_PATH
from graduand.records.school_language import PATH as INSTITUTION_PATH
from graduand.records.school_language import SIZE
from graduand.records.shipped import default_schema
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
"""The folder of the templates of letters to graduates, such as `email.fr.txt`."""
_PRIVATE: Final = 0o700


class RepositoryOptions(NamedTuple):
    """The settings of a new repository: the school's name, Handshake region, language and e-mail domains."""

    name: str
    region: str
    language: str
    domains: tuple[str, ...]


class CreatedRepository(NamedTuple):
    """A new repository."""

    root: Path
    committed: bool
    """False: git has no name and address for the first commit."""


def init_repository(root: Path, options: RepositoryOptions) -> CreatedRepository:
    """Create a data repository in the folder `root`, which must be missing or empty, and commit it.

    Raises:
        NotEmpty: the folder holds files.
        Usage: a setting is invalid, such as a domain.
        NotWritten: a file cannot be written.
        NoGit: git cannot be run.
    """
    from graduand.git.commit import commit_first  # noqa: PLC0415 - only this command needs it
    from graduand.git.program import Program  # noqa: PLC0415
    from graduand.ledger.ledger import open_ledger, read_ledger  # noqa: PLC0415

    institution = _institution_text(options)
    _create_folder(root)
    Program.create(root)  # before the files, so that without git the folder stays empty
    seeds = {target: (_SEEDS / source).read_text(encoding="utf-8") for target, source in _SEED.items()}
    guides = (_SEEDS / f"README.{language}.md" for language in (spoken(), ENGLISH))
    seeds["records/README.md"] = next(path for path in guides if path.exists()).read_text(encoding="utf-8")
    seeds[IMPORTER_PATH] = file_reader.read(default_schema() / "handshake.yaml", SIZE).decode()
    seeds[DRIFT_PATH] = file_reader.read(default_schema() / "drift.yaml", SIZE).decode()
    seeds[INSTITUTION_PATH] = institution
    seeds |= {
        f"{LETTERS}/{path.name}": file_reader.read(path).decode() for path in (default_schema() / "outreach").iterdir()
    }
    for target, text in seeds.items():
        atomic.create(root / target, text)
    Workspace(root).write_json_schema()
    message = _("Begin the records of {name}").format(name=options.name or root.resolve().name)
    committed = commit_first(root, message)
    if committed:
        open_ledger(read_ledger(Program(root)))
    return CreatedRepository(root, committed)


def _create_folder(root: Path) -> None:
    """Create the folder, or use the empty one, and make it private before files are written."""
    try:
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise NotEmpty(root)
        root.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        root.chmod(_PRIVATE)
    except OSError as error:
        raise NotWritten(root, error.strerror or str(error)) from error


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
