"""Noting an upload: the tag that says that it went in, and how it is found by its name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from graduand.errors import NotAnUpload, Usage
from graduand.git import upload_tags
from graduand.git.checkout import Checkout
from graduand.handshake.manifest_check import received
from graduand.language import _, quoted

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.git.upload_tags import Noted
    from graduand.workspace import Workspace


def note_upload(workspace: Workspace, path: Path) -> str:
    """Note that the upload whose manifest is at `path` went in; return the tag's name.

    An upload that is noted already keeps its tag. Raises:
        NotAnUpload: no manifest, a draft, a rehearsal, changed files, or a commit that is not here.
        GitRefused: git would not make the tag.
    """
    says = received(path)
    program = Checkout(workspace.root).program
    commit = str(says["commit"])
    if not upload_tags.is_commit(program, commit):
        raise NotAnUpload(path, _("its commit {commit} is not in this repository.").format(commit=quoted(commit[:12])))
    if not upload_tags.is_ours(says):
        raise NotAnUpload(path, _("it is no manifest of graduand."))
    for tag in upload_tags.noted(program, upload_tags.UPLOAD):
        if tag.says == says:
            return tag.name
    return upload_tags.note(program, upload_tags.UPLOAD, commit, json.dumps(says, ensure_ascii=False, indent=2) + "\n")


def find_upload(tags: tuple[Noted, ...], name: str) -> Noted:
    """Return the noted upload of that name, or the last one when it is "".

    Raises:
        Usage: there is none.
    """
    wanted = name if name.startswith(upload_tags.UPLOAD) or not name else f"{upload_tags.UPLOAD}{name}"
    found = [tag for tag in tags if tag.name == wanted] if name else list(tags[-1:])
    if not found:
        known = ", ".join(tag.name for tag in tags[-5:]) or _("none")
        raise Usage(_("No upload {name} is noted; the last ones: {known}.").format(name=quoted(name), known=known))
    return found[0]
