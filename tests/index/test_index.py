"""The index says what the evaluation of all files says, whatever it remembers, however files were changed meanwhile."""

from __future__ import annotations

import os
import random
import shutil
import time
from typing import TYPE_CHECKING, Final

import pytest

from graduand.handshake.row_table import table_of
from graduand.index.evaluate import evaluate
from graduand.index.index import IndexReader
from graduand.index.index_store import IndexPage, IndexStore, joined_pages
from graduand.records import stamp
from graduand.records.columns import mover
from graduand.workspace import Workspace, errors
from tests.repository import FAULTY, GRADUATE, TODAY, begin, commit, graduand, graduate, put, settle, shipped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from graduand.index.index import Index


def told(index: Index) -> tuple[object, ...]:
    """Return all that an index says."""
    return index.paths, index.findings, index.people, index.table((), {page.cohort for page in index.pages})


def test_an_index_says_of_each_file_what_the_evaluation_says(root: Path) -> None:
    shipped(root)
    put(root, FAULTY, "2026-spring/00499999.yaml")
    put(root, GRADUATE, "2025-autumn/00412345.yaml")
    put(root, "a: [", "2025-autumn/00412346.yaml")
    workspace = Workspace(root)
    school = workspace.school

    index = workspace.read_index(TODAY)

    assert {"GR106", "GR401", "GR403"} <= {finding.rule for finding in index.findings}
    entries = {path: evaluate(path, (root / path).read_bytes(), school, TODAY) for path in index.paths}
    alone = [finding for entry in entries.values() for finding in entry.findings]
    assert set(alone) <= set(index.findings)
    among = {"GR401", "GR403", "GR404", "GR405", "GR407", "GR515"}
    assert {one.rule for one in set(index.findings) - set(alone)} <= among
    faulty = {finding.path for finding in errors(index.findings)}
    rows = [entry.row for path, entry in entries.items() if entry.row and path not in faulty]
    table = table_of(rows, [*school.columns])
    found = index.table(faulty, {page.cohort for page in index.pages})
    assert [*map(mover(table.columns, found.columns), table.rows)] == found.rows
    assert found[2:] == table[2:]


def test_the_records_of_a_check_are_those_in_its_scope(root: Path) -> None:
    shipped(root)
    put(root, FAULTY, "2026-spring/00499999.yaml")
    workspace = Workspace(root)

    checked = workspace.check(TODAY, ("records/2026-spring",))

    assert [record.path for record in checked.records] == [*checked.paths]
    assert {path.split("/")[1] for path in checked.paths} == {"2026-spring"}
    assert {finding.path.split("/")[1] for finding in checked.findings} == {"2026-spring"}


def test_a_page_is_the_same_after_it_was_stored_cut_and_joined(root: Path) -> None:
    page = _page(root)
    store = IndexStore(str(root / ".git"), root, [], TODAY)

    store.put(page)

    assert store.page(page.cohort) == page
    halves = [page.picked([*range(start, len(page.paths), 2)]) for start in (1, 0)]
    assert joined_pages(halves, [*Workspace(root).school.columns]) == page


def _page(root: Path) -> IndexPage:
    """Return a page with special rows and files that are faulty, from records of all shapes."""
    begin(shipped(root))
    put(root, FAULTY)
    put(root, GRADUATE + "  continues_at: x\nsystem_label_names:\n  - a\n", "2026-spring/zz.yaml")
    put(root, "a: [", "2026-spring/zzz.yaml")
    page = next(page for page in Workspace(root).read_index(TODAY).pages if page.cohort == "2026-spring")
    assert page.held_back
    assert page.findings
    return page


# ---- What is remembered


class Slips:
    """Changes of files, as people and programs make them, and as they try to hide them."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.chance = random.Random(seed)

    def files(self) -> list[Path]:
        return sorted((self.root / "records").rglob("*.yaml"))

    def some(self) -> Path:
        return self.chance.choice(self.files())

    def edit(self) -> None:
        path = self.some()
        path.write_text(path.read_text(encoding="utf-8").replace("2026-", "2025-"), encoding="utf-8")

    def edit_in_place(self) -> None:
        """The same size, the same inode, and the old times put back."""
        path = self.some()
        before = path.stat()
        with path.open("r+b") as file:
            at = file.read().index(b"@")
            file.seek(at - 1)
            file.write(self.chance.choice([b"q", b"w", b"z"]))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def swap(self) -> None:
        one, other, between = self.some(), self.some(), self.root / "records" / "between"
        one.rename(between)
        if other.exists():
            other.rename(one)
        between.rename(other)

    def replace(self) -> None:
        """Another file of the same size and times under the same name."""
        path, twin_of = self.some(), self.root / "records" / "twin"
        shutil.copy2(path, twin_of)
        text = twin_of.read_bytes()
        twin_of.write_bytes(text.replace(b"valmont", b"valmond", 1))
        os.utime(twin_of, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
        twin_of.replace(path)

    def link(self) -> None:
        """Two names for one file, which is then written through the other name."""
        path = self.some()
        other = path.with_name(f"l{self.chance.randrange(10**6)}.yaml")
        os.link(path, other)
        other.write_text(path.read_text(encoding="utf-8").replace("last_name: ", "last_name: X"), encoding="utf-8")

    def break_one(self) -> None:
        self.some().write_bytes(self.chance.choice([b"", b"\xff", b"a: [", FAULTY.encode()]))

    def double(self) -> None:
        path = self.some()
        target = self.root / "records" / "2019-spring" / path.name
        if path != target:
            target.parent.mkdir(exist_ok=True)
            shutil.copy2(path, target)

    def delete(self) -> None:
        self.some().unlink()

    def move_cohort(self) -> None:
        folders = sorted(path for path in (self.root / "records").iterdir() if path.is_dir())
        folders[0].rename(self.root / "records" / f"{self.chance.randrange(10**6)}-spring")

    def damage(self) -> None:
        """What is remembered is no longer what was written."""
        for path in sorted((self.root / ".git/graduand/leaves").iterdir()):
            raw = bytearray(path.read_bytes())
            raw[self.chance.randrange(len(raw))] ^= 0x10
            path.write_bytes(raw if self.chance.random() < 0.7 else raw[: len(raw) // 2])


SLIPS: Final = [name for name in vars(Slips) if name[0] != "_" and name not in {"files", "some"}]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("settled", [True, False], ids=["settled", "fresh"])
def test_whatever_was_changed_the_index_is_what_it_would_be_without_memory(
    root: Path, seed: int, monkeypatch: pytest.MonkeyPatch, *, settled: bool
) -> None:
    begin(root)
    for number in range(12):
        cohort = f"202{number % 3}-spring"
        put(root, graduate(f"004{number:05}"), f"{cohort}/004{number:05}.yaml")
    if settled:
        # As if all files had been there for long: what is remembered is believed.
        monkeypatch.setattr(stamp, "_TICK", -(10**18))
    slips, workspace = Slips(root, seed), Workspace(root)

    for _turn in range(8):
        assert told(workspace.read_index(TODAY)) == told(workspace.read_index(TODAY, no_cache=True))
        time.sleep(0.02 if settled else 0)  # the clock of the file system goes on
        for _slip in range(slips.chance.randrange(1, 4)):
            getattr(slips, slips.chance.choice(SLIPS))()
    assert told(workspace.read_index(TODAY)) == told(workspace.read_index(TODAY, no_cache=True))


def test_what_has_not_changed_is_not_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(root)
    for number in range(5):
        put(root, graduate(f"0041000{number}"), f"2026-spring/0041000{number}.yaml")
    monkeypatch.setattr(stamp, "_TICK", -(10**18))
    Workspace(root).read_index(TODAY)
    read: list[str] = []
    page_of = IndexReader.page

    def page(reader: IndexReader, cohort: str, paths: Sequence[str]) -> IndexPage:
        read.extend(paths)
        return page_of(reader, cohort, paths)

    monkeypatch.setattr(IndexReader, "page", page)
    Workspace(root).read_index(TODAY)
    assert read == []

    put(root, graduate("00410003").replace("Dupont", "Martin"), "2026-spring/00410003.yaml")
    Workspace(root).read_index(TODAY)
    assert read == ["records/2026-spring/00410003.yaml"]


@pytest.mark.parametrize("other", ["day", "language", "schema", "root"])
def test_what_was_found_otherwise_is_not_remembered(root: Path, tmp_path: Path, other: str) -> None:
    put(begin(root), GRADUATE.replace("2026-06-15", "2026-12-15"))
    first = graduand(root, "check", "--on", TODAY)
    if other == "root":
        shutil.copytree(root, tmp_path / "copy")
        root = tmp_path / "copy"
    if other == "schema":
        settle(root, keeps_sso="false")
    words = ("check", "--on", "2027-01-01" if other == "day" else TODAY)
    lang = "fr" if other == "language" else "en"

    again = graduand(root, *words, lang=lang)

    assert again == graduand(root, *words, "--no-cache", lang=lang)
    assert (again == first) is (other == "root")


def test_what_is_remembered_is_private_and_goes_with_its_cohort(root: Path) -> None:
    put(begin(root), GRADUATE)
    other = put(root, graduate("00499999"), "2025-spring/00499999.yaml")
    Workspace(root).read_index(TODAY)
    folder = root / ".git/graduand/leaves"

    assert len(list(folder.iterdir())) == 2
    assert [path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())] == [0o700, 0o600, 0o600]

    other.unlink()
    Workspace(root).read_index(TODAY)
    assert len(list(folder.iterdir())) == 1


def test_without_git_or_where_the_disk_refuses_nothing_is_remembered_and_all_is_found(root: Path) -> None:
    put(root, FAULTY)
    assert [finding.rule for finding in Workspace(root).read_index(TODAY).findings][:1] == ["GR106"]

    begin(root)
    (root / ".git/graduand").write_text("in the way", encoding="utf-8")
    assert [finding.rule for finding in Workspace(root).read_index(TODAY).findings][:1] == ["GR106"]


def test_the_commit_of_a_record_forgets_nothing(root: Path) -> None:
    """What is remembered lies in git's own folder, and git neither sees nor removes it."""
    put(begin(root), GRADUATE)
    Workspace(root).read_index(TODAY)
    commit(root)

    assert (root / ".git/graduand/leaves").is_dir()


def test_cohorts_whose_names_begin_alike_keep_their_people_apart(root: Path) -> None:
    begin(root)
    wanted: list[tuple[str, str]] = []
    for cohort in ("2026", "2026-spring", "2026.spring", "20260", "2026 bis", "2025"):
        for username in (f"{len(wanted):08}", f"{len(wanted) + 1:08}"):
            put(root, graduate(username), f"{cohort}/{username}.yaml")
            wanted.append((cohort, username))

    pages = Workspace(root).read_index(TODAY).pages

    assert sorted((page.cohort, username) for page in pages for username in page.people.value[0]) == sorted(wanted)
    assert len(pages) == 6
