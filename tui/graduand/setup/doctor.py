"""Checkup: what is missing on this machine, or lies about, before it becomes a trouble."""

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
"""How long a fact about Handshake is trusted without another look."""

_UPLOAD_DAYS: Final = 30
"""How long files with personal data may lie about."""


class Symptom(NamedTuple):
    """One thing that was looked at; `cure` is empty when it is well."""

    said: str
    cure: str = ""


def examine(workspace: Workspace, on: str) -> Iterator[Symptom]:
    """Return what was looked at on the day `on`, the healthy too."""
    yield from _git(workspace)
    yield from _interrupted(workspace)
    yield from _drafts(workspace)
    yield from _schema(workspace, on)
    yield from _left_behind(workspace)


def _git(workspace: Workspace) -> Iterator[Symptom]:
    from graduand.git.checkout import Checkout  # noqa: PLC0415 - 60 ms that only this needs

    try:
        checkout = Checkout(workspace.root)
    except (NoGit, NotGit) as trouble:
        yield Symptom(_("git cannot read the records."), str(trouble))
        return
    yield Symptom(_("git reads the records."))
    identity = checkout.identity()
    if identity:
        yield Symptom(_("git knows who commits."))
    else:
        yield Symptom(
            _("git does not know who commits."),
            _('git config --global user.name "…" and git config --global user.email …'),
        )
    if checkout.ignores("build/manifest.json"):
        yield Symptom(_("git ignores build/, which holds personal data."))
    else:
        yield Symptom(_("git does not ignore build/, which holds personal data."), _("Write /build/ into .gitignore."))
    yield _differences(checkout)


def _differences(checkout: Checkout) -> Symptom:
    """Look whether `git diff` shows records as text; the setting is each clone's own."""
    from graduand.git.checkout import TEXTCONV  # noqa: PLC0415

    if not checkout.marks_records():
        cure = _("Write this line into .gitattributes: {line}").format(line="records/**/*.yaml diff=graduand")
    elif not checkout.shows_text():
        name, command = TEXTCONV
        cure = " ".join(("git", "config", name, f"'{command}'"))
    elif not any(os.access(f"{folder}/graduand", os.X_OK) for folder in os.get_exec_path()):
        cure = _("Put the folder of the command graduand on the PATH, where git looks for it.")
    else:
        return Symptom(_("git shows records as text in its differences."))
    return Symptom(_("git shows records as YAML in its differences."), cure)


def _interrupted(workspace: Workspace) -> Iterator[Symptom]:
    """Finish what a killed save left, and say so."""
    from graduand.editing.transaction import resume, resumed_message  # noqa: PLC0415 - only this needs it

    try:
        resumed = resume(workspace)
    except (NoGit, NotGit):
        return
    except Trouble as trouble:
        yield Symptom(_("A save that was interrupted could not be finished."), str(trouble))
        return
    if resumed:
        yield Symptom(resumed_message(resumed))


def _drafts(workspace: Workspace) -> Iterator[Symptom]:
    """Name what was typed and never saved, and what is left of a draft that cannot be read."""
    from graduand.editing.draft_store import drafts_folder, orphaned_drafts  # noqa: PLC0415 - only this needs it

    try:
        folder = drafts_folder(workspace)
        drafts = orphaned_drafts(folder, workspace.school)
    except Trouble:  # what is wrong with git or with schema/ is told beside this
        return
    for one in drafts:
        said = _("A draft of {username}, kept on {when}, is not saved.")
        who = visible(one.draft.record.username or one.draft.path)
        yield Symptom(said.format(username=who, when=one.at), _("Open the interface: it offers the draft."))
    for path in sorted(folder.glob("*.broken")):
        said = _("{path} is what is left of a draft that cannot be read.").format(path=visible(str(path), 200))
        yield Symptom(said, _("Look into it for what was typed, then delete it."))


def _schema(workspace: Workspace, on: str) -> Iterator[Symptom]:
    try:
        wanted, there = workspace.json_schema()
    except (SchemaBroken, Unreadable) as broken:
        yield Symptom(_("schema/ cannot be read."), str(broken))
        return
    if wanted == there:
        yield Symptom(_("{path} is fresh.").format(path=JSON_SCHEMA))
    else:
        yield Symptom(_("{path} is stale.").format(path=JSON_SCHEMA), "graduand schema")
    checked_on = workspace.importer.checked_on
    said = _("The facts about Handshake were last checked on {day}.").format(day=visible(checked_on))
    cure = _("Compare schema/handshake.yaml with its sources, or take the one of a newer graduand.")
    yield Symptom(said, "" if _is_fresh(checked_on, on) else cure)


def _is_fresh(checked_on: str, on: str) -> bool:
    try:
        return (date.fromisoformat(on) - date.fromisoformat(checked_on)).days <= _FRESH_DAYS
    except ValueError:
        return False


def _left_behind(workspace: Workspace) -> Iterator[Symptom]:
    root = workspace.root
    for path in sorted((root / "records").rglob(".*.tmp")):
        said = _("{path} was left behind by a killed process.").format(
            path=visible(path.relative_to(root).as_posix(), 200)
        )
        yield Symptom(said, _("Check that the record beside it is right, then delete it."))
    old = [
        path
        for path in sorted((root / "build").rglob("*.csv"))
        if time.time() - path.lstat().st_mtime > _UPLOAD_DAYS * 86_400
    ]
    for path in old:
        said = _("{path} holds personal data and is older than {days} days.").format(
            path=visible(path.relative_to(root).as_posix(), 200), days=_UPLOAD_DAYS
        )
        yield Symptom(said, _("Delete it; it can be made again from the records."))
    if root.stat().st_mode & 0o077:
        yield Symptom(_("Others on this machine can look into this folder."), f"chmod 700 {visible(str(root), 200)}")
