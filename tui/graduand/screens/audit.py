"""The history screen: every event, the newest first; who closed an account, when and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from graduand.audit import query
from graduand.audit.query import EventFilter
from graduand.git.events import DONE, EventKind
from graduand.language import N_, _, ngettext, visible
from graduand.records.paths import username_of
from graduand.reports.audit_text import approved_words, kind_word, linked_words, warnings, what
from graduand.reports.labels import terms_of
from graduand.screens.messages import Opened
from graduand.screens.view import Searchable, View, haystacks
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.audit.query import AuditTrail
    from graduand.git.events import Event
    from graduand.reports.labels import Terms
    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace

_STYLES: Final = {EventKind.DEACTIVATED: "error", EventKind.REACTIVATED: "added", EventKind.REMOVED: "removed"}
_SIGNS: Final = {EventKind.DEACTIVATED: "✗ ", EventKind.REACTIVATED: "✓ ", EventKind.REMOVED: "- "}
_WIDE: Final = 76
"""Columns from which on the longest kind of event has room."""
_SINCE: Final = ("since:", "depuis:")
_UNTIL: Final = ("until:", "jusqu:")


class AuditScreen(View["Searchable[AuditTrail]"]):
    """The events of all people, or of one."""

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
        self.person = person
        self.kind: EventKind | None = None
        self.history: Searchable[AuditTrail] | None = None
        self.found: Sequence[Event] = ()
        self.terms = terms_of(workspace)
        self.only: frozenset[str] = frozenset()
        """The usernames whose events are shown; empty for everybody."""
        self._open = False

    def take_marks(self, marks: frozenset[str]) -> None:
        """Show only the people who are marked in the list; everybody when nobody is."""
        usernames = frozenset(map(username_of, marks))
        if usernames != self.only:
            self.only = usernames
            self.sift()

    # Reading

    def read(self, tell: Tell) -> Searchable[AuditTrail]:
        """Read git's history."""
        del tell
        found = query.audit(self.workspace, EventFilter(person=self.person))
        return Searchable(found, haystacks(_line(event, self.terms) for event in found.events))

    def show_result(self, found: Searchable[AuditTrail]) -> None:
        """Show the events, and what one must know before believing them."""
        self._find_by_name(found)
        self.warn("\n".join("".join(span.text for span in line) for line in warnings(found.found)))
        self.sift()

    def watch_roster(self) -> None:
        """Name the people of the events."""
        super().watch_roster()
        if self.history:
            self._find_by_name(self.history)
            self.lines.refresh()

    def _find_by_name(self, history: Searchable[AuditTrail]) -> None:
        """Let events be found by the names of their people too."""
        events = history.found.events
        lines = (f"{_line(event, self.terms)} {self.roster.name_of(event.username)}" for event in events)
        self.history = Searchable(history.found, haystacks(lines))

    def sift(self) -> None:
        """Show the events that are looked for, the last first."""
        if self.history is None:
            return
        since, until, words = _asked(self.wanted)
        pairs = zip(self.history.found.events, self.history.words, strict=True)
        self.found = [
            event
            for event, line in pairs
            if (self.kind is None or event.event is self.kind)
            and (not self.only or event.username in self.only)
            and since <= event.source.date[: len(since)]
            and (not until or event.source.date[: len(until)] <= until)
            and all(word in line for word in words)
        ][::-1]
        if self.found:
            self.show(len(self.found), 0)
        else:
            nothing = _("Nothing is found. Esc clears the search.")
            self.show_sentence(nothing if self.history.words else _("Nothing has happened yet."))

    # Showing

    def heading(self) -> tuple[str, ...]:
        """Return whose events they are, and how many of which kinds."""
        number = ngettext("{count} event", "{count} events", len(self.found)).format(count=len(self.found))
        only = next(iter(self.only), "") if len(self.only) == 1 else ""
        who = visible(self.person or " ".join(filter(None, (only, self.roster.name_of(only)))))
        if len(self.only) > 1:
            who = ngettext("{count} person", "{count} people", len(self.only)).format(count=len(self.only))
        return _("History"), who, kind_word(self.kind) if self.kind else "", number

    @property
    def event_at_cursor(self) -> Event | None:
        """The event under the cursor."""
        return self.found[self.lines.cursor] if self.found else None

    def draw(self, index: int, width: int) -> Drawn:
        """Return the pieces of one event."""
        event = self.found[index]
        kind = fit(kind_word(event.event), 24 if width >= _WIDE else 20)
        named = max((width - 40) // 4, 0)
        room = width - 28 - len(kind) - (named + 1 if named else 0)
        words = fit(what(event, self.terms, show=self._open), max(room, 8))
        return (
            Cell(f"{event.source.date[:10]:<10} ", "muted"),
            Cell(_SIGNS.get(event.event, "  "), _STYLES.get(event.event, "")),
            Cell(f"{fit(event.username, 12)} ", "strong"),
            Cell(f"{fit(self.roster.name_of(event.username), named)} " if named else "", "strong"),
            Cell(f"{kind} ", _STYLES.get(event.event, "")),
            Cell(words),
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
            ("{text}", ", ".join(approved_words(event))),
            (_("Signed: {text}"), "" if is_done else signed),
            (_("Record: {text}"), event.path),
        ]
        head = f"{visible(event.username)}  {kind_word(event.event)}"
        lines = [Content.styled(head, "bold"), Content(what(event, self.terms, show=self._open))]
        lines += [Content(words.format(text=visible(text, 200))) for words, text in facts if text]
        return Content("\n").join(line for line in lines if line.plain)

    @on(LineList.Chosen)
    def open_the_person(self) -> None:
        """Open the record."""
        if event := self.event_at_cursor:
            self.post_message(Opened(event.path))

    def action_kind(self) -> None:
        """Show only the next kind of event; after the last, all of them again."""
        there = {event.event for event in self.history.found.events} if self.history else set()
        known = [None, *(kind for kind in EventKind if kind in there)]
        self.kind = known[(known.index(self.kind) + 1) % len(known)] if self.kind in known else None
        self.sift()

    def action_only(self) -> None:
        """Show only the events of the person under the cursor; then everybody's again."""
        event = self.event_at_cursor
        self.only = frozenset() if self.only or event is None else frozenset({event.username})
        self.sift()

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
