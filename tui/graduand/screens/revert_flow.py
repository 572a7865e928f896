"""Take a commit back from a screen: look what it would do, ask where that is grave, and do it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from graduand.editing.revert import apply_revert, prepare_revert
from graduand.errors import Trouble, Usage
from graduand.language import _, ngettext
from graduand.reports.labels import terms_of
from graduand.reports.subject_text import subject_words
from graduand.screens.confirm import ConfirmScreen, Question, Subject, display_name
from graduand.screens.save_worker import save
from graduand.screens.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from graduand.editing.revert import PreparedRevert
    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace


class Revert:
    """Takes a commit back on a screen, and commits that or only saves it."""

    def __init__(self, screen: Screen[Any], workspace: Workspace, *, commit: bool) -> None:
        self._screen = screen
        self._workspace = workspace
        self._commit = commit

    def begin(self, find: Callable[[], str], nothing: str = "", *, ask: bool = False) -> None:
        """Look what taking back the commit that `find` names would do; `ask` first, or only where that is grave.

        Where it names none, `nothing` is said.
        """

        def prepare(_tell: Tell) -> PreparedRevert:
            name = find()
            if not name:
                raise Usage(nothing)
            return prepare_revert(self._workspace, name)

        self._screen.app.push_screen(
            Waiting(_("Looking at the records"), prepare), lambda prepared: self._decide(prepared, ask=ask)
        )

    def _decide(self, prepared: PreparedRevert | Trouble | None, *, ask: bool) -> None:
        if isinstance(prepared, Trouble):
            self._complain(prepared)
        elif prepared and (ask or prepared.is_grave):
            question = ConfirmScreen(revert_question(prepared, self._workspace))
            answered = question.reason_given
            self._screen.app.push_screen(question, lambda yes: self._write(prepared, answered()) if yes else None)
        elif prepared:
            self._write(prepared, "")

    def _write(self, prepared: PreparedRevert, why: str) -> None:
        def ended(trouble: Trouble | None) -> None:
            if trouble:
                self._complain(trouble)

        write = partial(apply_revert, self._workspace, prepared, commit=self._commit, why=why)
        save(self._screen, self._workspace, lambda hear: write(on_resumed=hear), ended, said=revert_title(prepared))

    def _complain(self, trouble: Trouble) -> None:
        self._screen.notify(str(trouble), severity="warning", timeout=12, markup=False)


def revert_title(prepared: PreparedRevert) -> str:
    """Return what is taken back, or done once more, in one line."""
    what = subject_words(prepared.what)
    return (_("Redone: {what}") if prepared.is_redo else _("Undone: {what}")).format(what=what)


def revert_question(prepared: PreparedRevert, workspace: Workspace) -> Question:
    """Return the preview of what would be taken back."""
    warning = []
    if prepared.closes:
        words = ngettext("{count} account would be closed.", "{count} accounts would be closed.", prepared.closes)
        warning.append(words.format(count=prepared.closes))
    remark = []
    if prepared.reopens:
        words = ngettext(
            "{count} closing is taken back. Whoever Handshake has closed already stays closed there until reopened.",
            "{count} closings are taken back. Whoever Handshake has closed already stays closed there until reopened.",
            prepared.reopens,
        )
        remark.append(words.format(count=prepared.reopens))
    people = len(prepared.records)
    number = ngettext("{count} record", "{count} records", people).format(count=people)
    what = _("Redo: {what}") if prepared.is_redo else _("Take back: {what}")
    subjects = [
        Subject(display_name(one.record if one.record.values else one.previous), one.differences)
        for one in prepared.records
    ]
    return Question(
        f"{what.format(what=subject_words(prepared.what))} · {number}",
        [*subjects, *(Subject(path, ()) for path in prepared.others)],
        remark="\n".join(remark),
        warning="\n".join(warning),
        typed=str(prepared.closes) if prepared.closes else "",
        terms=terms_of(workspace),
        reason=_("Why:"),
    )
