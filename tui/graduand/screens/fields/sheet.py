"""The fields of one record, grouped under headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from graduand.editing.draft import findings_by_key, value_of
from graduand.editing.sections import absent_field_states, choices, sections
from graduand.language import _
from graduand.screens.fields.row import FieldRow
from graduand.screens.page import COLOURS, SIGNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from graduand.editing.draft import Draft
    from graduand.findings import Finding
    from graduand.records.school import School


class FieldSheet(VerticalScroll, can_focus=False):
    """Shows what the record's kind needs; its fields tell the form what is changed."""

    DEFAULT_CSS = """
    FieldSheet {
        scrollbar-size-vertical: 1;
        & > .section { height: 1; padding: 0 1; color: $text-accent; text-style: bold; margin-top: 1; }
        & > .whole { height: auto; padding: 0 1; display: none; }
        & > .whole.-said { display: block; }
    }
    """

    def __init__(self, school: School, today: str) -> None:
        super().__init__()
        self._school = school
        self._today = today
        self._whole = Static(classes="whole")
        self._said: Sequence[Finding] = ()
        self._reading = False
        self._parts: dict[str, Widget] = {}

    def compose(self) -> Iterable[Widget]:
        """Begin with what is said of the record as a whole."""
        yield self._whole

    @property
    def rows(self) -> dict[str, FieldRow]:
        """The rows in sight, by their keys."""
        return {name: part for name, part in self._parts.items() if isinstance(part, FieldRow)}

    @property
    def current(self) -> FieldRow | None:
        """The row with the cursor."""
        return next((row for row in self.rows.values() if row.is_here), None)

    @on(Resize)
    def keep_it_in_sight(self) -> None:
        """Scroll the focused field into view when a message takes some of the room."""
        row = self.current
        if row:
            self.call_after_refresh(row.scroll_visible, animate=False, immediate=True)

    def go_to(self, key: str) -> None:
        """Put the cursor into a field; into the first one when that is not shown."""
        rows = self.rows
        row = rows.get(key) or next((row for one, row in rows.items() if key.startswith(f"{one}:")), None)
        row = row or next(iter(rows.values()), None)
        if row:
            row.go()
            # A row that came just now has no place yet to scroll to.
            self.call_after_refresh(row.scroll_visible, animate=False)

    def read(self, reading: bool) -> None:  # noqa: FBT001 - the only word of it
        """Let the fields be read, or be edited; the cursor stays in its field."""
        here = self.current
        self._reading = reading
        for row in self.rows.values():
            row.read(reading)
        if here:
            here.go()

    def walk(self, rows: int) -> None:
        """Go so many fields down, or up; no further than the ends."""
        there = list(self.rows.values())
        here = there.index(self.current) if self.current else 0
        if there:
            row = there[min(max(here + rows, 0), len(there) - 1)]
            row.go()
            row.scroll_visible(animate=False)

    async def show(self, draft: Draft, added: Iterable[str]) -> None:
        """Show a draft."""
        record = draft.record
        wanted: dict[str, str] = {}
        for section in sections(record, self._school, added):
            wanted[f" {section.title}"] = section.title
            wanted |= dict.fromkeys(section.keys, "")
        await self._arrange(wanted, draft)
        states = absent_field_states(record, self._school)
        changed = set(draft.changed_keys)
        for key, row in self.rows.items():
            row.offer(choices(key, record, self._school))
            row.show(value_of(record, key), states.get(key), changed=key in changed)

    async def _arrange(self, wanted: dict[str, str], draft: Draft) -> None:
        """Bring the rows and headings into the wanted order; those that stay keep their cursor."""
        if list(wanted) == list(self._parts):
            return
        gone = [self._parts[name] for name in self._parts if name not in wanted]
        new = {name: self._part(name, title, draft) for name, title in wanted.items() if name not in self._parts}
        with self.app.batch_update():
            for part in gone:
                await part.remove()
            await self.mount(*new.values())
            self._parts = {name: new.get(name) or self._parts[name] for name in wanted}
            for number, part in enumerate(self._parts.values(), 1):
                if self.children[number] is not part:
                    self.move_child(part, before=number)

    def _part(self, name: str, title: str, draft: Draft) -> Widget:
        if title:
            return Static(Content(_(title)), classes="section")
        return FieldRow(
            self._school.fields[name], choices(name, draft.record, self._school), self._today, reading=self._reading
        )

    def say(self, found: Sequence[Finding]) -> None:
        """Say at each field what is wrong with it."""
        by_key = findings_by_key(found, self.rows)
        for key, row in self.rows.items():
            row.say(by_key.get(key, ()))
        whole = by_key.get("", ())
        if whole != self._said:
            self._said = whole
            lines = [Content.styled(f"{SIGNS[one.severity]} {one.message}", COLOURS[one.severity]) for one in whole]
            self._whole.update(Content("\n").join(lines))
            self._whole.set_class(bool(whole), "-said")
