"""The place of sharing: what colleagues do not have yet, and what of theirs is missing here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, TypeVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from graduand.audit.review import review
from graduand.editing import change_request, resolution, sharing
from graduand.editing.clone_status import CloneStatus, divergence, read_clone_status
from graduand.editing.merge import Side
from graduand.errors import NotShared, Trouble
from graduand.language import N_, _, ngettext, visible
from graduand.records.paths import username_of
from graduand.reports.labels import terms_of
from graduand.reports.ledger_text import entry_words
from graduand.reports.review_text import as_markdown, title_of
from graduand.reports.size_limit import DESCRIPTION
from graduand.screens.committer import Committer, CommitterScreen
from graduand.screens.messages import Changed, Opened
from graduand.screens.question import Answer, QuestionScreen
from graduand.screens.results import tell_result
from graduand.screens.sync_notice import say_synced
from graduand.screens.view import View
from graduand.screens.waiting import Waiting
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit
from graduand.screens.widgets.outline import Heading, Outline
from graduand.uploads.note_upload import begin_ledger
from graduand.uploads.status import ledger_of, people_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graduand.editing.change_request import PublishedRequest
    from graduand.editing.clone_status import Divergence
    from graduand.editing.resolution import Resolution
    from graduand.editing.sharing import Pulled, Pushed
    from graduand.git.upload_branch import CommitLine
    from graduand.ledger.sync import Synced
    from graduand.screens.places import Overview
    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace


Result = TypeVar("Result")


_OPEN: Final = "open"
_SHOWN: Final = 8
"""Fields in conflict that a question lists."""


class ShareStatus(NamedTuple):
    """What the place shows."""

    status: CloneStatus
    divergence: Divergence
    noted: Mapping[str, str]
    """What each entry of the ledger that is not shared is shown as, by its id."""


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
        Binding(
            "ctrl+s",
            "commit",
            N_("Commit"),
            tooltip=N_("Commit what of records and schema was only saved."),
            id="share.commit",
        ),
        Binding(
            "p",
            "pull",
            N_("Receive"),
            tooltip=N_("Take in what colleagues have pushed (pull), the ledger too."),
            id="share.pull",
        ),
        Binding(
            "P",
            "push",
            N_("Publish"),
            key_display="P",
            tooltip=N_("Give colleagues what is committed here (push), the ledger too."),
            id="share.push",
        ),
        Binding(
            "R",
            "propose",
            N_("Propose"),
            key_display="R",
            tooltip=N_("Propose your changes: a branch, a commit, a push, a pull request."),
            id="share.propose",
        ),
        Binding(
            "j",
            "finish",
            N_("Finish the merge"),
            tooltip=N_("Join what both sides changed, and finish the merge in git."),
            id="share.finish",
        ),
        Binding(
            "l",
            "begin_ledger",
            N_("Begin the ledger"),
            tooltip=N_("Begin the ledger of what is sent, where nothing was sent before."),
            id="share.begin_ledger",
        ),
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
        standing = self.found.status
        follows = _("follows {branch}").format(branch=visible(standing.upstream, 60))
        return (
            visible(standing.branch, 60) or _("no branch"),
            follows if standing.upstream else _("follows no branch of a remote"),
        )

    def read(self, tell: Tell) -> ShareStatus:
        """Find out how the clone stands."""
        del tell
        standing = read_clone_status(self.workspace)
        return ShareStatus(standing, divergence(self.workspace, standing), self._noted(standing))

    def _noted(self, standing: CloneStatus) -> Mapping[str, str]:
        if not standing.unshared:
            return {}
        ledger = ledger_of(self.workspace)
        entries = [one for one in ledger.entries if one.id in standing.unshared]
        pairs = zip(entries, people_in(ledger, entries), strict=True)
        return {entry.id: entry_words(entry, people) for entry, people in pairs}

    def show_result(self, found: ShareStatus) -> None:
        """Show how it stands."""
        self.found = found
        self._tell_whether_reached()
        self.sift()

    def watch_overview(self, before: Overview, now: Overview) -> None:
        """Say whether the remote was reached, and read again where something came from it."""
        if self.is_mounted:
            self._tell_whether_reached()
            if self.found and now.standing not in {before.standing, self.found.status}:
                self.action_read()

    def _tell_whether_reached(self) -> None:
        words = _("The remote was not reached, so what colleagues pushed since is not seen: {words}.")
        unreached = self.overview.unreached.rstrip(".")
        self.warn(words.format(words=unreached) if unreached else "")

    def sift(self) -> None:
        """Show what is looked for."""
        if self.found is None:
            return
        standing, apart, _noted = self.found
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
        if self.found and one in self.found.noted:
            return self.found.noted[one]
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
                Cell("+ " if row.folded else "▾ "),
                Cell(fit(_(words), width - 2 - len(count)), style),
                Cell(count, "muted"),
            )
        return (Cell("    "), Cell(fit(self._words(row), max(width - 4, 4))))

    def whole(self) -> Content:
        """Return the line under the cursor in full."""
        row = self.outline.at(self.lines.cursor) if self.outline else None
        if row is None or isinstance(row, Heading):
            return Content(_(_GROUPS[row.key][0]) if row else "")
        words = self._words(row)
        known = self.found is not None and row in self.found.noted
        return Content.assemble(words, (f"\n{row}", "$foreground 70%")) if known else Content(words)

    @on(LineList.Chosen)
    def open_the_record(self) -> None:
        """Open the record that is not committed; fold or unfold a group."""
        row = self.outline.at(self.lines.cursor) if self.outline else None
        if isinstance(row, str) and row in self.roster.places:
            self.post_message(Opened(row))
        elif isinstance(row, Heading):
            self.action_fold()

    def person_path(self) -> str:
        """Return the path of the record under the cursor."""
        row = self.outline.at(self.lines.cursor) if self.outline else None
        return row if isinstance(row, str) and row in self.roster.places else ""

    # What is done

    def _status(self) -> CloneStatus:
        return self.found.status if self.found else CloneStatus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what cannot be done now."""
        del parameters
        status = self._status()
        if action == "commit":
            return bool(status.changed and not status.unfinished) or None
        if action == "finish":
            return bool(status.unfinished)
        if action == "begin_ledger":
            return status.lacks_ledger
        return not status.unfinished or None if action in {"pull", "push", "propose"} else True

    def action_commit(self) -> None:
        """Commit what lies uncommitted."""
        self._do(_("Committing"), lambda: sharing.commit_uncommitted(self.workspace), self._committed)

    def _committed(self, commit: str) -> None:
        number = len(self._status().changed)
        words = ngettext("{count} file is committed now.", "{count} files are committed now.", number)
        details = _("Commit: {text}").format(text=commit[:12])
        tell_result(self, words.format(count=number), details)

    def action_pull(self) -> None:
        """Take in what colleagues have pushed."""
        self._do(_("Asking colleagues' repository"), lambda: sharing.pull(self.workspace), self._pulled)

    def _pulled(self, pulled: Pulled) -> None:
        say_synced(self, pulled.ledger)
        number = pulled.commits
        words = ngettext("{count} commit came in.", "{count} commits came in.", number).format(count=number)
        self.notify(words if number else _("Nothing new came in."), markup=False)
        if number := len(pulled.conflicts):
            both = ngettext(
                "Both sides changed {count} file; j joins them.",
                "Both sides changed {count} files; j joins them.",
                number,
            )
            self.notify(both.format(count=number), severity="warning", markup=False, timeout=12)

    def action_push(self) -> None:
        """Give colleagues what is committed here."""
        self._do(_("Pushing"), lambda: sharing.push(self.workspace), self._pushed)

    def _pushed(self, pushed: Pushed) -> None:
        say_synced(self, pushed.ledger)
        number = pushed.commits
        words = ngettext("{count} commit is with colleagues now.", "{count} commits are with colleagues now.", number)
        self.notify(words.format(count=number) if number else _("Colleagues have it all already."), markup=False)

    def action_propose(self) -> None:
        """Put changes on a branch of their own, push it, and open a pull request."""

        def propose() -> PublishedRequest:
            if faulty := change_request.faults_of_uncommitted(self.workspace, self.day):
                raise NotShared(
                    _("records with errors are not committed; correct these first: {who}").format(
                        who=", ".join(sorted({visible(one.username or one.path) for one in faulty})[:5])
                    )
                )
            request = change_request.prepare_request(self.workspace)
            found = review(self.workspace, [request.span])
            lines = as_markdown(found, DESCRIPTION, terms_of(self.workspace), show=False)
            return change_request.publish_request(self.workspace, request, title_of(found), "\n".join(lines) + "\n")

        self._do(_("Proposing"), propose, self._proposed)

    def _proposed(self, published: PublishedRequest) -> None:
        page = visible(published.url or published.page, 600)
        words = _("The pull request:") if published.url else _("Open the pull request here:")
        said = f"{words} {page}" if page else _("Open the pull request where this repository lies.")
        self.notify(said, markup=False, timeout=20)

    def action_begin_ledger(self) -> None:
        """Ask whether nothing was ever sent, and begin the ledger."""
        said = [Content(_("Colleagues are asked first; a ledger that they have is taken, and none is begun."))]
        answers = [
            Answer(("b",), "b", _("nothing was ever sent to Handshake from these records: begin it"), "begin"),
            Answer((), _("Esc"), _("leave it"), ""),
        ]

        def answered(answer: str | None) -> None:
            if answer:
                self._do(_("Beginning the ledger"), lambda: begin_ledger(self.workspace), self._begun)

        self.app.push_screen(QuestionScreen(_("Begin the ledger?"), said, answers), answered)

    def _begun(self, begun: tuple[bool, Synced]) -> None:
        is_new, synced = begun
        say_synced(self, synced)
        self.notify(_("The ledger is begun.") if is_new else _("There is a ledger already; it is here now."))

    def action_finish(self) -> None:
        """Join what both sides changed as far as only one thing can be meant, and finish the merge."""
        self._finish(None)

    def _finish(self, take: Side | None) -> None:
        def finish() -> Resolution:
            return resolution.resolve(self.workspace, resolution.find_unmerged(self.workspace, self.day), take=take)

        self._do(_("Finishing the merge"), finish, self._finished)

    def _finished(self, done: Resolution) -> None:
        for finding in done.unread:
            self.notify(finding.message, severity="warning", markup=False, timeout=12)
        if done.open:
            self._ask_for_sides(done)
        elif done.others:
            said = _("Git still holds two versions of {path}; mend it there.")
            self.notify(said.format(path=visible(done.others[0], 200)), severity="warning", markup=False, timeout=12)
        elif not done.unread:
            self.notify(_("The merge is finished."), markup=False)

    def _ask_for_sides(self, done: Resolution) -> None:
        """Ask what shall hold of the fields that both sides changed."""
        number, terms = len(done.open), terms_of(self.workspace)
        words = ngettext(
            "{count} field was changed by both sides:", "{count} fields were changed by both sides:", number
        )
        said = [Content.styled(words.format(count=number), "bold")]
        for one in done.open[:_SHOWN]:
            what = terms.field(one.conflict.key) if one.conflict else _("the whole record")
            said.append(Content(f"{visible(one.record.username)}  {what}"))
        answers = [
            Answer(("enter", "o"), _("Enter"), _("open the first of these records and decide there"), _OPEN),
            Answer(("m",), "m", _("mine hold, in all of them"), Side.MINE),
            Answer(("t",), "t", _("theirs hold, in all of them"), Side.THEIRS),
            Answer((), _("Esc"), _("decide later"), ""),
        ]

        def answered(answer: str | None) -> None:
            if answer == _OPEN:
                self.post_message(Opened(done.open[0].record.path))
            elif answer:
                self._finish(Side(answer))

        self.app.push_screen(QuestionScreen(_("Which side holds?"), said, answers), answered)

    def _do(self, words: str, labour: Callable[[], Result], tell: Callable[[Result], None]) -> None:
        """Do something in the background and tell what came of it; where git knows nobody, ask who commits first."""
        waiting = Waiting(words, lambda _tell: labour(), writes=True)

        def done(outcome: Result | Trouble | None) -> None:
            self._ended(outcome, tell)

        def named(committer: Committer | None) -> None:
            if committer and self._is_taken(committer):
                self.app.push_screen(waiting, done)

        if self._knows_committer():
            self.app.push_screen(waiting, done)
        else:
            self.app.push_screen(CommitterScreen(), named)

    def _ended(self, outcome: Result | Trouble | None, tell: Callable[[Result], None]) -> None:
        if isinstance(outcome, Trouble):
            self.notify(str(outcome), severity="error", markup=False, timeout=12)
        elif outcome is not None:
            tell(outcome)
        self.post_message(Changed())
        self.action_read()

    def _knows_committer(self) -> bool:
        """Return whether nobody need be asked who commits; where there is no git, what is done says so."""
        try:
            return sharing.knows_committer(self.workspace)
        except Trouble:
            return True

    def _is_taken(self, committer: Committer) -> bool:
        try:
            sharing.name_committer(self.workspace, *committer)
        except Trouble as trouble:
            self.notify(str(trouble), severity="error", markup=False)
            return False
        return True

    def action_fold(self) -> None:
        """Fold or unfold the group under the cursor."""
        if self.outline:
            key = self.outline.key_at(self.lines.cursor)
            self.outline = self.outline.folding(key)
            self.show(len(self.outline), self.outline.row_of(key))
