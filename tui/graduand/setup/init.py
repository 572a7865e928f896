"""Create a data repository for a school's records from the files that are shipped with the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import NotEmpty, NotWritten
from graduand.language import _
from graduand.setup.install_source import install_source
from graduand.setup.seeds import BEGINNING, shipped_texts
from graduand.setup.stamp import stamp_files
from graduand.storage import atomic
from graduand.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.setup.seeds import RepositoryOptions

_PRIVATE: Final = 0o700


class CreatedRepository(NamedTuple):
    """A new repository."""

    root: Path
    committed: bool
    """False: git has no name and address for the first commit."""
    doubt: str = ""
    """What is not certain of where CI installs graduand from; "" if nothing."""


def init_repository(root: Path, options: RepositoryOptions, install_from: str = "") -> CreatedRepository:
    """Create a data repository in the folder `root`, which must be missing or empty, and commit it.

    CI installs graduand from `install_from`; "" is a copy of this one, which is kept in the repository.

    Raises:
        NotEmpty: the folder holds files.
        Usage: a setting is invalid, such as a domain, or `install_from` is not exactly one program.
        Unreadable: this program cannot be copied.
        NotWritten: a file cannot be written.
        NoGit: git cannot be run.
    """
    from graduand.git.commit import commit_first  # noqa: PLC0415 - only this command needs it
    from graduand.git.program import Program  # noqa: PLC0415
    from graduand.ledger.ledger import open_ledger, read_ledger  # noqa: PLC0415
    from graduand.setup.clone import set_clone_up  # noqa: PLC0415

    texts = shipped_texts(options)
    _require_empty(root)
    installed = install_source(install_from, root)
    _create_folder(root)
    Program.create(root)  # before the files, so that without git the folder stays empty
    for target, text in texts.items():
        atomic.create(root / target, text)
    for target, content in {**stamp_files(texts), **installed.files}.items():
        atomic.put_private(root / target, content, overwrite=False)
    Workspace(root).write_json_schema()
    message = _(BEGINNING).format(name=options.name or root.resolve().name)
    committed = commit_first(root, message)
    set_clone_up(Workspace(root))
    if committed:
        open_ledger(read_ledger(Program(root)))
    return CreatedRepository(root, committed, installed.doubt)


def _require_empty(root: Path) -> None:
    try:
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise NotEmpty(root)
    except OSError as error:
        raise NotWritten(root, error.strerror or str(error)) from error


def _create_folder(root: Path) -> None:
    """Create the folder, or use the empty one, and make it private before files are written."""
    try:
        root.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        root.chmod(_PRIVATE)
    except OSError as error:
        raise NotWritten(root, error.strerror or str(error)) from error
