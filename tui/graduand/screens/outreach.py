"""The outreach screen: whom to write to before the mailbox or the login ends, and the letter."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from graduand.campaigns import outreach
from graduand.campaigns.kinds import Campaign
from graduand.campaigns.outreach import LeftOut, LeftOutReason, LetterRecipient, Outreach, OutreachOptions
from graduand.editing.proposal import intended_differences
from graduand.errors import Trouble
from graduand.index.query import folded
from graduand.language import N_, _, ngettext, visible
from graduand.records.paths import username_of
from graduand.reports.labels import terms_of
from graduand.reports.outreach_text import asked_words, counts, title, why_words
from graduand.screens.confirm import ConfirmScreen, Question, Subject, display_name
from graduand.screens.due import DueScreen
from graduand.screens.messages import Opened
from graduand.screens.plan import full_name
from graduand.screens.save_worker import save
from graduand.screens.view import View
from graduand.screens.waiting import Waiting
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit
from graduand.screens.widgets.outline import Heading, Outline

if TYPE_CHECKING:
    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace


class CampaignStep(NamedTuple):
    """A campaign, or the reminder of one."""

    campaign: Campaign
    remind: bool


_TURNS: Final = (
    CampaignStep(Campaign.EMAIL, remind=False),
    CampaignStep(Campaign.EMAIL, remind=True),
    CampaignStep(Campaign.SSO, remind=False),
    CampaignStep(Campaign.SSO, remind=True),
    CampaignStep(Campaign.LEFT, remind=False),
)
_WEEKS: Final = (4, 6, 8, 2)
_ASKED: Final = "to-write-to"


class OutreachScreen(View[Outreach]):
    """Who is written to and who is not, and the letter of the person under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "turn", N_("Kind of letter"), id="outreach.campaign"),
        Binding("space", "mark", N_("Mark"), id="outreach.mark"),
        Binding(
            "w",
            "letters",
            N_("Letters"),
            tooltip=N_("Write the letters, and the file for the mail merge."),
            id="outreach.letters",
        ),
        Binding(
            "ctrl+s",
            "note",
            N_("Note as asked"),
            tooltip=N_("Note in the records who was written to, and until when an answer is due."),
            id="outreach.note",
        ),
        Binding("t", "weeks", N_("More time"), id="outreach.weeks"),
        Binding(
            "d",
            "due",
            N_("Due"),
            tooltip=N_("What has fallen due, and what the calendar will ask for."),
            id="outreach.due",
        ),
        Binding("escape", "back", N_("Back"), id="outreach.back"),
        Binding("slash", "find", N_("Find"), show=False, id="outreach.find", key_display="/"),
        Binding("left,right", "fold", N_("Fold"), show=False, id="outreach.fold"),
        Binding("f5", "read", N_("Read again"), show=False, id="outreach.read"),
    ]

    def __init__(
        self, workspace: Workspace, on: str, usernames: frozenset[str] = frozenset(), *, commit: bool = True
    ) -> None:
        super().__init__()
        self.commit = commit
        self.workspace = workspace
        self.day = on
        self.usernames = usernames
        """The marked people; when none is marked, all are meant."""
        self.turn = _TURNS[0]
        self.weeks = _WEEKS[0]
        self.found: Outreach | None = None
        self.outline: Outline[LetterRecipient | LeftOut] = Outline({})
        self.marks: frozenset[str] = frozenset()
        """Paths."""

    def heading(self) -> tuple[str, ...]:
        """Return what the campaign is about, how long people have, and how many are marked."""
        number = len(self.marks)
        only = len(self.usernames)
        limited = ngettext("only {count} marked in the class", "only the {count} marked in the class", only)
        weeks = ngettext("{count} week for an answer", "{count} weeks for an answer", self.weeks)
        marked = ngettext("{count} marked", "{count} marked", number).format(count=number) if number else ""
        name = title(self.found) if self.found else _("Outreach")
        return name, weeks.format(count=self.weeks), limited.format(count=only) if only else "", marked

    def take_people(self, marks: frozenset[str], here: str) -> None:
        """Write only to the people who are marked in the list; to all when nobody is."""
        del here
        usernames = frozenset(map(username_of, marks))
        if usernames != self.usernames:
            self.usernames = usernames
            self.marks = frozenset()
            self.action_read()

    # Reading and showing

    @property
    def call(self) -> OutreachOptions:
        """What is asked for."""
        answer = (date.fromisoformat(self.day) + timedelta(weeks=self.weeks)).isoformat()
        kept = self.turn.remind and self.weeks == _WEEKS[0]
        return OutreachOptions(
            self.turn.campaign,
            self.day,
            "" if kept else answer,
            usernames=self.usernames,
            remind=self.turn.remind,
        )

    def read(self, tell: Tell) -> Outreach:
        """Find out whom to write to."""
        return outreach.outreach(self.workspace, self.call, tell)

    def show_result(self, found: Outreach) -> None:
        """Show what was found; marks stay with who is still written to."""
        self.found = found
        self.marks &= {one.record.path for one in found.asked}
        self.sift()

    def sift(self) -> None:
        """Show whom one looks for."""
        found, wanted, here = self.found, self.wanted, self.row
        if found is None:
            return
        groups: dict[str, list[LetterRecipient | LeftOut]] = {}
        for one in found.asked:
            groups.setdefault(_ASKED, []).append(one)
        for why in LeftOutReason:
            group: list[LetterRecipient | LeftOut] = [one for one in found.left_out if one.why is why]
            groups |= {why: group} if group else {}
        for key in groups if wanted else ():
            groups[key] = [one for one in groups[key] if all(word in _haystack(one) for word in wanted)]
        groups = {key: group for key, group in groups.items() if group}
        self.outline = Outline(groups, self.outline.folded or frozenset(groups) - {_ASKED})
        if groups:
            self.show(len(self.outline), self._row_of(here))
        else:
            self.show_sentence(_("Nothing is found. Esc clears the search.") if wanted else counts(found))

    def _row_of(self, here: LetterRecipient | LeftOut | None) -> int:
        for key, group in self.outline.groups.items():
            for number, one in enumerate(group):
                if here and one.record.path == here.record.path:
                    return self.outline.row_of(key, number)
        return min(1, len(self.outline) - 1)

    @property
    def row(self) -> LetterRecipient | LeftOut | None:
        """The person under the cursor."""
        row = self.outline.at(self.lines.cursor) if self.outline else None
        return None if isinstance(row, Heading) else row

    @property
    def asked(self) -> LetterRecipient | None:
        """The person under the cursor, when that person is written to."""
        return self.row if isinstance(self.row, LetterRecipient) else None

    def draw(self, index: int, width: int) -> Drawn:
        """Return the pieces of a group, or of a person."""
        row = self.outline.at(index)
        if isinstance(row, Heading):
            words = _("To write to") if row.key == _ASKED else why_words(LeftOutReason(row.key), self.turn.campaign)
            count = f" {row.size}"
            head = fit(words, width - 2 - len(count))
            return (Cell("+ " if row.folded else "▾ "), Cell(head, "strong"), Cell(count, "muted"))
        person = full_name(row.record)
        wide = max((width - 17) // 3, 12)
        name = f"{fit(row.record.username, 12)} {fit(person or '–', wide)} "
        if isinstance(row, LetterRecipient) and self.found:
            words = asked_words(row, self.found, show=False)
        else:
            words = row.day if isinstance(row, LeftOut) else ""
        sign = Cell("● " if row.record.path in self.marks else "  ", "accent")
        return (Cell("  "), sign, Cell(name, "strong"), Cell(fit(words, max(width - 4 - len(name), 8))))

    def person_path(self) -> str:
        """Return the path of the record of the person under the cursor."""
        return self.row.record.path if self.row else ""

    def whole(self) -> Content:
        """Return the letter, or why there is none."""
        row = self.row
        if isinstance(row, LetterRecipient):
            return Content.assemble((visible(row.subject, 300), "bold"), "\n\n", *_paragraphs(row.text))
        if isinstance(row, LeftOut):
            words = why_words(row.why, self.turn.campaign)
            who = f"{visible(row.record.username)}  {visible(full_name(row.record))}"
            return Content.assemble((who, "bold"), f"\n{words}  {row.day}")
        return Content(counts(self.found) if self.found else "")

    # Going through

    def action_fold(self) -> None:
        """Fold or unfold the group under the cursor."""
        if self.outline:
            key = self.outline.key_at(self.lines.cursor)
            self.outline = self.outline.folding(key)
            self.show(len(self.outline), self.outline.row_of(key))

    @on(LineList.Chosen)
    def open_the_record(self) -> None:
        """Open the record; on a group, fold it or unfold it."""
        if self.row is None:
            self.action_fold()
        else:
            self.post_message(Opened(self.row.record.path))

    def action_turn(self) -> None:
        """Go on to the next campaign: the question, the login, their reminders, the people who left."""
        self.turn = _TURNS[(_TURNS.index(self.turn) + 1) % len(_TURNS)]
        self.marks = frozenset()
        self.outline = Outline({})
        self.action_read()

    def action_weeks(self) -> None:
        """Give people more time, or less."""
        self.weeks = _WEEKS[(_WEEKS.index(self.weeks) + 1) % len(_WEEKS)]
        self.action_read()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what cannot be done here."""
        del parameters
        if not self.is_mounted:
            return True
        if action == "mark":
            return self.asked is not None or None
        if action == "letters":
            return bool(self._chosen()) or None
        return bool(self._chosen()) or None if action == "note" else True

    def action_mark(self) -> None:
        """Mark or unmark the person under the cursor, and go on to the next."""
        if self.asked:
            self.marks ^= {self.asked.record.path}
            self.watch_status_text()
            self.lines.refresh()
            self.lines.action_step(1)

    def _chosen(self) -> tuple[LetterRecipient, ...]:
        """Return the marked people; all recipients when none is marked."""
        asked = self.found.asked if self.found else ()
        return tuple(one for one in asked if not self.marks or one.record.path in self.marks)

    def action_due(self) -> None:
        """Show what is due, and what the calendar will ask for."""
        self.go_to(DueScreen(self.workspace, self.day, commit=self.commit))

    # Writing

    def action_letters(self) -> None:
        """Write the file for the mail merge and the letter."""
        if self.found:
            found = self.found._replace(asked=self._chosen())
            folder = self.workspace.root / "build" / "outreach" / self.turn.campaign

            def labour(_tell: Tell) -> str:
                outreach.write(self.workspace, found, folder)
                return str(folder)

            self.app.push_screen(Waiting(_("Writing the letters"), labour, writes=True), self._wrote)

    def _wrote(self, folder: str | Trouble | None) -> None:
        if isinstance(folder, Trouble):
            self.notify(str(folder), severity="error", markup=False)
        elif folder:
            self.notify(_("For the mail merge: {folder}").format(folder=visible(folder, 300)), timeout=12, markup=False)

    def action_note(self) -> None:
        """Show what the records would say, and ask."""
        if self.found:
            found = self.found._replace(asked=self._chosen())
            changes = found.changes()
            subjects = [
                Subject(display_name(one.record), intended_differences(one.record, changes[one.record.path]))
                for one in found.asked
            ]
            number = len(subjects)
            head = ngettext("Note {count} person as asked", "Note {count} people as asked", number).format(count=number)
            remark = _("Note it once the letters are sent.")
            question = Question(head, subjects, remark, terms=terms_of(self.workspace))
            self.app.push_screen(ConfirmScreen(question), lambda yes: self._note(found) if yes else None)

    def _note(self, found: Outreach) -> None:
        def noted(trouble: Trouble | None) -> None:
            if trouble:
                self.notify(str(trouble), severity="error", markup=False)
            self.action_read()

        save(
            self,
            self.workspace,
            lambda hear: outreach.note(self.workspace, found, commit=self.commit, on_resumed=hear),
            noted,
        )


def _paragraphs(text: str) -> list[str]:
    return [f"{visible(line, 2000)}\n" for line in text.splitlines()]


def _haystack(one: LetterRecipient | LeftOut) -> str:
    record = one.record
    return folded(f"{record.path} {record.username} {record.text('first_name')} {record.text('last_name')}")
