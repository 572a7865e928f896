"""Compile noted uploads again, from the commit, the day and the ledger that they were compiled from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Trouble
from graduand.git.snapshot import contents, entries, school_at
from graduand.git.upload_branch import is_commit
from graduand.handshake.rollback import StatesAround, inverse_of
from graduand.handshake.row import row_of
from graduand.handshake.row_table import RowTable, table_of
from graduand.handshake.sendable import sendable
from graduand.language import _
from graduand.ledger.entry import PEOPLE, EntryKind, read_people
from graduand.ledger.fold import NOTHING, can_go_on, fold
from graduand.ledger.ledger import Ledger
from graduand.records.reading import read
from graduand.rules import judgement
from graduand.uploads.compiler import EARLY, CompileOptions, upload_of
from graduand.uploads.known_state import known_state_of, state_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graduand.handshake.upload import File
    from graduand.ledger.entry import LedgerEntry, PersonLine
    from graduand.ledger.fold import LedgerState
    from graduand.records.school import School


_NO_ROWS: Final = RowTable((), ())


class Recompiled(NamedTuple):
    """What an upload compiles to now."""

    files: tuple[File, ...]
    strangers: tuple[str, ...]
    """The usernames whose record the commit does not have as the entry says."""
    why_not: str = ""
    """Why it cannot be compiled again; "" when it was."""
    table: RowTable = _NO_ROWS
    """The rows of the files."""


class CompiledFrom(NamedTuple):
    """What an upload was compiled from, as it says itself."""

    commit: str
    ledger: str
    """The newest commit of the ledger by then; "" when there was none."""
    on: str
    people: Mapping[str, PersonLine]
    """Those in its rows, by username."""
    takes_back: str = ""
    """The id of the upload that it takes back; "" for an ordinary one."""
    early: bool = False
    """Whether graduations and departures were sent before their day on purpose."""


class Recompiler:
    """Compiles the uploads of a ledger again, best in the order in which they were noted."""

    def __init__(self, ledger: Ledger, folded: LedgerState | None = None) -> None:
        """Begin with `folded`, the state after all entries, or with none."""
        self._ledger = ledger
        self._places = {one.commit: place for place, one in enumerate(ledger.stored, 1)}
        self._folded: tuple[int, LedgerState] = (len(ledger.entries), folded) if folded else (0, NOTHING)
        """How many entries were folded last, and the state after them."""

    def recompile(self, batch: Sequence[LedgerEntry]) -> Recompiled:
        """Return what the upload comes to whose jobs were noted with the entries of a batch."""
        try:
            return self._recompile(self._said(batch))
        except Trouble as trouble:
            return Recompiled((), (), str(trouble))

    def recompile_from(self, said: CompiledFrom) -> Recompiled:
        """Return what an upload comes to that is not noted."""
        try:
            return self._recompile(said)
        except Trouble as trouble:
            return Recompiled((), (), str(trouble))

    def _said(self, batch: Sequence[LedgerEntry]) -> CompiledFrom:
        entry = batch[0]
        raws = self._ledger.files((one, PEOPLE) for one in batch)
        lines = (line for one, raw in zip(batch, raws, strict=True) for line in read_people(raw, one.id))
        return CompiledFrom(
            entry.text("commit"),
            entry.text("ledger"),
            entry.text("on"),
            {line.username: line for line in lines},
            entry.text("takes_back"),
            went_early(entry.facts),
        )

    def _recompile(self, said: CompiledFrom) -> Recompiled:
        program = self._ledger.program
        commit, head, people = said.commit, said.ledger, said.people
        if not is_commit(program, commit):
            return Recompiled((), (), _("its commit is not in this clone"))
        if head and head not in self._places:
            return Recompiled((), (), _("the ledger that it was compared with was laid on top of other entries since"))
        place = self._places[head] if head else 0
        school = school_at(program, commit)
        state = self._state_after(place)
        strangers: tuple[str, ...] = ()
        if said.takes_back:
            noted = self._ledger.entries[:place]
            taken = [one for one in noted if one.id == said.takes_back and one.kind is EntryKind.UPLOAD]
            if not taken:
                return Recompiled((), (), _("no upload before it is the one that it takes back"))
            table = self._inverse(taken[0], place, state, school)
            table = table.picked(at for at, username in enumerate(table.usernames) if username in people)
        else:
            table, strangers = self._rows(commit, people, school, said.on)
        known = known_state_of(Ledger(program, head), state, school.importer)
        if not said.takes_back:
            table = sendable(table, known.state, school, early=said.early).table
        files = upload_of(table, school, known, CompileOptions(said.on)).files if table.rows else ()
        return Recompiled(files, strangers, table=table)

    def _state_after(self, place: int) -> LedgerState:
        """Return the state after so many entries, going on from the last one where that is the same."""
        count, state = self._folded
        later = self._ledger.entries[count:place]
        if place < count or not can_go_on(state, later):
            state = fold(self._ledger.entries[:place], self._ledger.files)
        elif later:
            state = fold(later, self._ledger.files, start=state)
        self._folded = (place, state)
        return state

    def _rows(
        self, commit: str, people: Mapping[str, PersonLine], school: School, on: str
    ) -> tuple[RowTable, tuple[str, ...]]:
        """Return the rows of people by their records at a commit, and of whom it has another record or none."""
        program = self._ledger.program
        listed = {one.path: one for one in entries(program, commit)}
        strangers = [
            line.username for line in people.values() if line.path not in listed or listed[line.path].blob != line.blob
        ]
        wanted = [listed[line.path] for line in people.values() if line.path in listed]
        records = (read(path, raw, school).record for path, raw in contents(program, wanted))
        checked = judgement.sound((record for record in records if record is not None), ())
        rows = sorted((row_of(one, school, on) for one in checked), key=lambda row: row.username)
        return table_of(rows, [*school.columns]), tuple(sorted(strangers))

    def _inverse(self, upload: LedgerEntry, place: int, state: LedgerState, school: School) -> RowTable:
        """Return the rows that take an upload back, as of so many entries."""
        noted = self._ledger.entries[:place]
        (raw,) = self._ledger.files([(upload, PEOPLE)])
        people = {line.username: line.previous for line in read_people(raw, upload.id)}
        moments = (upload.moment, (upload.at, f"{upload.id}~"))
        around = [fold(noted, self._ledger.files, before=moment) for moment in moments]
        before, after, now = (state_of(one, school.importer) for one in (*around, state))
        return inverse_of(people, StatesAround(before, after, now, state.aliases), school).table


def went_early(facts: Mapping[str, object]) -> bool:
    """Return whether a manifest, or an entry, says that graduations or departures go before their day on purpose."""
    overrides = facts.get("overrides")
    found = overrides if isinstance(overrides, list) else ()
    return any(isinstance(one, dict) and one.get("what") == EARLY for one in found)
