"""The register finds what a full check finds, whatever it remembers, and however files were changed in between."""

from __future__ import annotations

import os
import random
import shutil
import time
from typing import TYPE_CHECKING, Final

import pytest

from graduand.handshake.row import row_of
from graduand.index.index_page import IndexPage, joined, packed, unpacked
from graduand.index.indexer import Indexer
from graduand.records import files, stamp
from graduand.rules import judgement
from graduand.workspace import Workspace
from tests.bench.generator import school_repository
from tests.repository import FAULTY, GRADUATE, TODAY, begin, commit, graduand, graduate, put, settle, shipped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from graduand.index.index import Index
    from graduand.records.school import School

PEOPLE: Final = 700


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory, school: School) -> Path:
    """A school with more records than the fast road needs; nobody changes it."""
    return school_repository(tmp_path_factory.mktemp("crowd") / "school", PEOPLE, school, commit=False)


def told(register: Index) -> tuple[object, ...]:
    """Return all that a register says."""
    rows = [dict(row) for leaf in register.leaves for row in leaf.lines]
    apart = [(leaf.cohort, leaf.apart) for leaf in register.leaves]
    return register.paths, register.findings, register.columns, rows, apart


def test_the_register_finds_what_the_check_finds(root: Path) -> None:
    shipped(root)
    put(root, FAULTY, "2026-spring/00499999.yaml")
    put(root, GRADUATE, "2025-autumn/00412345.yaml")
    workspace = Workspace(root)

    register = workspace.register(TODAY)

    assert (register.findings, register.paths) == workspace.check(TODAY)[1:]
    assert {"GR106", "GR401", "GR403"} <= {finding.rule for finding in register.findings}


def test_the_lines_of_plain_records_are_the_rows_that_they_would_make(crowd: Path) -> None:
    workspace = Workspace(crowd)
    checked = workspace.check(TODAY)
    rows = {one.record.path: row_of(one, workspace.school, TODAY) for one in judgement.sound(*checked[:2])}

    register = workspace.register(TODAY)

    assert len(rows) == PEOPLE
    for leaf in register.leaves:
        assert not leaf.apart
        assert list(leaf.lines) == [rows[path].cells for path in leaf.paths]


def test_a_clerk_takes_few_files_the_slow_road_and_finds_the_same(crowd: Path) -> None:
    school = Workspace(crowd).school
    paths = files.find(crowd).paths[:20]
    fast, slow = (Indexer(crowd, school, TODAY) for _turn in range(2))
    fast.many = True

    one, other = fast.leaf("2020-spring", paths), slow.leaf("2020-spring", paths)

    assert one._replace(lines=None) == other._replace(lines=None)  # type: ignore[arg-type]
    assert [*one.lines] == [*other.lines]


def test_a_leaf_is_the_same_after_it_was_packed_cut_and_joined(root: Path) -> None:
    leaf = _leaf(root)

    assert alike(unpacked(packed(leaf)), leaf)
    halves = [leaf.picked([*range(start, len(leaf.paths), 2)]) for start in (1, 0)]
    assert alike(joined(halves, [*Workspace(root).school.columns]), leaf)


def _leaf(root: Path) -> IndexPage:
    """Return a leaf with rows that stand apart and files that are faulty, from records of all shapes."""
    shipped(root)
    put(root, FAULTY)
    put(root, GRADUATE + "  continues_at: x\nsystem_label_names:\n  - a\n", "2026-spring/zz.yaml")
    put(root, "a: [", "2026-spring/zzz.yaml")
    register = Workspace(root).register(TODAY)
    leaf = next(leaf for leaf in register.leaves if leaf.cohort == "2026-spring")
    assert leaf.apart
    assert leaf.findings
    return leaf


def alike(one: IndexPage, other: IndexPage) -> bool:
    return one._replace(lines=None) == other._replace(lines=None) and [*one.lines] == [*other.lines]  # type: ignore[arg-type]


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
def test_whatever_was_changed_the_register_is_what_it_would_be_without_memory(
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
        assert told(workspace.register(TODAY)) == told(workspace.register(TODAY, afresh=True))
        time.sleep(0.02 if settled else 0)  # the clock of the file system goes on
        for _slip in range(slips.chance.randrange(1, 4)):
            getattr(slips, slips.chance.choice(SLIPS))()
    assert told(workspace.register(TODAY)) == told(workspace.register(TODAY, afresh=True))


def test_what_has_not_changed_is_not_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(root)
    for number in range(5):
        put(root, graduate(f"0041000{number}"), f"2026-spring/0041000{number}.yaml")
    monkeypatch.setattr(stamp, "_TICK", -(10**18))
    Workspace(root).register(TODAY)
    read: list[str] = []
    leaf_of = Indexer.leaf

    def leaf(clerk: Indexer, cohort: str, paths: Sequence[str]) -> IndexPage:
        read.extend(paths)
        return leaf_of(clerk, cohort, paths)

    monkeypatch.setattr(Indexer, "leaf", leaf)
    Workspace(root).register(TODAY)
    assert read == []

    put(root, graduate("00410003").replace("Dupont", "Martin"), "2026-spring/00410003.yaml")
    Workspace(root).register(TODAY)
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
    Workspace(root).register(TODAY)
    folder = root / ".git/graduand/leaves"

    assert len(list(folder.iterdir())) == 2
    assert [path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())] == [0o700, 0o600, 0o600]

    other.unlink()
    Workspace(root).register(TODAY)
    assert len(list(folder.iterdir())) == 1


def test_without_git_or_where_the_disk_refuses_nothing_is_remembered_and_all_is_found(root: Path) -> None:
    put(root, FAULTY)
    assert [finding.rule for finding in Workspace(root).register(TODAY).findings][:1] == ["GR106"]

    begin(root)
    (root / ".git/graduand").write_text("in the way", encoding="utf-8")
    assert [finding.rule for finding in Workspace(root).register(TODAY).findings][:1] == ["GR106"]


def test_the_commit_of_a_record_forgets_nothing(root: Path) -> None:
    """What is remembered lies in git's own folder, and git neither sees nor removes it."""
    put(begin(root), GRADUATE)
    Workspace(root).register(TODAY)
    commit(root)

    assert (root / ".git/graduand/leaves").is_dir()


def test_cohorts_whose_names_begin_alike_keep_their_people_apart(root: Path) -> None:
    begin(root)
    wanted: list[tuple[str, str]] = []
    for cohort in ("2026", "2026-spring", "2026.spring", "20260", "2026 bis", "2025"):
        for username in (f"{len(wanted):08}", f"{len(wanted) + 1:08}"):
            put(root, graduate(username), f"{cohort}/{username}.yaml")
            wanted.append((cohort, username))

    leaves = Workspace(root).register(TODAY).leaves

    assert sorted((leaf.cohort, username) for leaf in leaves for username in leaf.usernames) == sorted(wanted)
    assert len(leaves) == 6
