"""Diagnose the set-up of a data repository on this computer: git, drafts, schema and left-over files."""

from __future__ import annotations

import os
import time
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import NoGit, NotGit, SchemaBroken, Trouble, Unreadable
from graduand.language import _, visible
from graduand.workspace import JSON_SCHEMA, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.git.checkout import Checkout

_FRESH_DAYS: Final = 365
"""Days after which the facts about Handshake should be checked again."""

_UPLOAD_DAYS: Final = 30
"""Days after which compiled files with personal data should be deleted."""


class Diagnosis(NamedTuple):
    """The result of one check; `cure` is empty if nothing is wrong."""

    said: str
    cure: str = ""


def diagnose(workspace: Workspace, on: str) -> Iterator[Diagnosis]:
    """Return the results of all checks on the day `on` (`yyyy-mm-dd`); an interrupted save is finished."""
    yield from _git(workspace)
    yield from _interrupted(workspace)
    yield from _drafts(workspace)
    yield from _schema(workspace, on)
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
    yield _differences(checkout)


def _differences(checkout: Checkout) -> Diagnosis:
    """Check that `git diff` shows records as text, which is set for each clone."""
    from graduand.git.checkout import TEXTCONV  # noqa: PLC0415

    if not checkout.marks_records():
        cure = _("Write this line into .gitattributes: {line}").format(line="records/**/*.yaml diff=graduand")
    elif not checkout.shows_text():
        name, command = TEXTCONV
        cure = " ".join(("git", "config", name, f"'{command}'"))
    elif not any(os.access(f"{folder}/graduand", os.X_OK) for folder in os.get_exec_path()):
        cure = _("Put the folder of the command graduand on the PATH, where git looks for it.")
    else:
        return Diagnosis(_("git shows records as text in its differences."))
    return Diagnosis(_("git shows records as YAML in its differences."), cure)


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
    cure = _("Compare schema/handshake.yaml with its sources, or take the one of a newer graduand.")
    yield Diagnosis(said, "" if _is_fresh(checked_on, on) else cure)


def _is_fresh(checked_on: str, on: str) -> bool:
    try:
        return (date.fromisoformat(on) - date.fromisoformat(checked_on)).days <= _FRESH_DAYS
    except ValueError:
        return False


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
    if root.stat().st_mode & 0o077:
        yield Diagnosis(_("Others on this machine can look into this folder."), f"chmod 700 {visible(str(root), 200)}")
