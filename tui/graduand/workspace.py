"""Workspace: the use cases. Commands and screens ask here, and reach nothing below by themselves."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from graduand import gc_pause
from graduand.errors import NoGit, NoRepository, NotGit, Usage
from graduand.language import _, quoted
from graduand.storage import atomic, file_reader, lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from graduand.findings import Finding
    from graduand.index.index import Index
    from graduand.index.index_page import Progress
    from graduand.index.index_store import IndexStore
    from graduand.index.schema_cache import FieldLabel, SchemaCache
    from graduand.records.field import Field
    from graduand.records.importer import Importer
    from graduand.records.institution import Institution
    from graduand.records.record import Record
    from graduand.records.school import School


class Checked(NamedTuple):
    """All records that could be read, and everything that is wrong with any file."""

    records: tuple[Record, ...]
    findings: tuple[Finding, ...]
    paths: tuple[str, ...]
    """The files that were looked at, those that could not be read too."""


class _Said(NamedTuple):
    findings: tuple[Finding, ...]
    paths: tuple[str, ...]
    read: Callable[[tuple[str, ...]], tuple[Record, ...]]
    """Reads the records in files."""


class Verdict(_Said):
    """Everything that is wrong with files, and the files that were looked at."""

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """The records themselves, which are read when somebody asks for them."""
        return self.read(self.paths)


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
    from graduand.records.date_messages import no_day

    raise Usage(no_day(text))


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
        return institution_of(unpacked(self._schema_cache.parsed("institution", raw, lambda raw: packed(tree_of(raw)))))

    @cached_property
    def importer(self) -> Importer:
        """The importer's facts."""
        from graduand.records.importer import facts_of, importer_of, read_importer
        from graduand.records.school_language import IMPORTER, SIZE

        raw = file_reader.read(self.root / IMPORTER, SIZE)
        if self._schema_cache is None:
            return read_importer(raw)
        return importer_of(self._schema_cache.parsed("importer", raw, facts_of))

    @cached_property
    def _schema_cache(self) -> SchemaCache | None:
        """What was parsed of them before; None where nothing is remembered."""
        from graduand.index.schema_cache import SchemaCache

        return SchemaCache(self.git_folder) if self.remembers and self.git_folder else None

    @cached_property
    def git_folder(self) -> str:
        """Git's own folder; "" where there is no git."""
        from graduand.git.program import Program

        try:
            return Program(self.root).folder
        except (NoGit, NotGit):
            return ""

    def lies_in(self, git_folder: str) -> None:
        """Take note of git's own folder, where somebody has asked for it already."""
        self.__dict__["git_folder"] = git_folder

    @cached_property
    def labels(self) -> Mapping[str, Field | FieldLabel]:
        """The labels of the fields; where they are cached, nothing else of the schema is parsed."""
        from graduand.records.school_language import IMPORTER, PATH, SIZE

        if self._schema_cache is None or "school" in self.__dict__:
            return self.school.fields
        schema = tuple(file_reader.read(self.root / path, SIZE) for path in (IMPORTER, PATH))
        return self._schema_cache.labels(schema, lambda: self.school.fields)

    @cached_property
    def school(self) -> School:
        """What records are judged by."""
        from graduand.records.school import school_of

        return school_of(self.institution, self.importer)

    def check(self, on: str, progress: Progress | None = None) -> Checked:
        """Return all records and all findings, as of the day `on` (`yyyy-mm-dd`)."""
        from graduand.index.index import register_of
        from graduand.index.indexer import Indexer
        from graduand.records import files

        clerk = Indexer(self.root, self.school, on)
        clerk.records = []
        register = register_of(clerk, files.find(self.root), None, progress)
        return Checked(tuple(clerk.records), register.findings, register.paths)

    def check_within(self, scope: tuple[str, ...], on: str, progress: Progress | None = None) -> Checked:
        """Return the records and findings of the files in `scope`; all records are read, for the rules among them."""
        checked = self.check(on, progress)
        return Checked(
            tuple(record for record in checked.records if within(record.path, scope)),
            tuple(finding for finding in checked.findings if within(finding.path, scope)),
            tuple(path for path in checked.paths if within(path, scope)),
        )

    def register(self, on: str, progress: Progress | None = None, *, afresh: bool = False) -> Index:
        """Return what all records come to on the day `on`, without the records themselves.

        What is known from an earlier time is not read again, unless all shall be read `afresh`.
        """
        from graduand.index.index import register_of
        from graduand.index.indexer import Indexer
        from graduand.records import files

        drawer = None if afresh else self._drawer(on)
        with gc_pause.unsought():
            found = files.find(self.root, stamps=drawer is not None)
        return register_of(Indexer(self.root, self.school, on), found, drawer, progress)

    def verdict(
        self, scope: tuple[str, ...], on: str, progress: Progress | None = None, *, afresh: bool = False
    ) -> Verdict:
        """Return what `check_within` finds, without the records, and without reading again what is known."""
        return self.verdict_of(self.register(on, progress, afresh=afresh), scope)

    def verdict_of(self, register: Index, scope: tuple[str, ...]) -> Verdict:
        """Return what the register says of the files in `scope`."""
        if not scope:
            return Verdict(register.findings, register.paths, self.records)
        return Verdict(
            tuple(finding for finding in register.findings if within(finding.path, scope)),
            tuple(path for path in register.paths if within(path, scope)),
            self.records,
        )

    def glance(self) -> bytes:
        """Return what is other as soon as any file of `records/` is, without reading one."""
        from hashlib import blake2b

        from graduand.records import files
        from graduand.records.stamp import NEVER

        found = files.find(self.root, stamps=True)
        seen = blake2b("\n".join(found.paths).encode(errors="surrogateescape"))
        seen.update(b"".join([found.stamps.get(path, NEVER) for path in found.paths]))
        return seen.digest()

    def record_paths(self) -> tuple[str, ...]:
        """Return the paths of all records from the root, by listing folders only."""
        from graduand.records import files

        return files.find(self.root).paths

    def records(self, paths: Sequence[str]) -> tuple[Record, ...]:
        """Return the records in the files at `paths`, as far as they can be read."""
        from graduand.index.index import MANY
        from graduand.records import files
        from graduand.records.fast_reader import fast_reader
        from graduand.records.reading import read

        fast = fast_reader(self.school) if len(paths) >= MANY else lambda _path, _raw: None
        loaded = ((path, files.load(self.root, path)) for path in paths)
        found = (
            fast(path, raw) or read(path, raw, self.school).record for path, raw in loaded if isinstance(raw, bytes)
        )
        return tuple(record for record in found if record)

    def _drawer(self, on: str) -> IndexStore | None:
        """Return where the register is kept from one time to the next; None where there is no git."""
        from graduand.index.index_store import IndexStore
        from graduand.records.school_language import IMPORTER, SIZE
        from graduand.records.school_language import PATH as INSTITUTION

        if not self.git_folder:
            return None
        schema = [file_reader.read(self.root / path, SIZE) for path in (IMPORTER, INSTITUTION)]
        return IndexStore(self.git_folder, self.root, schema, on)

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


def within(path: str, scope: tuple[str, ...]) -> bool:
    """Tell whether a path lies in the scope; an empty scope is everything."""
    return not scope or any(path == part or path.startswith(f"{part}/") for part in scope)


def errors(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that forbid compiling."""
    from graduand.findings import Severity

    return tuple(finding for finding in found if finding.severity is Severity.ERROR)
