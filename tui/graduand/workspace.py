"""The workspace: one data repository, its schema, and what is wrong with its records."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from graduand import gc_pause
from graduand.errors import NoGit, NoRepository, NotGit, Trouble, Usage
from graduand.language import _, quoted
from graduand.storage import atomic, file_reader, lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from graduand.findings import Finding
    from graduand.git.program import Program
    from graduand.index.column_store import ColumnStore
    from graduand.index.index import Checked, Index
    from graduand.index.index_store import IndexStore, Progress
    from graduand.index.people_list import PeopleList
    from graduand.index.person_states import PersonStates
    from graduand.index.schema_cache import FieldLabel, SchemaCache
    from graduand.ledger.ledger import Ledger
    from graduand.records.field import Field
    from graduand.records.importer import Importer
    from graduand.records.institution import Institution
    from graduand.records.record import Record
    from graduand.records.school import School


JSON_SCHEMA = "schema/transition.schema.json"


def root_of(start: Path) -> Path:
    """Return the nearest folder from `start` upwards that holds `records/` and `schema/`.

    Raises:
        NoRepository: there is none.
    """
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / "records").is_dir() and (folder / "schema").is_dir():
            return folder
    raise NoRepository(start)


def today() -> str:
    """Return the day of this machine, `yyyy-mm-dd`."""
    return date.today().isoformat()  # noqa: DTZ011 - the day at the school, not in Greenwich


def day(text: str) -> str:
    """Return `text` when it is a day written `yyyy-mm-dd`.

    Raises:
        Usage: it is none.
    """
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    from graduand.records.kinds import no_day

    raise Usage(no_day(text))


class CommitWords(NamedTuple):
    """What a user says of the commits that a command makes."""

    message: str = ""
    """In place of graduand's own; "" for that."""
    trailers: tuple[tuple[str, str], ...] = ()
    """Added to graduand's own, as key and value."""


class _Place(NamedTuple):
    root: Path
    remembers: bool = True


class Workspace(_Place):
    """One data repository: its records, judged by the schema beside them."""

    @cached_property
    def institution(self) -> Institution:
        """The school's own settings."""
        from graduand.records.institution import institution_of, read_institution, tree_of
        from graduand.records.nodes import packed, unpacked
        from graduand.records.school_language import PATH

        raw = file_reader.read(self.root / PATH)
        if self._schema_cache is None:
            return read_institution(raw)
        return self._schema_cache.parsed(
            "institution", raw, lambda raw: packed(tree_of(raw)), lambda parts: institution_of(unpacked(parts))
        )

    @cached_property
    def importer(self) -> Importer:
        """The importer's facts."""
        from graduand.records.importer import facts_of, importer_of, read_importer
        from graduand.records.school_language import IMPORTER, SIZE

        raw = file_reader.read(self.root / IMPORTER, SIZE)
        if self._schema_cache is None:
            return read_importer(raw)
        return self._schema_cache.parsed("importer", raw, facts_of, importer_of)

    @cached_property
    def _schema_cache(self) -> SchemaCache | None:
        """What was parsed of them before; None where nothing is remembered."""
        from graduand.index.schema_cache import SchemaCache

        return SchemaCache(self.git_folder) if self.remembers and self.git_folder else None

    @cached_property
    def _program(self) -> Program | None:
        """The git program; None where there is no git. Which commit it found checked out may be outdated."""
        from graduand.git.program import Program

        try:
            return Program(self.root)
        except (NoGit, NotGit):
            return None

    def set_program(self, program: Program | None) -> None:
        """Set the git program, where the caller has it already."""
        self.__dict__["_program"] = program

    @property
    def commit_words(self) -> CommitWords:
        """What the user says of the commits that are made."""
        words = self.__dict__.get("_commit_words", CommitWords())
        return words if isinstance(words, CommitWords) else CommitWords()

    def set_commit_words(self, words: CommitWords) -> None:
        """Set what the user says of the commits that are made."""
        self.__dict__["_commit_words"] = words

    @property
    def git_folder(self) -> str:
        """Git's own folder; "" where there is no git."""
        return self._program.folder if self._program else ""

    @cached_property
    def labels(self) -> Mapping[str, Field | FieldLabel]:
        """The labels of the fields; where they are cached, nothing else of the schema is parsed."""
        from graduand.records.school_language import IMPORTER, PATH, SIZE

        if self._schema_cache is None or "stated_school" in self.__dict__:
            return self.stated_school.fields
        schema = tuple(file_reader.read(self.root / path, SIZE) for path in (IMPORTER, PATH))
        return self._schema_cache.labels(schema, lambda: self.stated_school.fields)

    @cached_property
    def stated_school(self) -> School:
        """What `schema/` says of records: all keys, and all values but those that only observations showed."""
        from graduand.records.school import school_of

        return school_of(self.institution, self.importer)

    @cached_property
    def school(self) -> School:
        """What records are judged by."""
        from graduand.records.school import school_of

        levels = self._shown_levels
        return school_of(self.institution, self.importer, levels) if levels else self.stated_school

    @cached_property
    def _shown_levels(self) -> tuple[str, ...]:
        """The levels of degrees that observations showed; none where that is not known, or makes no difference."""
        from graduand.ledger.shown_values import shown_levels
        from graduand.records.school import asks_for_levels

        if not asks_for_levels(self.institution, self.importer):
            return ()
        with suppress(Trouble):  # `check` says what is wrong with the ledger
            return shown_levels(self._ledger, no_cache=not self.remembers) if self._ledger else ()
        return ()

    @cached_property
    def _ledger(self) -> Ledger | None:
        """The ledger as it was last read; None where there is no git.

        Raises:
            LedgerInUse: the setting that names the remote is wrong.
        """
        from graduand.ledger.ledger import read_ledger

        return read_ledger(self._program) if self._program else None

    def read_index(self, on: str, progress: Progress | None = None, *, no_cache: bool = False) -> Index:
        """Return what all records come to on the day `on`, `yyyy-mm-dd`.

        Files that have not changed since the last time are not read again, unless `no_cache`.
        """
        from graduand.index.index import IndexReader, index_of
        from graduand.records import files

        states, unread = None, ""
        try:
            states = self.person_states(no_cache=no_cache)
        except Trouble as trouble:  # the records are read all the same
            unread = str(trouble)
        store = None if no_cache else self._index_store(on)
        with gc_pause.paused():
            found = files.find(self.root, stamps=store is not None)
        if found.strays and self.git_folder:
            from graduand.git.stray_files import judge_strays

            found = found._replace(strays=judge_strays(self.root, found.strays))
        index = index_of(IndexReader(self.root, self.school, on), found, store, progress, states)
        index.unread_states = unread
        return index

    def person_states(self, *, no_cache: bool = False, anew: bool = True) -> PersonStates | None:
        """Return what Handshake holds of everybody, as this clone knows it now; None where there is no git.

        Where it need not be `anew`, it may be as it was when it was last asked for.

        Raises:
            LedgerInUse: the setting that names the remote is wrong.
        """
        from graduand.index.person_states import PersonStates

        if anew:
            self.__dict__.pop("_ledger", None)
        return PersonStates(self._ledger, no_cache=no_cache) if self._ledger else None

    def readable_states(self) -> PersonStates | None:
        """Return what Handshake holds of everybody, by the ledger as it was last read.

        None where that is not known, whatever the reason.
        """
        try:
            states = self.person_states(anew=False)
        except Trouble:  # `check` says why
            return None
        return states if states and states.is_readable else None

    def expects_ledger(self) -> bool:
        """Return whether uploads may be noted elsewhere, so that a clone without the ledger does not know of them.

        Raises:
            LedgerInUse: the setting that names the remote is wrong.
        """
        from graduand.index.person_states import is_ledger_expected

        return self._ledger is not None and is_ledger_expected(self._ledger)

    def check(
        self, on: str, scope: tuple[str, ...] = (), progress: Progress | None = None, *, no_cache: bool = False
    ) -> Checked:
        """Return what is wrong with the files in `scope` on the day `on`; all files are looked at."""
        return self.read_index(on, progress, no_cache=no_cache).check(scope)

    def check_staged(self, on: str, progress: Progress | None = None) -> Checked:
        """Return what is wrong with what the next commit changes, as git tells a hook of it.

        Raises:
            NoGit, NotGit: there is no git, or no repository.
        """
        from graduand.git.program import Program
        from graduand.git.staged import index_of_commit, staged_files
        from graduand.index.staged import check_staged

        program = Program(self.root, index_of_commit())
        return check_staged(self.read_index(on, progress), program, staged_files(program))

    def records_changed_since(self, commit: str) -> frozenset[str]:
        """Return the paths of records that differ from what the commit that is checked out shares with another one.

        Raises:
            Usage: there is no such commit here.
            Unreadable: the two share no history in this clone.
            NoGit, NotGit: there is no git, or no repository.
        """
        from graduand.git.program import Program
        from graduand.git.replay import shared_commit

        program = self._program or Program(self.root)
        found = program.object_names([f"{commit}^{{commit}}"])[0] if commit and "\n" not in commit else ""
        if not found:
            raise Usage(_("There is no commit {name} here.").format(name=quoted(commit)))
        base = shared_commit(program, found, program.opened.head)
        names = program.read("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", base, "--", "records/")
        return frozenset(name.removeprefix(program.prefix) for name in names.split("\0") if name)

    def people_list(self, on: str, progress: Progress | None = None) -> PeopleList:
        """Return the list of all people, judged on the day `on`."""
        from graduand.index.people_list import people_list_of

        return people_list_of(self.read_index(on, progress), self._list_store)

    def last_people_list(self) -> PeopleList | None:
        """Return the list that was read last, whatever has happened since; None when there was none."""
        from graduand.index.people_list import stored_people_list

        return stored_people_list(self._list_store) if self._list_store else None

    @property
    def _list_store(self) -> ColumnStore | None:
        """Return where the list of people is stored; None where there is no git."""
        from graduand.index.column_store import ColumnStore

        return ColumnStore(self.git_folder, self.root) if self.git_folder else None

    def fingerprint(self) -> bytes:
        """Return bytes that differ as soon as any file of `records/` does, or the ledger, without reading a file."""
        from hashlib import blake2b

        from graduand.records import files
        from graduand.records.stamp import NEVER

        found = files.find(self.root, stamps=True)
        digest = blake2b("\n".join(found.paths).encode(errors="surrogateescape"))
        digest.update(b"".join([found.stamps.get(path, NEVER) for path in found.paths]))
        with suppress(Trouble):  # the reading says what is wrong with it
            states = self.person_states()
            digest.update(states.ledger.head.encode() if states else b"")
        return digest.digest()

    def record_paths(self) -> tuple[str, ...]:
        """Return the paths of all records from the root, by listing folders only."""
        from graduand.records import files

        return files.find(self.root).paths

    def records(self, paths: Iterable[str]) -> tuple[Record, ...]:
        """Return the records in the files at `paths`, as far as they can be read."""
        from graduand.index.index import IndexReader

        return IndexReader(self.root, self.school, "").records(paths)

    def _index_store(self, on: str) -> IndexStore | None:
        """Return where the index is stored from one time to the next; None where there is no git."""
        from graduand.index.index_store import IndexStore
        from graduand.records.academic_list import list_version
        from graduand.records.school_language import IMPORTER, SIZE
        from graduand.records.school_language import PATH as INSTITUTION

        if not self.git_folder:
            return None
        schema = [file_reader.read(self.root / path, SIZE) for path in (IMPORTER, INSTITUTION)]
        levels = "\0".join(self._shown_levels).encode(errors="surrogatepass")
        return IndexStore(self.git_folder, self.root, [*schema, levels, list_version().encode()], on)

    def scope(self, paths: Iterable[Path], cohort: str = "") -> tuple[str, ...]:
        """Return the paths from the root that are meant; none: everything.

        Raises:
            Usage: a path that is not there or lies outside, a cohort that does not exist.
        """
        scope = [self._inside(path) for path in paths]
        if cohort:
            if "/" in cohort or not (self.root / "records" / cohort).is_dir():
                raise Usage(_("There is no cohort {cohort}.").format(cohort=quoted(cohort)))
            scope.append(f"records/{cohort}")
        return () if {".", "records"} & set(scope) else tuple(scope)

    def _inside(self, path: Path) -> str:
        if not path.exists():
            raise Usage(_("{path} is not there.").format(path=quoted(str(path), 200)))
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError as error:
            message = _("{path} lies outside {root}.")
            raise Usage(message.format(path=quoted(str(path), 200), root=quoted(str(self.root), 200))) from error

    def json_schema(self) -> tuple[str, str]:
        """Return the JSON Schema of a record as it should be, and as the file has it ("" when there is none)."""
        from graduand.records.jsonschema import json_schema
        from graduand.records.school_language import SIZE

        path = self.root / JSON_SCHEMA
        there = file_reader.read(path, SIZE).decode(errors="replace") if path.exists() else ""
        return json_schema(self.school), there

    def write_json_schema(self) -> None:
        """Write the JSON Schema of a record beside the facts that it is made from."""
        from graduand.records.school_language import SIZE

        wanted, there = self.json_schema()
        path = self.root / JSON_SCHEMA
        if there == wanted:
            return
        with lock.hold(self.root):
            if path.exists():
                atomic.replace(path, wanted, file_reader.read(path, SIZE))
            else:
                atomic.create(path, wanted)


def errors(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the errors: those of family GR7 leave one person out, all others forbid compiling."""
    from graduand.findings import Severity

    return tuple(finding for finding in found if finding.severity is Severity.ERROR)
