"""Observe: what an export of Handshake, or one profile, says of the state; shown first, and noted."""

from __future__ import annotations

import csv
import hashlib
import io
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.editing.exclusion_lists import read_exclusions
from graduand.errors import Usage
from graduand.git.checkout import Checkout
from graduand.git.upload_branch import upload_branch
from graduand.handshake.plan import CellChange
from graduand.intake.options import FORMS
from graduand.intake.source_profile import SourceProfile
from graduand.language import _, quoted
from graduand.ledger.entry import ABSENT, OBSERVED, OBSERVED_OTHERS, EntryKind, SentFile, lines_of, now
from graduand.ledger.ledger import NewFacts, note, note_on_newest, read_ledger
from graduand.observations.export import Export, ExportOptions, ExportProfile, export_of, read_export
from graduand.records.columns import mover
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.list_proposal import MOST_VALUES, ListProposal, level_proposal, year_proposal
from graduand.records.record import ALUMNI, DISABLED, EMAIL, END, LEVEL, PRIVATE, USERNAME
from graduand.similar import folded, nearest
from graduand.tables.cell_text import means_same
from graduand.tables.match_people import MatchedBy, RowIdentity, match_people
from graduand.tables.spreadsheet import NUMBER
from graduand.tables.table import Table
from graduand.uploads.exchange import NOTHING_ASKED, fetch_ledger, require_known, share_ledger
from graduand.uploads.known_state import known_well
from graduand.workspace import today

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from graduand.editing.exclusion_lists import Exclusions
    from graduand.ledger.fold import LedgerState
    from graduand.ledger.ledger import Ledger
    from graduand.ledger.sync import Synced
    from graduand.records.school import School
    from graduand.uploads.exchange import Exchange
    from graduand.workspace import Workspace


class ObserveOptions(NamedTuple):
    """What the user says of an observation."""

    seen_at: str = ""
    """When Handshake showed it, as entries have it; "" is now."""
    complete: bool = False
    """Whether who is not in the export is not there."""
    export: ExportOptions = ExportOptions()


class ObservedPerson(NamedTuple):
    """A person of whom an observation changes what is known."""

    username: str
    cells: tuple[CellChange, ...]
    """What was known, and what is: `**CLEAR**` is empty."""
    is_new: bool
    """Whether nothing was known of the person."""


class OtherPeople(NamedTuple):
    """The people without a record, as numbers."""

    closed: int
    alumni: int
    past_end: int
    """Neither closed nor alumni, though their end date is past."""
    known: int
    """Of whom an earlier observation said one of these."""
    counted: int
    """All the others: nothing else is noted of them."""


class ObservationPreview(NamedTuple):
    """What an observation says, and what it changes in the state."""

    at: str
    export: Export
    people: int
    """With a record, or known from uploads."""
    changes: tuple[ObservedPerson, ...]
    overruled: int
    """Values that are not the state's, because an upload that ran later says otherwise."""
    others: OtherPeople
    absent: tuple[str, ...]
    """With a record, or known, and not in a complete export."""
    restored: tuple[tuple[str, str], ...]
    """Usernames as a spreadsheet had left them, and whose they are by their address."""
    doubtful: tuple[tuple[str, str], ...]
    """The same where the address does not say so: these rows are left out."""
    excluded: int
    """Rows of deleted and of confidential people, who are not named."""
    complete: bool
    known_entry: str
    """The id of the entry that notes just this already; "" when none does."""
    lists: tuple[ListProposal, ...]
    """What institution.yaml may list, as the export shows it."""


class Observed(NamedTuple):
    """What became of an observation."""

    preview: ObservationPreview
    entry: str = ""
    """The id of the entry that notes it; "" when it was only looked at."""
    is_new: bool = False
    fetched: Synced = NOTHING_ASKED
    shared: Synced = NOTHING_ASKED


class _Found(NamedTuple):
    preview: ObservationPreview
    wanted: NewFacts


def observe_export(
    workspace: Workspace, raw: bytes, options: ObserveOptions, exchange: Exchange | None = None
) -> Observed:
    """Return what an export of Handshake changes in the state; with an `exchange`, note it.

    Raises:
        Usage: no table, no usernames, or an option that does not fit.
        AmbiguousDates: the order of day and month of a column is not known.
        LedgerMissing: it would be the first entry, and the remote could not be asked whether it holds a ledger.
        GitRefused, LedgerInUse, Busy, NotWritten: it could not be noted; nothing has changed.
    """
    people = _known_people(workspace)

    def found(ledger: Ledger) -> _Found:
        state = ledger.state()
        items = {key: _items(key, people, state) for key in _lists(workspace.school)}
        export = read_export(raw, options.export, workspace.school, last_profile(ledger), items)
        return _observation(ledger, export, options, people, hashlib.sha256(raw).hexdigest())

    return _observed(workspace, options, exchange, found)


def observe_person(
    workspace: Workspace, username: str, words: Sequence[str], options: ObserveOptions, exchange: Exchange | None = None
) -> Observed:
    """Return what values of one profile, such as `disabled=yes`, change in the state; with an `exchange`, note it.

    Raises:
        Usage: nobody of that username is known, or a word is no column and value.
        AmbiguousDates, LedgerMissing, GitRefused, LedgerInUse, Busy, NotWritten: as `observe_export`.
    """
    if options.complete:
        raise Usage(_("--complete is about an export; one profile says nothing of others."))
    school, people = workspace.school, _known_people(workspace)
    values = _assignments(words, school)
    headers = (USERNAME, *values)
    columns = [(text,) for text in (username, *values.values())]
    table = Table(headers, tuple(columns), tuple(columns), (1,), ())
    stones = people.exclusions.tombstones.among([username])
    people = people._replace(exclusions=people.exclusions._replace(confidential=frozenset()))

    def found(ledger: Ledger) -> _Found:
        state = ledger.state()
        if stones or (username not in people.usernames and username not in state.rows):
            close = nearest(username, people.usernames)
            hint = _(" Did you mean {close}?").format(close=quoted(close)) if close else ""
            message = _("Nobody has the username {username} in the records, or is known by it in the ledger.")
            raise Usage(message.format(username=quoted(username)) + hint)
        known = ExportProfile(SourceProfile(values=last_profile(ledger).source.values))
        export = export_of(table, options.export, school, known, {})
        return _observation(ledger, export, options, people, "")

    return _observed(workspace, options, exchange, found)


def _observed(
    workspace: Workspace, options: ObserveOptions, exchange: Exchange | None, found: Callable[[Ledger], _Found]
) -> Observed:
    if options.seen_at > now():
        raise Usage(_("{time} lies ahead; say when it was seen.").format(time=quoted(options.seen_at)))
    program = Checkout(workspace.root).program
    if exchange is None:
        return Observed(found(read_ledger(program)).preview)
    fetched = fetch_ledger(program, exchange)
    require_known(program, fetched)

    def noted(ledger: Ledger) -> Observed:
        one = found(ledger)
        if known := one.preview.known_entry:
            return Observed(one.preview, known)
        main = upload_branch(program) or program.opened.head
        return Observed(one.preview, note(ledger, one.wanted._replace(main=main)).id, is_new=True)

    result = note_on_newest(program, noted)
    return result._replace(fetched=fetched, shared=share_ledger(program, fetched, exchange))


# What is known before


class _KnownPeople(NamedTuple):
    """The people of the records."""

    usernames: frozenset[str]
    """Present and former ones."""
    former: Mapping[str, str]
    """The former username by the present one."""
    addresses: Mapping[str, str]
    """The username by address, in small letters."""
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    """What the records would send."""
    exclusions: Exclusions
    school: School
    kinds: Mapping[str, FieldKind]


def _known_people(workspace: Workspace) -> _KnownPeople:
    index = workspace.read_index(today())
    _paths, _names, emails, _cards, _logins, formers, *_rest = index.people
    usernames = index.listed()[1]
    table = index.table((), {page.cohort for page in index.pages})
    return _KnownPeople(
        frozenset({*usernames, *filter(None, formers)}),
        {name: former for name, former in zip(usernames, formers, strict=True) if former},
        {email.casefold(): name for email, name in zip(emails, usernames, strict=True) if email},
        table.columns,
        table.rows,
        read_exclusions(workspace.root),
        workspace.school,
        {key: field.kind for key, field in workspace.school.columns.items()},
    )


def _lists(school: School) -> list[str]:
    return [key for key, field in school.columns.items() if field.kind is FieldKind.LIST]


def _items(key: str, people: _KnownPeople, state: LedgerState) -> set[str]:
    """Return the items of a list column in records and state."""
    cells = set[str]()
    for columns, rows in ((people.columns, people.rows), (state.columns, state.rows.values())):
        if key in columns:
            at = columns.index(key)
            cells |= {row[at] for row in rows}
    return {item for cell in cells for item in cell.split(";") if item and item != CLEAR}


def last_profile(ledger: Ledger) -> ExportProfile:
    """Return how the last export that was noted was read; an empty profile when none was."""
    entries = (one for one in reversed(ledger.entries) if one.kind is EntryKind.OBSERVATION)
    for entry in entries:
        if entry.facts.get("mapping") and entry.id not in ledger.withdrawn:
            values = entry.facts.get("values")
            by_column = values.items() if isinstance(values, dict) else ()
            source = SourceProfile(
                _texts(entry.facts["mapping"]),
                {header: form for header, form in _texts(entry.facts.get("dates")).items() if form in FORMS},
                {str(key): found for key, pairs in by_column if (found := _texts(pairs))},
            )
            return ExportProfile(source, _texts(entry.facts.get("lists")))
    return ExportProfile()


def _texts(value: Any) -> dict[str, str]:  # noqa: ANN401 - of a file that anybody may have written
    return {str(key): text for key, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}


def _assignments(words: Sequence[str], school: School) -> dict[str, str]:
    """Return by column the text of each word.

    Raises:
        Usage: a word names no column of the importer, or one that is not noted so.
    """
    found: dict[str, str] = {}
    for word in words:
        name, equals, text = word.partition("=")
        key = name if name in school.columns else school.meanings.get(folded(name), "")
        if not equals or key not in school.columns:
            close = nearest(name, school.columns)
            hint = _(" Did you mean {close}?").format(close=quoted(f"{close}=…")) if close else ""
            message = _("{word} does not say what the profile shows, such as disabled=true.")
            raise Usage(message.format(word=quoted(word)) + hint)
        if key == USERNAME:
            raise Usage(_("A username that was changed by hand is noted in the record, as previous_username."))
        if key in PRIVATE:
            raise Usage(_("{key} is never noted of what Handshake shows.").format(key=quoted(key)))
        found[key] = text
    if not found:
        raise Usage(_("Say what the profile shows, such as: disabled=true"))
    return found


# What is noted


class _Table(NamedTuple):
    name: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    def content(self) -> bytes:
        """Return the rows as CSV, sorted by username."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        at = self.columns.index(USERNAME)
        rows = sorted(self.rows, key=itemgetter(at))
        writer.writerows(rows)
        return text.getvalue().encode(errors="surrogateescape")


class _Sorted(NamedTuple):
    """The rows of an export by what is noted of them."""

    ours: _Table
    others: _Table
    numbers: OtherPeople
    excluded: int
    restored: tuple[tuple[str, str], ...]
    doubtful: tuple[tuple[str, str], ...]


def _observation(ledger: Ledger, export: Export, options: ObserveOptions, people: _KnownPeople, source: str) -> _Found:
    state = ledger.state()
    at = options.seen_at or now()
    rows = _sorted(export, state, people, at[:10])
    absent = _absent(rows, export, state, people) if options.complete else []
    wanted = _facts(rows, export, absent, options._replace(seen_at=at), source)
    known = _noted_before(ledger, wanted, source, explicit=bool(options.seen_at))
    after = state if known else ledger.state_with(wanted)
    changes, overruled = _changes(rows, state, after, people.kinds)
    years = shown_values(export, people.school.year)
    levels = shown_values(export, LEVEL) if people.school.institution.level_values is not None else ()
    preview = ObservationPreview(
        at,
        export,
        len(rows.ours.rows),
        changes,
        overruled,
        rows.numbers,
        tuple(absent),
        rows.restored,
        rows.doubtful,
        rows.excluded,
        options.complete,
        known,
        tuple(filter(None, (year_proposal(people.school, years), level_proposal(people.school, levels)))),
    )
    return _Found(preview, wanted)


def _absent(rows: _Sorted, export: Export, state: LedgerState, people: _KnownPeople) -> list[str]:
    """Return who is expected and in no row: neither by the present username nor by the one before."""
    there = {*export.rows, *export.ambiguous, *(username for _written, username in rows.restored + rows.doubtful)}
    there |= {name for name, former in people.former.items() if former in there}
    there |= {former for name, former in people.former.items() if name in there} | {*state.aliases}
    return sorted({*people.usernames, *state.rows} - {*people.former.values()} - there)


def _facts(rows: _Sorted, export: Export, absent: Sequence[str], options: ObserveOptions, source: str) -> NewFacts:
    tables = [table for table in (rows.ours, rows.others) if table.rows]
    files = {table.name: table.content() for table in tables}
    listed = [SentFile(table.name, _sum(files[table.name]), len(table.rows), columns=table.columns) for table in tables]
    if options.complete:
        files[ABSENT] = lines_of([username] for username in absent)
        listed.append(SentFile(ABSENT, _sum(files[ABSENT]), len(absent)))
    facts: dict[str, object] = {
        "complete": options.complete or None,
        "others": rows.numbers.counted or None,
        "by_hand": not source or None,
        "levels": shown_values(export, LEVEL),
    }
    if source:
        profile = export.profile.source
        unknown = {one.header for one in export.unknown()}
        facts |= {
            "source": source,
            "mapping": {
                header: key for header, key in profile.columns.items() if key not in PRIVATE and header not in unknown
            },
            "values": {key: dict(pairs) for key, pairs in profile.values.items() if pairs},
            "dates": dict(profile.dates),
            "lists": dict(export.profile.lists),
        }
    people = sum(len(table.rows) for table in tables)
    return NewFacts(EntryKind.OBSERVATION, options.seen_at, "", listed, files, facts, f"{people} people")


def shown_values(export: Export, key: str) -> tuple[str, ...]:
    """Return the values of a column with a list that the export shows, sorted; none where they are too many for one."""
    if key not in export.columns:
        return ()
    at = export.columns.index(key)
    shown = {row[at] for row in export.rows.values()} - {"", CLEAR}
    return tuple(sorted(shown)) if len(shown) <= MOST_VALUES else ()


def _sum(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _noted_before(ledger: Ledger, wanted: NewFacts, source: str, *, explicit: bool) -> str:
    """Return the id of an entry that notes the same; "" when there is none.

    It is the same file or profile, seen at the same time; where the time is not `explicit`, at any.
    """
    for entry in reversed(ledger.entries):
        if entry.kind is not EntryKind.OBSERVATION or entry.id in ledger.withdrawn:
            continue
        same_time = entry.at == wanted.at or not explicit
        same_facts = all(entry.facts.get(key) == wanted.facts.get(key) for key in ("complete", "others", "source"))
        if same_time and same_facts and entry.files == tuple(wanted.listed):
            found: str = entry.id
            return found
        if not source and not explicit:
            return ""  # of a profile only the last word can be the same
    return ""


def _sorted(export: Export, state: LedgerState, people: _KnownPeople, day: str) -> _Sorted:
    """Return what is noted of each row: all columns of ours, few of others who stand out."""
    rows, restored, doubtful = _restored(export, people, state)
    known = {*people.usernames, *known_well(state, people.school.year)}
    dead = people.exclusions.tombstones.among(rows)
    out = {*dead, *people.exclusions.confidential} & rows.keys()
    ours = [row for username, row in rows.items() if username in known and username not in out]
    few = tuple(key for key in export.columns if key in {USERNAME, people.school.year, END, DISABLED})
    places = [export.columns.index(key) for key in few]
    standing = {"closed": 0, "alumni": 0, "past_end": 0, "known": 0, "counted": 0}
    others = []
    for username, row in rows.items():
        if username in known or username in out:
            continue
        why = _stands_out(dict(zip(export.columns, row, strict=True)), people.school.year, day)
        why = why or ("known" if username in state.rows else "counted")
        standing[why] += 1
        if why != "counted":
            others.append(tuple(row[place] for place in places))
    return _Sorted(
        _Table(OBSERVED, export.columns, ours),
        _Table(OBSERVED_OTHERS, few, others),
        OtherPeople(**standing),
        len(out),
        restored,
        doubtful,
    )


def _stands_out(cells: Mapping[str, str], year: str, day: str) -> str:
    if cells.get(DISABLED) == "TRUE":
        return "closed"
    if cells.get(year) == ALUMNI:
        return "alumni"
    end = cells.get(END, "")
    return "past_end" if "0" < end < day else ""


_DIGITS: Final = 15
"""Digits of a number that a spreadsheet keeps."""


def _may_be_converted(written: str, bare: set[str]) -> bool:
    """Return whether a spreadsheet may have written this for a username; `bare` are those without zeros in front."""
    if written.isdigit() and len(written) <= _DIGITS:
        return written.lstrip("0") in bare
    return NUMBER.fullmatch(written) is not None


_Pairs = tuple[tuple[str, str], ...]


def _restored(
    export: Export, people: _KnownPeople, state: LedgerState
) -> tuple[dict[str, tuple[str, ...]], _Pairs, _Pairs]:
    """Return the rows by username, those that a spreadsheet has converted by the username that they had.

    A username is restored where the address of the row is that of the one person whose username it may have been; where
    it is not, the row is left out.
    """
    rows = dict(export.rows)
    name = export.columns.index(USERNAME)
    mail = export.columns.index(EMAIL) if EMAIL in export.columns else None
    bare = {username.lstrip("0") for username in people.usernames}
    odd = [
        one for one in rows if one not in people.usernames and one not in state.rows and _may_be_converted(one, bare)
    ]
    restored: list[tuple[str, str]] = []
    doubtful: list[tuple[str, str]] = []
    identities = [RowIdentity(one, "") for one in odd]
    for written, match in zip(odd, match_people(identities, people.usernames, {}, {}), strict=True):
        if match.how is not MatchedBy.SPREADSHEET or match.username in export.rows:
            continue
        row = rows.pop(written)
        if mail is not None and people.addresses.get(row[mail].casefold()) == match.username:
            rows[match.username] = (*row[:name], match.username, *row[name + 1 :])
            restored.append((written, match.username))
        else:
            doubtful.append((written, match.username))
    return rows, tuple(restored), tuple(doubtful)


def _changes(
    rows: _Sorted, before: LedgerState, after: LedgerState, kinds: Mapping[str, FieldKind]
) -> tuple[tuple[ObservedPerson, ...], int]:
    """Return what changes in the state, and how many values an upload that ran later overrules."""
    changes: list[ObservedPerson] = []
    overruled = 0
    same_columns = before.columns == after.columns
    for table in (rows.ours, rows.others):
        at, below = table.columns.index(USERNAME), mover(after.columns, table.columns)
        for row in table.rows:
            username = row[at]
            was, held = before.rows.get(username), after.rows[username]
            seen, kept = tuple(cell or CLEAR for cell in row), below(held)
            if seen != kept:
                overruled += sum(one != other for one, other in zip(seen, kept, strict=True))
            if was is None or not same_columns or was != held:
                cells = tuple(_differing(before.cells(username), after.cells(username), kinds)) if was else ()
                if cells or was is None:
                    changes.append(ObservedPerson(username, cells, was is None))
    return tuple(sorted(changes)), overruled


def _differing(
    was: Mapping[str, str], now_held: Mapping[str, str], kinds: Mapping[str, FieldKind]
) -> Iterator[CellChange]:
    for key, cell in now_held.items():
        before = was.get(key, "")
        kind = kinds.get(key, FieldKind.TEXT)
        if cell != before and before and not means_same(kind, before, cell):
            yield CellChange(key, before, cell)
