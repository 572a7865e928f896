"""The history screen: every event, the newest first; who closed an account, when and why."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from graduand.audit import query
from graduand.audit.comparison import compare_days, compare_events
from graduand.audit.query import EventFilter
from graduand.errors import NoSuchPerson, Trouble
from graduand.git.events import DONE, EventKind
from graduand.language import N_, _, ngettext, visible
from graduand.records.paths import username_of
from graduand.reports.audit_text import hands, kind_word, linked_words, sent_word, warnings, what
from graduand.reports.comparison_text import comparison_text
from graduand.reports.labels import terms_of
from graduand.screens.days import DaysScreen
from graduand.screens.messages import Opened
from graduand.screens.page import PageScreen
from graduand.screens.view import Searchable, View, haystacks
from graduand.screens.waiting import Waiting
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from graduand.audit.comparison import Comparison
    from graduand.audit.query import AuditTrail
    from graduand.git.events import Event
    from graduand.reports.labels import Terms
    from graduand.screens.days import Days
    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace

_STYLES: Final = {EventKind.DEACTIVATED: "error", EventKind.REACTIVATED: "added", EventKind.REMOVED: "removed"}
_SIGNS: Final = {EventKind.DEACTIVATED: "✗ ", EventKind.REACTIVATED: "✓ ", EventKind.REMOVED: "- "}
_WIDE: Final = 76
"""Columns from which on the longest kind of event has room."""
_SHORTEST: Final = 8
"""Columns below which what changed is left to the line shown in full."""
_ROOMY: Final = 100
"""Columns from which on a line says too whether the change was sent."""
_WHOLE: Final = 2_000
"""Characters of a reason or a value that are shown of the event under the cursor."""
_SINCE: Final = ("since:", "depuis:")
_UNTIL: Final = ("until:", "jusqu:")


class Histories(NamedTuple):
    """The events of everybody, and more of a few people."""

    everybody: Searchable[AuditTrail]
    few: Searchable[AuditTrail]
    """Of those who come first, also what was sent of them and went well."""


class AuditScreen(View["Histories"]):
    """The events of all people; those of the marked ones, or of the one under the cursor, come first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", N_("Find"), id="audit.find", key_display="/"),
        Binding("k", "kind", N_("Kind of event"), id="audit.kind"),
        Binding(
            "o",
            "only",
            N_("Only this person"),
            tooltip=N_("Show only what happened to the person under the cursor, or everybody again."),
            id="audit.only",
        ),
        Binding(
            "space",
            "mark",
            N_("Mark"),
            tooltip=N_("Mark an event, from which on = compares."),
            id="audit.mark",
        ),
        Binding(
            "equals_sign",
            "compare",
            N_("Compare"),
            key_display="=",
            tooltip=N_("What differs in a person's record between two events or two days, and what went out between."),
            id="audit.compare",
        ),
        Binding("v", "addresses", N_("Addresses"), id="audit.addresses"),
        Binding(
            "r",
            "revert",
            N_("Take this back"),
            tooltip=N_("Take the change under the cursor back, after a look at what it does."),
            id="audit.revert",
        ),
        Binding("y", "copy", N_("Copy the commit"), id="audit.copy"),
        Binding("escape", "back", N_("Back"), id="audit.back"),
        Binding("f5", "read", N_("Read again"), show=False, id="audit.read"),
    ]
    HINT: ClassVar[str] = N_("a name, a word, a day such as 2026-07, since:2026-01-01, until:2026-06-30")

    def __init__(self, workspace: Workspace, person: str = "") -> None:
        super().__init__()
        self.workspace = workspace
        self.kind: EventKind | None = None
        self.history: Histories | None = None
        self.found: Sequence[Event] = ()
        self.terms = terms_of(workspace)
        self.first: frozenset[str] = frozenset({person} if person else ())
        """The usernames whose events come first."""
        self.is_only = bool(person)
        """Whether nobody else's events are shown."""
        self._rows: Sequence[Event | str] = ()
        """The events, and headings between them."""
        self._marked: Event | None = None
        """From which on is compared."""
        self._open = False

    def take_people(self, marks: frozenset[str], here: str) -> None:
        """Show first the people who are marked in the list; when nobody is, the one whom one comes from."""
        usernames = frozenset(map(username_of, marks or {here} - {""}))
        if usernames != self.first or self.is_only != bool(marks):
            self._show_first(usernames, only=bool(marks))

    def _show_first(self, usernames: frozenset[str], *, only: bool) -> None:
        self.is_only = only
        if usernames == self.first:
            self.sift()
            return
        self.first = usernames
        self._marked = None
        if self.is_mounted:
            self.action_read()

    # Reading

    def read(self, tell: Tell) -> Histories:
        """Read git's history."""
        del tell
        few = query.AuditTrail((), (), is_shallow=False)
        with suppress(NoSuchPerson):  # a record that was never committed
            few = query.audit(self.workspace, EventFilter(people=self.first)) if self.first else few
        return Histories(self._searchable(query.audit(self.workspace, EventFilter())), self._searchable(few))

    def _searchable(self, found: AuditTrail) -> Searchable[AuditTrail]:
        return Searchable(found, haystacks(self._lines(found.events)))

    def _lines(self, events: Sequence[Event]) -> Iterator[str]:
        """Yield what events are found by: their words, and the names of their people."""
        return (f"{_line(event, self.terms)} {self.roster.name_of(event.username)}" for event in events)

    def show_result(self, found: Histories) -> None:
        """Show the events, and what one must know before believing them."""
        self.history = found
        self.warn("\n".join("".join(span.text for span in line) for line in warnings(found.everybody.found)))
        self.sift()

    def watch_roster(self) -> None:
        """Name the people of the events, and find them by their names."""
        super().watch_roster()
        if self.history:
            self.history = Histories(*(self._searchable(part.found) for part in self.history))
            self.lines.refresh()

    def sift(self) -> None:
        """Show the events that are looked for, the last first; those of a few people before all others."""
        if self.history is None:
            return
        few = self._matching(self.history.few) if self.first else []
        names = {event.username for event in self.history.few.found.events} | self.first if self.first else set()
        others = [] if self.is_only else self._matching(self.history.everybody)
        others = [event for event in others if event.username not in names]
        self.found = [*few, *others]
        self._rows = [self._whose(), *few, _("Everybody else"), *others] if few and others else self.found
        if self.found:
            self.show(len(self._rows), 1 if few and others else 0)
        else:
            nothing = _("Nothing is found. Esc clears the search.")
            empty = self.is_only or not self.history.everybody.words
            self.show_sentence(_("Nothing has happened yet.") if empty and not self.wanted else nothing)

    def _matching(self, history: Searchable[AuditTrail]) -> list[Event]:
        since, until, words = _asked(self.wanted)
        pairs = zip(history.found.events, history.words, strict=True)
        return [
            event
            for event, line in pairs
            if (self.kind is None or event.event is self.kind)
            and since <= event.source.date[: len(since)]
            and (not until or event.source.date[: len(until)] <= until)
            and all(word in line for word in words)
        ][::-1]

    def _whose(self) -> str:
        """Return whose events come first."""
        if len(self.first) > 1:
            return ngettext("{count} person", "{count} people", len(self.first)).format(count=len(self.first))
        only = next(iter(self.first), "")
        return visible(" ".join(filter(None, (only, self.roster.name_of(only)))))

    # Showing

    def heading(self) -> tuple[str, ...]:
        """Return whose events they are, and how many of which kinds."""
        number = ngettext("{count} event", "{count} events", len(self.found)).format(count=len(self.found))
        who = self._whose() if self.is_only else ""
        return _("History"), who, kind_word(self.kind) if self.kind else "", number

    @property
    def event_at_cursor(self) -> Event | None:
        """The event under the cursor; None on a heading."""
        row = self._rows[self.lines.cursor] if self._rows else ""
        return None if isinstance(row, str) else row

    def draw(self, index: int, width: int) -> Drawn:
        """Return the pieces of one event."""
        event = self._rows[index]
        if isinstance(event, str):
            return (Cell(fit(event, width), "heading"),)
        named = max((width - 40) // 4, 12)
        kind = fit(kind_word(event.event), 24 if width >= _WIDE else min(20, width - 28 - named))
        state = f" {fit(sent_word(event), 10)}" if width >= _ROOMY else ""
        room = width - 29 - len(kind) - named - len(state)
        words = fit(what(event, self.terms, show=self._open), room) if room >= _SHORTEST else ""
        return (
            Cell(f"{event.source.date[:10]:<10} ", "muted"),
            Cell("● " if event is self._marked else _SIGNS.get(event.event, "  "), _STYLES.get(event.event, "")),
            Cell(f"{fit(event.username, 12)} ", "strong"),
            Cell(f"{fit(self.roster.name_of(event.username), named)} ", "strong"),
            Cell(f"{kind} ", _STYLES.get(event.event, "")),
            Cell(words),
            Cell(state, "muted"),
        )

    def person_path(self) -> str:
        """Return the path of the record of the person under the cursor."""
        return self.roster.paths.get(self.event_at_cursor.username, "") if self.event_at_cursor else ""

    def whole(self) -> Content:
        """Return all that is known about the event under the cursor."""
        event = self.event_at_cursor
        if event is None:
            return Content("")
        source, is_done = event.source, event.event in DONE
        signed = _("yes, graduand audit verify says by whom") if source.signed else _("no")
        facts = [
            (_("Who: {text}"), source.author),
            (_("When: {text}"), source.date),
            (
                _("Entry: {text}") if is_done else _("Commit: {text}"),
                source.commit
                if is_done
                else source.commit[:12] + (f" #{source.pull_request}" if source.pull_request else ""),
            ),
            (_("Brought in by: {text}"), source.committer if source.committer != source.author else ""),
            (_("Uploads: {text}"), ", ".join(event.uploads) + linked_words(event.linked) if event.uploads else ""),
            ("{text}", "" if is_done or event.uploads else _("No upload has carried this yet.")),
            ("{text}", ", ".join(hands(event)) or ("" if is_done else _("Nobody's approval is noted."))),
            (_("Signed: {text}"), "" if is_done else signed),
            (_("Record: {text}"), event.path),
        ]
        head = f"{visible(event.username)}  {kind_word(event.event)}"
        lines = [Content.styled(head, "bold"), Content(what(event, self.terms, show=self._open, most=_WHOLE))]
        lines += [Content(words.format(text=visible(text, _WHOLE))) for words, text in facts if text]
        return Content("\n").join(line for line in lines if line.plain)

    @on(LineList.Chosen)
    def open_the_person(self) -> None:
        """Open the record."""
        if event := self.event_at_cursor:
            self.post_message(Opened(event.path))

    def action_kind(self) -> None:
        """Show only the next kind of event; after the last, all of them again."""
        there = {event.event for part in self.history for event in part.found.events} if self.history else set()
        known = [None, *(kind for kind in EventKind if kind in there)]
        self.kind = known[(known.index(self.kind) + 1) % len(known)] if self.kind in known else None
        self.sift()

    def action_only(self) -> None:
        """Show only the events of the person under the cursor; then everybody's again."""
        event = self.event_at_cursor
        if self.is_only or event is None:
            self._show_first(self.first, only=False)
        else:
            self._show_first(frozenset({event.username}), only=True)

    def action_mark(self) -> None:
        """Mark the event under the cursor, from which on is compared; or take the mark away."""
        event = self.event_at_cursor
        self._marked = None if event is self._marked else event
        self.lines.refresh()

    def action_compare(self) -> None:
        """Show what differs from the marked event to the one under the cursor; without a mark ask for two days."""
        event, marked = self.event_at_cursor, self._marked
        if event is None:
            return
        if marked and marked is not event:
            self._compare(event.username, lambda events: compare_events(self.workspace, events, marked, event))
            return

        def ask(days: Days | None) -> None:
            if days:
                self._compare(event.username, lambda events: compare_days(self.workspace, events, *days))

        own = [one.source.date[:10] for one in self.found if one.username == event.username]
        self.app.push_screen(DaysScreen(self._title(event.username), min(own), max(own)), ask)

    def _title(self, username: str) -> str:
        return visible(" ".join(filter(None, (username, self.roster.name_of(username)))))

    def _compare(self, username: str, compare: Callable[[Sequence[Event]], Comparison]) -> None:
        """Read one person's events, compare, and show what came of it."""

        def work(_tell: Tell) -> Comparison:
            return compare(query.log(self.workspace, username).events)

        def show(found: Comparison | Trouble | None) -> None:
            if isinstance(found, Trouble):
                self.notify(str(found), severity="error", markup=False)
            elif found:
                lines = comparison_text(found, self.terms, show=self._open)
                self.app.push_screen(PageScreen(self._title(username), lines))

        self.app.push_screen(Waiting(_("Reading the history"), work), show)

    def action_addresses(self) -> None:
        """Show addresses whole, or masked again."""
        self._open = not self._open
        self.lines.refresh()
        self.show_whole_line()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to take back only what a commit changed."""
        if action == "revert":
            event = self.event_at_cursor
            return bool(event and not event.is_done and event.source.commit)
        return super().check_action(action, parameters)

    def action_revert(self) -> None:
        """Take the commit of the event back, after a look at what it does."""
        from graduand.screens.revert_flow import Revert  # noqa: PLC0415 - most look only

        if event := self.event_at_cursor:
            commit = event.source.commit
            Revert(self, self.workspace, commit=self.commit).begin(lambda: commit, ask=True)

    def action_copy(self) -> None:
        """Copy the commit of the event."""
        if event := self.event_at_cursor:
            self.app.copy_to_clipboard(event.source.commit)
            self.notify(_("Copied: {path}").format(path=event.source.commit[:12]), markup=False)


def _line(event: Event, terms: Terms) -> str:
    """Return what an event is found by."""
    source = event.source
    words = (source.date[:10], event.username, event.cohort, kind_word(event.event), source.author, source.commit)
    return " ".join((*words, event.reason, " ".join(event.uploads), what(event, terms, show=True)))


def _asked(words: Sequence[str]) -> tuple[str, str, list[str]]:
    """Return from when, until when, and the other words that are looked for."""
    since = next((word.partition(":")[2] for word in words if word.startswith(_SINCE)), "")
    until = next((word.partition(":")[2] for word in words if word.startswith(_UNTIL)), "")
    return since, until, [word for word in words if not word.startswith((*_SINCE, *_UNTIL))]
