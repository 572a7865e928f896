"""Diagnose the set-up of a data repository on this computer: git, drafts, schema and left-over files."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import date
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand import __version__
from graduand.errors import GitRefused, NoGit, NotGit, SchemaBroken, SparseCheckout, Trouble, Unreadable
from graduand.language import _, ngettext, visible
from graduand.records.institution import read_institution
from graduand.records.school_language import PATH as INSTITUTION
from graduand.storage import file_reader
from graduand.workspace import JSON_SCHEMA, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.setup.stamp import ShippedStamp

_FRESH_DAYS: Final = 365
"""Days after which the facts about Handshake should be checked again."""

_UPLOAD_DAYS: Final = 30
"""Days after which compiled files with personal data should be deleted."""


_UPGRADE: Final = "graduand upgrade"
_WORKFLOW: Final = ".github/workflows/check.yml"
"""The workflow that every `graduand init` has written."""

_SHOWN: Final = 5
"""Number of paths that a sentence names."""


class Diagnosis(NamedTuple):
    """The result of one check; `cure` is empty if nothing is wrong."""

    said: str
    cure: str = ""


def diagnose(workspace: Workspace, on: str) -> Iterator[Diagnosis]:
    """Return the results of all checks on the day `on` (`yyyy-mm-dd`); an interrupted save is finished."""
    yield from _git(workspace)
    yield from _interrupted(workspace)
    yield from _broken_off(workspace)
    yield from _unfinished(workspace)
    yield from _drafts(workspace)
    yield from _ledger(workspace)
    yield from _schema(workspace, on)
    yield from _shipped(workspace)
    yield from _leftover_files(workspace)


def _git(workspace: Workspace) -> Iterator[Diagnosis]:
    from graduand.git.checkout import Checkout  # noqa: PLC0415 - takes 60 ms

    try:
        checkout = Checkout(workspace.root)
    except (NoGit, NotGit) as trouble:
        yield Diagnosis(_("git cannot read the records."), str(trouble))
        return
    yield Diagnosis(_("git reads the records."))
    identity = checkout.identity()
    if identity:
        yield Diagnosis(_("git knows who commits."))
    else:
        yield Diagnosis(
            _("git does not know who commits."),
            _('git config --global user.name "…" and git config --global user.email …'),
        )
    if checkout.ignores("build/manifest.json"):
        yield Diagnosis(_("git ignores build/, which holds personal data."))
    else:
        yield Diagnosis(
            _("git does not ignore build/, which holds personal data."), _("Write /build/ into .gitignore.")
        )
    with suppress(GitRefused):  # the index is damaged, which is found below
        yield from _clone(workspace)
        with checkout.status() as status:
            if absent := status().absent:
                yield Diagnosis(_("A part of the records is not here."), str(SparseCheckout(absent)))


def _ledger(workspace: Workspace) -> Iterator[Diagnosis]:
    """Check that the ledger is whole and shared, without asking the remote."""
    from graduand.git.program import Program  # noqa: PLC0415
    from graduand.ledger.branch import BRANCH, ledger_remote  # noqa: PLC0415
    from graduand.ledger.ledger import read_ledger  # noqa: PLC0415
    from graduand.uploads.exchange import require_ledger  # noqa: PLC0415
    from graduand.uploads.unread_tags import require_read  # noqa: PLC0415

    try:
        ledger = read_ledger(Program(workspace.root))
        require_read(ledger)
        require_ledger(ledger)
        waiting = len(ledger.unshared)
    except (NoGit, NotGit):  # said above
        return
    except Trouble as trouble:
        yield Diagnosis(_("The ledger of uploads cannot be relied on."), str(trouble))
    else:
        if not ledger.head:
            yield Diagnosis(_("Nothing is noted as sent yet."))
        elif waiting:
            message = ngettext(
                "{count} entry of the ledger is not shared.", "{count} entries of the ledger are not shared.", waiting
            )
            yield Diagnosis(message.format(count=waiting), f"git push {quote(ledger_remote(ledger.program))} {BRANCH}")
        else:
            yield Diagnosis(_("The ledger of uploads is whole."))


def _clone(workspace: Workspace) -> Iterator[Diagnosis]:
    """Check that git shows, merges and checks records with graduand, which is set for each clone."""
    from graduand.setup.clone import attributes_lacking, clone_lacks, program_folder  # noqa: PLC0415

    lacks = clone_lacks(workspace)
    if attributes := attributes_lacking(workspace):
        cure = _("Write this line into .gitattributes: {line}").format(line=attributes)
        yield Diagnosis(_("git shows and merges records line by line."), cure)
    elif names := lacks.names:
        said = _("This clone is not set up: {names}.").format(names=visible(", ".join(names), 600))
        yield Diagnosis(said, "graduand setup")
    elif not program_folder():
        cure = _("Put the folder of the command graduand on the PATH, where git looks for it.")
        yield Diagnosis(_("git shows and merges records line by line."), cure)
    else:
        yield Diagnosis(_("This clone is set up: git shows, merges and checks records with graduand."))
    if lacks.open_folders:
        yield Diagnosis(_("Others on this machine can look into this folder."), "; ".join(lacks.private))


def _interrupted(workspace: Workspace) -> Iterator[Diagnosis]:
    """Finish a save that was interrupted, and return its outcome."""
    from graduand.editing.transaction import resume, resumed_message  # noqa: PLC0415 - only this needs it

    try:
        resumed = resume(workspace)
    except (NoGit, NotGit):
        return
    except Trouble as trouble:
        yield Diagnosis(_("A save that was interrupted could not be finished."), str(trouble))
        return
    if resumed:
        yield Diagnosis(resumed_message(resumed))


def _broken_off(workspace: Workspace) -> Iterator[Diagnosis]:
    """Return that a delivery broke off which is not noted yet."""
    from graduand.deliveries.deliver import is_broken_off  # noqa: PLC0415 - only this needs it

    try:
        if is_broken_off(workspace):
            cure = _("Whatever it sent is noted first by: {command}").format(command="graduand deliver")
            yield Diagnosis(_("A delivery broke off and is not noted in the ledger yet."), cure)
    except (NoGit, NotGit):
        return
    except Trouble as trouble:
        yield Diagnosis(_("A delivery broke off and is not noted in the ledger yet."), str(trouble))


def _unfinished(workspace: Workspace) -> Iterator[Diagnosis]:
    """Return what keeps git from its work or is not committed, and the programs that this clone brings along."""
    from graduand.git.checkout import Checkout, in_progress  # noqa: PLC0415 - takes 60 ms
    from graduand.git.clone_settings import is_own_program  # noqa: PLC0415

    try:
        program = Checkout(workspace.root).program
    except (NoGit, NotGit):
        return
    for key, value in program.own_programs().items():
        if not is_own_program(key, value) and value not in {"true", "false"}:
            said = _("The configuration of this clone lets git run a program: {key} = {value}")
            cure = _("If you did not set it: {command}")
            command = f"git config --unset-all {visible(key)}"
            yield Diagnosis(said.format(key=visible(key), value=visible(value)), cure.format(command=command))
    if reason := in_progress(program.folder):
        yield Diagnosis(_("git has something under way."), reason)
    yield from _locks(Path(program.folder))
    yield from _uncommitted(workspace, program.opened.head)


def _locks(folder: Path) -> Iterator[Diagnosis]:
    """Return the locks in git's own folder, and a branch whose file is empty."""
    for lock in sorted((*folder.glob("*.lock"), *folder.glob("refs/heads/**/*.lock"))):
        said = _("git is at work, or was killed: {path} is there.").format(path=visible(str(lock), 200))
        yield Diagnosis(
            said, _("If no git is running: {command}").format(command=f"rm {quote(visible(str(lock), 200))}")
        )
    for branch in sorted(folder.glob("refs/heads/**/*")):
        if branch.is_file() and not branch.stat().st_size:
            name = branch.relative_to(folder).as_posix()
            said = _("The branch {name} is empty, as after a power failure.").format(name=visible(name, 200))
            cure = _("Take its last commit from the end of .git/logs/{name}, and write it there: {command}")
            yield Diagnosis(said, cure.format(name=visible(name, 200), command=f"git update-ref {visible(name)} …"))


def _uncommitted(workspace: Workspace, head: str) -> Iterator[Diagnosis]:
    """Return how many files are saved and not committed, or that git's index cannot be read."""
    from graduand.editing.transaction import uncommitted_paths  # noqa: PLC0415 - only this needs it

    try:
        paths = sorted(uncommitted_paths(workspace)) if head else []
    except GitRefused as refused:
        cure = _("If git's index is damaged, make it again: {command}")
        yield Diagnosis(str(refused), cure.format(command="rm .git/index && git reset"))
        return
    if paths:
        said = ngettext(
            "{count} file of records/ and schema/ is not committed: {paths}",
            "{count} files of records/ and schema/ are not committed: {paths}",
            len(paths),
        )
        shown = ", ".join(visible(path, 100) for path in paths[:_SHOWN]) + (", …" if len(paths) > _SHOWN else "")
        yield Diagnosis(
            said.format(count=len(paths), paths=shown),
            _("Look at them (git diff HEAD), then commit them: {command}").format(
                command="git add records schema && git commit"
            ),
        )


def _drafts(workspace: Workspace) -> Iterator[Diagnosis]:
    """Return the drafts that were never saved, and the unreadable ones."""
    from graduand.editing.draft_store import drafts_folder, orphaned_drafts  # noqa: PLC0415 - only this needs it

    try:
        folder = drafts_folder(workspace)
        drafts = orphaned_drafts(folder, workspace.school)
    except Trouble:  # errors of git and of schema/ are found by other checks
        return
    for one in drafts:
        said = _("A draft of {username}, kept on {when}, is not saved.")
        who = visible(one.draft.record.username or one.draft.path)
        yield Diagnosis(said.format(username=who, when=one.at), _("Open the interface: it offers the draft."))
    for path in sorted(folder.glob("*.broken")):
        said = _("{path} is what is left of a draft that cannot be read.").format(path=visible(str(path), 200))
        yield Diagnosis(said, _("Look into it for what was typed, then delete it."))


def _schema(workspace: Workspace, on: str) -> Iterator[Diagnosis]:
    try:
        wanted, there = workspace.json_schema()
    except (SchemaBroken, Unreadable) as broken:
        yield Diagnosis(_("schema/ cannot be read."), str(broken))
        return
    if wanted == there:
        yield Diagnosis(_("{path} is fresh.").format(path=JSON_SCHEMA))
    else:
        yield Diagnosis(_("{path} is stale.").format(path=JSON_SCHEMA), "graduand schema")
    checked_on = workspace.importer.checked_on
    said = _("The facts about Handshake were last checked on {day}.").format(day=visible(checked_on))
    cure = _("Compare schema/handshake.yaml with its sources, or bring in those of a newer graduand: graduand upgrade")
    yield Diagnosis(said, "" if _is_fresh(checked_on, on) else cure)


def _is_fresh(checked_on: str, on: str) -> bool:
    try:
        return (date.fromisoformat(on) - date.fromisoformat(checked_on)).days <= _FRESH_DAYS
    except ValueError:
        return False


def _shipped(workspace: Workspace) -> Iterator[Diagnosis]:
    """Compare what was shipped to this repository with what this graduand ships."""
    from graduand.setup.seeds import DEVCONTAINER, options_of, shipped_texts  # noqa: PLC0415
    from graduand.setup.stamp import STAMP, kept_at, read_stamp, stamp_of  # noqa: PLC0415

    root = workspace.root
    if not (root / STAMP).exists():
        if (root / _WORKFLOW).exists():
            said = _("An older graduand made this repository; CI may install another program than it.")
            yield Diagnosis(said, _UPGRADE)
        return
    try:
        stamp = read_stamp(file_reader.read(root / STAMP, file_reader.LARGE_FILE))
        kept = file_reader.read(root / kept_at(INSTITUTION), file_reader.LARGE_FILE)
        institution, has_one = read_institution(kept, is_past=True), DEVCONTAINER in stamp.checksums
        now = stamp_of(shipped_texts(options_of(institution, devcontainer=has_one)))
    except Trouble as trouble:
        yield Diagnosis(_("What was shipped to this repository is not known."), str(trouble))
        return
    stale = [path for path, checksum in now.checksums.items() if stamp.checksums.get(path) != checksum]
    yield _standing(stamp, ", ".join(visible(path, 100) for path in stale))
    yield from _undecided(root)


def _standing(stamp: ShippedStamp, stale: str) -> Diagnosis:
    """Return how what was shipped stands to what is shipped now; `stale` are the paths that differ."""
    versions = {"version": __version__, "shipped": visible(stamp.version)}
    if stamp.is_newer:
        said = _("This graduand ({version}) is older than the one of this repository ({shipped}).")
        return Diagnosis(said.format(**versions), _("Install what .graduand/program.txt names."))
    if stamp.version != __version__:
        said = _("CI and these files are of graduand {shipped}; this is {version}: {paths}")
        return Diagnosis(said.format(**versions, paths=stale or _("nothing in them has changed")), _UPGRADE)
    if stale:
        said = _("This graduand ships other files than the ones that this repository was given: {paths}")
        return Diagnosis(said.format(paths=stale), _UPGRADE)
    return Diagnosis(_("The shipped files and CI are of this graduand, {version}.").format(version=__version__))


def _undecided(root: Path) -> Iterator[Diagnosis]:
    """Return the files in which an upgrade left something to be decided."""
    from graduand.setup.stamp import CONFLICTS  # noqa: PLC0415

    for path in sorted((root / CONFLICTS).glob("*")):
        name = visible(path.relative_to(root).as_posix(), 200)
        cure = _("Take from it what you want, then delete it: git rm {path}")
        yield Diagnosis(
            _("{path} holds what an upgrade left to be decided.").format(path=name), cure.format(path=quote(name))
        )


def _leftover_files(workspace: Workspace) -> Iterator[Diagnosis]:
    root = workspace.root
    for path in sorted((root / "records").rglob(".*.tmp")):
        said = _("{path} was left behind by a killed process.").format(
            path=visible(path.relative_to(root).as_posix(), 200)
        )
        yield Diagnosis(said, _("Check that the record beside it is right, then delete it."))
    old = [
        path
        for path in sorted((root / "build").rglob("*.csv"))
        if time.time() - path.lstat().st_mtime > _UPLOAD_DAYS * 86_400
    ]
    for path in old:
        said = _("{path} holds personal data and is older than {days} days.").format(
            path=visible(path.relative_to(root).as_posix(), 200), days=_UPLOAD_DAYS
        )
        yield Diagnosis(said, _("Delete it; it can be made again from the records."))
