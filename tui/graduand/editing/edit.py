"""Edits: the use case of changing records, one or many, in one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.editing.commit_message import change_message
from graduand.editing.proposal import State, amended
from graduand.editing.transaction import apply
from graduand.errors import NoSuchPerson, Usage
from graduand.language import _, quoted
from graduand.records import files
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.paths import username_of
from graduand.records.reading import read
from graduand.rules import judgement
from graduand.similar import nearest
from graduand.workspace import today

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from graduand.editing.proposal import Proposal
    from graduand.editing.transaction import Resumed
    from graduand.findings import Finding
    from graduand.records.record import Value
    from graduand.records.school import School
    from graduand.workspace import Workspace


class EditResult(NamedTuple):
    """What an edit did: the paths that changed, and the commit ("" when there was none to make)."""

    paths: tuple[str, ...]
    commit: str
    findings: tuple[Finding, ...]
    """What the rules say of the changed records, each by itself."""


def assignments(words: Sequence[str], school: School) -> dict[str, Value | None]:
    """Return what words such as `disabled=true` ask for, by key; `key=` removes the key, `a;b` is a list.

    Raises:
        Usage: no such key, or no `=`.
    """
    found: dict[str, Value | None] = {}
    for word in words:
        key, equals, text = word.partition("=")
        field = school.fields.get(key)
        if not equals or field is None or field.kind is FieldKind.WAIVERS:
            close = nearest(key, school.fields)
            hint = _(" Did you mean {key}?").format(key=quoted(f"{close}=…")) if close else ""
            raise Usage(
                _("{word} does not say what to change, such as disabled=true.").format(word=quoted(word)) + hint
            )
        items = tuple(item.strip() for item in text.split(";") if item.strip())
        found[key] = (items if field.kind is FieldKind.LIST and text != CLEAR else text) if text else None
    return found


def edit(
    workspace: Workspace,
    usernames: Sequence[str],
    changes: Mapping[str, Value | None],
    *,
    commit: bool,
    tell: Callable[[Resumed], None] | None = None,
) -> EditResult:
    """Change the same keys in the records of these people; a value of None removes the key.

    All files are prepared before the first is written, and one commit holds them all, also those
    that an edit before this one has saved and could not commit. `tell` hears what became of a save
    that was killed.

    Raises:
        NoSuchPerson: there is no record of one of them.
        SchemaBroken: a record cannot be read whole, and writing it would lose what it says.
        ChangedOnDisk, NotWritten, NotNow: nothing was saved.
        NotCommitted: git would not commit what was saved.
    """
    proposals = [amended(workspace, path, changes) for path in paths_of(workspace, usernames)]
    touched = [one for one in proposals if one.state is not State.IDENTICAL] or proposals
    subject, trailers = change_message([one.record for one in touched if one.record], changes)
    saved = apply(workspace, proposals, subject, trailers, commit=commit, tell=tell)
    paths = frozenset(one.path for one in saved)
    return EditResult(
        tuple(one.path for one in saved),
        saved[0].commit if saved else "",
        tuple(finding for one in proposals if one.path in paths for finding in _findings(workspace, one, today())),
    )


def _findings(workspace: Workspace, one: Proposal, on: str) -> list[Finding]:
    """Return what the rules say of one record by itself; those among records are for `check`."""
    assert one.record is not None  # noqa: S101 - an edit removes nobody
    places = read(one.record.path, one.text.encode(), workspace.school).places
    return judgement.findings(one.record, judgement.judge(one.record, workspace.school, on), places, on)


def paths_of(workspace: Workspace, usernames: Sequence[str]) -> list[str]:
    """Return where the records of these people lie.

    Raises:
        NoSuchPerson: there is no record of one of them.
    """
    by_username = {username_of(path): path for path in files.find(workspace.root).paths}
    for username in usernames:
        if username not in by_username:
            raise NoSuchPerson(username, nearest(username, by_username))
    return [by_username[username] for username in dict.fromkeys(usernames)]
