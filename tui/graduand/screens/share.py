"""The place of sharing: what colleagues do not have yet, and what of theirs is missing here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual.binding import Binding, BindingType
from textual.content import Content

from graduand.editing.clone_status import divergence, read_clone_status
from graduand.language import N_, _, visible
from graduand.records.paths import username_of
from graduand.screens.view import View
from graduand.screens.widgets.lines import Cell, Drawn, fit
from graduand.screens.widgets.outline import Heading, Outline

if TYPE_CHECKING:
    from graduand.editing.clone_status import CloneStatus, Divergence
    from graduand.git.upload_branch import CommitLine
    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace


class ShareStatus(NamedTuple):
    """What the place shows."""

    standing: CloneStatus
    divergence: Divergence


UNFINISHED, CHANGED, AHEAD, BEHIND, LEDGER = "unfinished", "changed", "ahead", "behind", "ledger"
_GROUPS: Final = {
    UNFINISHED: (N_("Begun in git and not finished"), "error"),
    CHANGED: (N_("Saved here and not committed"), "warning"),
    AHEAD: (N_("Committed here, colleagues do not have it yet"), "strong"),
    BEHIND: (N_("From colleagues, not here yet"), "strong"),
    LEDGER: (N_("Noted in the ledger, colleagues do not know it yet"), "warning"),
}


class ShareScreen(View[ShareStatus]):
    """What is uncommitted, ahead, behind, under merge, and what of the ledger is not shared."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", N_("Back"), id="share.back"),
        Binding("slash", "find", N_("Find"), id="share.find", key_display="/"),
        Binding("left,right", "fold", N_("Fold"), show=False, id="share.fold"),
        Binding("f5", "read", N_("Read again"), show=False, id="share.read"),
    ]

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.found: ShareStatus | None = None
        self.outline: Outline[str | CommitLine] = Outline({})

    def heading(self) -> tuple[str, ...]:
        """Return which branch it is, and which one it follows."""
        if self.found is None:
            return (_("Share"),)
        standing = self.found.standing
        follows = _("follows {branch}").format(branch=visible(standing.upstream, 60))
        return (
            visible(standing.branch, 60) or _("no branch"),
            follows if standing.upstream else _("follows no branch of a remote"),
        )

    def read(self, tell: Tell) -> ShareStatus:
        """Find out how the clone stands."""
        del tell
        standing = read_clone_status(self.workspace)
        return ShareStatus(standing, divergence(self.workspace, standing))

    def show_result(self, found: ShareStatus) -> None:
        """Show how it stands."""
        self.found = found
        self.warn("")
        self.sift()

    def sift(self) -> None:
        """Show what is looked for."""
        if self.found is None:
            return
        standing, apart = self.found
        here = self.lines.cursor
        groups: dict[str, tuple[str | CommitLine, ...]] = {
            UNFINISHED: (standing.unfinished,) if standing.unfinished else (),
            CHANGED: standing.changed,
            AHEAD: apart.ahead,
            BEHIND: apart.behind,
            LEDGER: standing.unshared,
        }
        wanted = self.wanted
        kept = {
            key: [one for one in group if all(word in self._words(one).casefold() for word in wanted)]
            for key, group in groups.items()
        }
        self.outline = Outline({key: group for key, group in kept.items() if group}, self.outline.folded)
        if self.outline:
            self.show(len(self.outline), here)
        elif any(groups.values()):
            self.show_sentence(_("Nothing is found. Esc clears the search."))
        else:
            self.show_sentence(_("All is committed, and nothing waits, as far as the last fetch knows."))

    def _words(self, one: str | CommitLine) -> str:
        """Return what one thing is shown as, and found by."""
        if not isinstance(one, str):
            return f"{one.date[:10]}  {visible(one.author, 24)}  {visible(one.subject, 200)}"
        if one.startswith("records/"):
            person = self.roster.places.get(one)
            name = self.roster.entries[person].name if person is not None else ""
            return f"{fit(username_of(one), 14)} {visible(name, 60)}  {visible(one, 200)}"
        return visible(one, 300)

    def draw(self, index: int, width: int) -> Drawn:
        """Return the pieces of a group, or of a thing in it."""
        row = self.outline.at(index)
        if isinstance(row, Heading):
            words, style = _GROUPS[row.key]
            count = f" {row.size}"
            return (
                Cell("▸ " if row.folded else "▾ "),
                Cell(fit(_(words), width - 2 - len(count)), style),
                Cell(count, "muted"),
            )
        return (Cell("    "), Cell(fit(self._words(row), max(width - 4, 4))))

    def whole(self) -> Content:
        """Return the line under the cursor in full."""
        row = self.outline.at(self.lines.cursor) if self.outline else None
        if row is None or isinstance(row, Heading):
            return Content(_(_GROUPS[row.key][0]) if row else "")
        return Content(self._words(row))

    def action_fold(self) -> None:
        """Fold or unfold the group under the cursor."""
        if self.outline:
            key = self.outline.key_at(self.lines.cursor)
            self.outline = self.outline.folding(key)
            self.show(len(self.outline), self.outline.row_of(key))
