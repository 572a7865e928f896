"""Bring what a newer graduand ships into a data repository, and keep what the school has changed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand import __version__
from graduand.errors import (
    LedgerInUse,
    NewerSchema,
    NotNow,
    SchemaBroken,
    ShippedNewer,
    UpgradeThere,
    UpgradeUnreadable,
)
from graduand.git.program import Program
from graduand.git.proposed_branch import propose
from graduand.git.three_way import merge_three
from graduand.language import _, translations
from graduand.records.fact_changes import Difference, FactChange, changed_facts, changed_settings
from graduand.records.importer import read_importer
from graduand.records.institution import read_institution
from graduand.records.jsonschema import json_schema
from graduand.records.school import school_of
from graduand.records.school_language import IMPORTER, PATH
from graduand.setup.install_source import PROGRAM, InstallSource, install_source, vendored_wheel
from graduand.setup.seeds import BEGINNING, DEVCONTAINER, RepositoryOptions, options_of, shipped_texts
from graduand.setup.stamp import CONFLICTS, STAMP, is_as_shipped, kept_at, read_stamp, stamp_files
from graduand.workspace import JSON_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graduand.workspace import Workspace

BRANCH: Final = f"graduand/upgrade-{__version__}"
"""The branch on which an upgrade is proposed."""


class FileOutcome(StrEnum):
    """What became of one file."""

    ADDED = "added"
    TAKEN = "taken"
    """The school never changed it: it is as it is shipped now."""
    MERGED = "merged"
    CONFLICT = "conflict"
    """Merged; where the two disagree it is the school's, and the other text is kept beside it."""
    GONE = "gone"
    """The school has removed it; it stays away."""


class FileUpgrade(NamedTuple):
    """One file of an upgrade."""

    path: str
    outcome: FileOutcome
    text: bytes = b""
    conflicts: bytes = b""
    """Where the school and graduand disagree, with git's marks."""


class Upgrade(NamedTuple):
    """What an upgrade changes."""

    version: str
    """The graduand that shipped the files of the repository; "" where that is not noted."""
    files: tuple[FileUpgrade, ...]
    """The shipped files that change or differ."""
    facts: tuple[FactChange, ...]
    contents: Mapping[str, bytes | None]
    """All files that the branch changes; None: removed."""
    doubt: str = ""
    """What is not certain of where CI installs graduand from."""

    @property
    def is_needed(self) -> bool:
        """Whether anything changes."""
        return bool(self.contents)


def upgrade_of(workspace: Workspace, install_from: str = "", *, devcontainer: bool = False) -> Upgrade:
    """Return what an upgrade to this graduand changes of the commit that is checked out; nothing is written.

    `devcontainer` adds a development container; where one was shipped before, it is kept up to date without it.

    Raises:
        NoGit, NotGit: there is no git, or no repository.
        ShippedNewer, NewerSchema: a newer graduand shipped the files, or is asked for by those of `schema/`.
        NotNow: nothing is committed, or the history that shows what was shipped is cut off.
        SchemaBroken: institution.yaml cannot be read.
        UpgradeUnreadable: the files of `schema/` could not be read once they are merged.
        Usage, Unreadable: where CI installs graduand from cannot be told.
    """
    return _Upgrading(Program(workspace.root), install_from, devcontainer=devcontainer).upgrade()


class _Upgrading:
    """One upgrade, from the commit that is checked out."""

    def __init__(self, program: Program, install_from: str, *, devcontainer: bool) -> None:
        self._program = program
        self._head = program.opened.head
        if not self._head:
            raise NotNow(_("nothing is committed yet"))
        self._install_from = install_from
        raw = self._at(self._head, STAMP)
        self._stamp = read_stamp(raw) if raw is not None else None
        if self._stamp and self._stamp.is_newer:
            raise ShippedNewer(self._stamp.version)
        self._devcontainer = devcontainer or bool(self._stamp and DEVCONTAINER in self._stamp.checksums)
        self._first = "" if self._stamp else self._first_commit()

    def upgrade(self) -> Upgrade:
        """Return what the upgrade changes."""
        ours = self._at(self._head, PATH) or b""
        texts = shipped_texts(self._options(ours))
        files = tuple(self._files(texts))
        merged = {one.path: one.text for one in files if one.outcome is not FileOutcome.GONE}
        after = {path: merged.get(path) or self._at(self._head, path) or b"" for path in (IMPORTER, PATH)}
        merged[JSON_SCHEMA] = _json_schema(after[PATH], after[IMPORTER])
        conflicts = {kept_at(one.path, CONFLICTS): one.conflicts for one in files if one.conflicts}
        program = (self._at(self._head, PROGRAM) or b"").decode(errors="replace")
        installed = self._installed(program)
        wanted: dict[str, bytes | None] = {**merged, **stamp_files(texts), **conflicts, **installed.files}
        old_wheel = vendored_wheel(program)
        if old_wheel and PROGRAM in wanted and old_wheel not in wanted:
            wanted[old_wheel] = None
        there = dict(zip(wanted, self._all_at(self._head, wanted), strict=True))
        changed = {path: content for path, content in wanted.items() if there[path] != content}
        before = self._at(self._head, IMPORTER) or b""
        settings = (one for one in changed_settings(ours, after[PATH]) if one.difference is Difference.ADDED)
        facts = (*settings, *changed_facts(before, after[IMPORTER]))
        version = self._stamp.version if self._stamp else ""
        return Upgrade(version, files, facts if changed else (), changed, installed.doubt)

    def _installed(self, program: str) -> InstallSource:
        """Return from where graduand is installed; what was said of this very version stays."""
        if not self._install_from and program and self._stamp and self._stamp.version == __version__:
            return InstallSource({})
        installed = install_source(self._install_from, self._program.root)
        if self._install_from or not program or vendored_wheel(program):
            return installed
        message = _(
            "Until now CI installed graduand from elsewhere ({path}); now a copy is kept in the repository. "
            "--install-from names another place."
        )
        return installed._replace(doubt=message.format(path=PROGRAM))

    def _files(self, texts: Mapping[str, str]) -> Iterator[FileUpgrade]:
        """Yield the files that change, conflict or were removed."""
        for path, text in sorted(texts.items()):
            theirs = text.encode()
            ours, base = self._at(self._head, path), self._base(path)
            if ours is None and base is None:
                yield FileUpgrade(path, FileOutcome.ADDED, theirs)
            elif ours is None:
                if base != theirs:
                    yield FileUpgrade(path, FileOutcome.GONE)
            elif theirs not in {ours, base}:
                if ours == base:
                    yield FileUpgrade(path, FileOutcome.TAKEN, theirs)
                else:
                    merged = merge_three(self._program, ours, base or b"", theirs)
                    outcome = FileOutcome.CONFLICT if merged.conflicts else FileOutcome.MERGED
                    yield FileUpgrade(path, outcome, merged.text, merged.conflicts)

    def _base(self, path: str) -> bytes | None:
        """Return a file as it was shipped; None where it was not, or nobody knows how it read."""
        if self._stamp is None:
            return self._at(self._first, path) if self._first else None
        kept = self._at(self._head, kept_at(path))
        return kept if kept is not None and is_as_shipped(self._stamp, path, kept) else None

    def _options(self, ours: bytes) -> RepositoryOptions:
        """Return the settings with which institution.yaml was shipped to this school."""
        base = self._base(PATH)
        institution = read_institution(base if base is not None else ours, is_past=True)
        return options_of(institution, devcontainer=self._devcontainer)

    def _first_commit(self) -> str:
        """Return the commit with which `graduand init` began, so that its files are as they were shipped; "" for none.

        Raises:
            NotNow: the history is cut off.
        """
        if self._program.opened.is_shallow:
            raise NotNow(_("this clone is shallow, and its history is cut; complete it (git fetch --unshallow)"))
        listed = self._program.read("log", "--max-parents=0", "-z", "--format=%H %s", self._head).split("\0")
        begun = tuple(subject.partition("{")[0] for subject in translations(BEGINNING))
        commits = (entry.partition(" ") for entry in listed if entry)
        return next((commit for commit, _blank, subject in commits if subject.startswith(begun)), "")

    def _at(self, commit: str, path: str) -> bytes | None:
        return next(self._all_at(commit, [path]))

    def _all_at(self, commit: str, paths: Iterable[str]) -> Iterator[bytes | None]:
        return self._program.blobs(f"{commit}:{self._program.prefix}{path}" for path in paths)


def _json_schema(institution: bytes, importer: bytes) -> bytes:
    """Return the JSON Schema of a record by two files of `schema/`.

    Raises:
        NewerSchema: one of them asks for a newer graduand.
        UpgradeUnreadable: they do not hold together.
    """
    try:
        return json_schema(school_of(read_institution(institution), read_importer(importer))).encode()
    except NewerSchema:
        raise
    except SchemaBroken as broken:
        raise UpgradeUnreadable(str(broken)) from broken


def propose_upgrade(workspace: Workspace, upgrade: Upgrade, message: str) -> str:
    """Commit an upgrade on a branch of its own, which is not checked out; return the branch.

    Raises:
        UpgradeThere: the branch is there already.
        LedgerInUse: a branch `graduand` is in the way.
        GitRefused, Busy, NotWritten: git, a key or the disk refused.
    """
    program = Program(workspace.root)
    taken, in_the_way = program.object_names((f"refs/heads/{BRANCH}", "refs/heads/graduand"))
    if taken:
        raise UpgradeThere(BRANCH)
    if in_the_way:
        raise LedgerInUse(_("a branch named graduand is in the way of {branch}").format(branch=BRANCH))
    contents = {path: content for path, content in upgrade.contents.items() if content is not None}
    blobs = dict(zip(contents, program.write_blobs(contents.values()), strict=True))
    removed = dict.fromkeys((path for path in upgrade.contents if path not in contents), "")
    propose(program, BRANCH, {**blobs, **removed}, message, {"Graduand-Kind": "upgraded"})
    return BRANCH
