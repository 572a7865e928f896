"""The erasure of a person: the ledger is written anew, here and on the remote, and loses nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from graduand.git.program import Program
from graduand.ledger.branch import LEDGER, SEEN, head
from graduand.ledger.entry import EntryKind, PersonLine, ResultLine, RowStatus
from graduand.ledger.ledger import Ledger, read_ledger
from graduand.ledger.sync import SyncState, fetch, share
from tests.killing import killed, killed_everywhere, state
from tests.ledger.chains import Chain, table
from tests.ledger.clones import chain, copy, entry, hook, local, note, person, repository, sign, sound
from tests.repository import git, graduand

if TYPE_CHECKING:
    from graduand.ledger.fold import LedgerState
    from tests.repository import Ran

COLUMNS: Final = ("username", "email_address", "first_name", "disabled")
ORDER: Final = ("--by-order-of", "Data protection", "--request", "7/2026")
TRACES: Final = (b"bob", b"rob-1", b"b.ob@x.example", b"Robert", b"r.ob@x.example")
"""What the ledger held of the person."""


def row(name: str, address: str, first: str, disabled: str = "") -> dict[str, str]:
    return dict(zip(COLUMNS, (name, address, first, disabled), strict=True))


AMY, BOB = row("amy", "amy@x.example", "Amy"), row("bob", "b.ob@x.example", "Robert")
ROB, CY = row("rob-1", "r.ob@x.example", "Robert", "TRUE"), row("cy", "cy@x.example", "Cy")


def line(name: str, previous: str = "", *jobs: str) -> PersonLine:
    path = f"records/2026/{name}.yaml"
    return PersonLine(name, previous, path, name.encode().hex(), f"meaning of {name}", jobs or ("students.csv",))


def history() -> Chain:
    """Return a ledger in which a person comes late, fails, is renamed and seen."""
    made = Chain()
    made.open()
    made.upload(1, [("students.csv", table(COLUMNS, [AMY, CY]), False)], [line("amy"), line("cy")])
    both = made.upload(2, [("students.csv", table(COLUMNS, [AMY, BOB]), False)], [line("amy"), line("bob")])
    made.result(
        both,
        ResultLine("students.csv", "amy", RowStatus.FAILED, "", "The address is b.ob@x.example's."),
        ResultLine("students.csv", "bob", RowStatus.FAILED, "taken", "Robert"),
        minute=3,
    )
    jobs = [
        ("students.csv", table(COLUMNS, [CY | {"first_name": "Cyd"}]), False),
        ("identifiers.csv", table(COLUMNS, [ROB]), True),
    ]
    made.upload(4, jobs, [line("cy"), line("rob-1", "bob", "identifiers.csv")])
    made.observe(5, ROB, CY | {"disabled": "FALSE"})
    made.upload(6, [("students.csv", table(COLUMNS, [CY | {"first_name": "Cyr"}]), False)], [line("cy")])
    return made


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a remote and two clones of it."""
    base = tmp_path_factory.mktemp("erased") / "base"
    base.mkdir()
    git(base, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    one = repository(base / "one")
    for folder in ("records", "schema"):
        (one / folder).mkdir()
    with person("Zoé"):
        history().append_to(one)
    git(one, "remote", "add", "origin", "../remote.git")
    git(one, "push", "--quiet", "origin", "main", LEDGER)
    fetch(Program(one))
    git(base, "clone", "--quiet", "remote.git", "two")
    git(base / "two", "remote", "set-url", "origin", "../remote.git")
    for folder in ("records", "schema"):
        (base / "two" / folder).mkdir()
    return base


@pytest.fixture
def base(template: Path, tmp_path: Path) -> Path:
    return copy(template, tmp_path / "base")


@pytest.fixture
def one(base: Path) -> Path:
    return base / "one"


@pytest.fixture
def two(base: Path) -> Path:
    return base / "two"


@pytest.fixture
def remote(base: Path) -> Path:
    return base / "remote.git"


def erase(root: Path, *more: str, username: str = "bob") -> Ran:
    return graduand(root, "erase", username, *ORDER, "--share", "--yes", *more)


def erased(root: Path, *more: str) -> str:
    """Erase the person and return the id of the entry that notes it."""
    ran = erase(root, *more)
    assert ran.code == 0, ran.err
    (found,) = re.findall(r"noted as (\S+)\.", ran.err)
    return str(found)


def held(root: Path, commit: str = "") -> bytes:
    """Return all that the ledger of a repository holds, in every commit, tree and file."""
    names = git(root, "rev-list", "--objects", "--no-object-names", commit or LEDGER)
    answered = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=root, input=names.encode(), check=True, capture_output=True
    )
    return answered.stdout


def stored(root: Path) -> bytes:
    """Return every object of a repository, whether anything refers to it or not."""
    command = ["git", "cat-file", "--batch", "--batch-all-objects", "--unordered"]
    return subprocess.run(command, cwd=root, check=True, capture_output=True).stdout


def traces(raw: bytes) -> list[bytes]:
    return [trace for trace in TRACES if trace in raw]


def told(folded: LedgerState) -> dict[str, object]:
    """Return what a state says of each person but the erased one, and since when."""
    return {
        name: ({header: (value, folded.since_of(name, header)) for header, value in folded.cells(name).items()})
        for name in folded.rows
        if name not in {"bob", "rob-1"}
    }


def ledger_of(root: Path) -> Ledger:
    return read_ledger(Program(root))


# Done


def test_the_person_is_gone_and_nothing_else_is(one: Path, remote: Path) -> None:
    before = ledger_of(one)
    assert traces(held(one)) == [*TRACES]
    folded = before.state()

    entry_id = erased(one)

    after = ledger_of(one)
    assert traces(held(one)) == traces(held(remote)) == []
    assert [entry.id for entry in after.entries] == [*(entry.id for entry in before.entries), entry_id]
    assert [one.raw for one in after.stored[:-1]] == [one.raw for one in before.stored]
    assert told(after.state(no_cache=True)) == told(folded)
    assert {"amy"} == {*after.state().outcomes} == {*folded.outcomes}
    assert not {"bob", "rob-1"} & {*after.state().rows, *after.state().aliases}
    assert after.state() == after.state(no_cache=True)
    assert local(one) == local(remote) == git(one, "rev-parse", "origin/graduand/ledger", SEEN).split()[1]
    assert sound(one)
    assert sound(remote)


def test_by_whatever_username_the_person_is_named(one: Path) -> None:
    assert erase(one, username="rob-1").code == 0
    assert traces(held(one)) == []


def test_only_one_username_where_another_person_has_the_other(one: Path) -> None:
    assert erase(one, "--exact").code == 0

    assert traces(held(one)) == [b"rob-1", b"Robert", b"r.ob@x.example"]


def test_commits_before_the_first_cut_stay_and_authors_and_dates_stay(one: Path) -> None:
    form = "--format=%an %ae %aI %cI %s%n%b"
    before, commits = git(one, "log", form, LEDGER), [one.commit for one in chain(one)]

    with person("Eraser"):
        erased(one)

    after = chain(one)
    assert git(one, "log", form, f"{LEDGER}~1") == before
    assert [found.commit for found in after[:2]] == commits[:2]
    assert not {found.commit for found in after[2:]} & {*commits}
    assert git(one, "log", "--format=%cn", LEDGER).split() == ["Eraser"] * 6 + ["Zoé"] * 2


def test_where_commits_are_signed_the_new_ones_are_too(one: Path, key: Path) -> None:
    sign(one, key)

    erased(one)

    signed = ["gpgsig" in git(one, "cat-file", "commit", found.commit) for found in chain(one)]
    assert signed == [False, False, *[True] * 6]


def test_without_its_key_nothing_is_erased(one: Path, remote: Path, key: Path) -> None:
    sign(one, key)
    key.unlink()
    key.with_suffix(".pub").unlink()
    before = local(one)

    assert erase(one).code == 5

    assert local(one) == local(remote) == before


def test_what_is_noted_adds_up_and_names_nobody(one: Path) -> None:
    before = ledger_of(one)

    entry_id = erased(one)

    ledger = ledger_of(one)
    noted = ledger.entries[-1]
    assert (noted.id, noted.kind, noted.text("was")) == (entry_id, EntryKind.ERASED, before.head)
    assert (noted.text("by_order_of"), noted.text("request")) == ("Data protection", "7/2026")
    assert "commits" not in noted.facts
    cut = {one["id"]: one for one in noted.facts["cut"]}
    ids = [entry.id for entry in before.entries]
    assert [*cut] == [ids[2], ids[3], ids[4], ids[5]]
    assert [one["rows"] for one in cut.values()] == [1, 0, 1, 1]
    assert [one["files"] for one in cut.values()] == [
        {"people.tsv": 1, "students.csv": 1},
        {"result.tsv": 1},
        {"identifiers.csv": 1, "people.tsv": 1},
        {"observed.csv": 1},
    ]
    for of in ledger.entries:
        for file, raw in zip(of.files, ledger.files((of, file.name) for file in of.files), strict=True):
            assert raw.count(b"\n") - 1 + cut.get(of.id, {}).get("files", {}).get(file.name, 0) == file.rows


def test_commits_of_the_records_that_were_written_anew(one: Path, tmp_path: Path) -> None:
    commit = git(one, "rev-parse", "main").strip()
    note(one, entry("later", {}, commit=commit))
    other, gone, none = "1" * 40, "2" * 40, "0" * 40
    map_file = tmp_path / "commit-map"
    map_file.write_text(f"old{' ' * 38}new\n{commit} {other}\n{gone} {none}\n{other} {gone}\n", encoding="utf-8")

    erased(one, "--commits", str(map_file))

    assert ledger_of(one).entries[-1].facts["commits"] == {commit: other}

    map_file.write_text("something else\n", encoding="utf-8")
    assert "no map of commits" in erase(one, "--commits", str(map_file), username="cy").err


def test_a_second_person_is_erased_after_the_first(one: Path, two: Path) -> None:
    fetch(Program(two))
    erased(one)

    assert erase(one, username="cy").code == 0

    assert fetch(Program(two)).state is SyncState.FETCHED
    assert {*ledger_of(two).state().rows} == {"amy"}
    assert [entry.kind for entry in ledger_of(two).entries[-2:]] == [EntryKind.ERASED] * 2
    assert traces(held(two, head(Program(two)))) == []


def test_a_ledger_that_was_never_shared(one: Path) -> None:
    git(one, "remote", "remove", "origin")
    git(one, "update-ref", "-d", SEEN)

    erased(one)

    assert traces(held(one)) == []


def test_own_entries_that_are_not_shared_go_with_it(one: Path, remote: Path) -> None:
    note(one, entry("mine", {"people.tsv": "bob\t\t\t\t\t\n"}))

    erased(one)

    assert [found.raw for found in chain(one)] == [found.raw for found in chain(remote)]
    assert traces(held(remote)) == []


# What is left of it in this clone


def test_git_keeps_the_earlier_entries_until_they_are_purged(one: Path) -> None:
    ran = erase(one)
    assert "git reflog expire --expire=now graduand/ledger && git gc --prune=now" in ran.err
    assert traces(stored(one)) == [*TRACES]


def test_nothing_is_left_when_they_are_purged(one: Path) -> None:
    git(one, "update-ref", "refs/graduand/ledger-before/123456789012", LEDGER)

    ran = erase(one, "--purge-objects")

    assert ran.code == 0
    assert "git gc --prune=now" not in ran.err
    assert "ledger-before" not in ran.err
    assert traces(stored(one)) == []
    assert sound(one)


def test_a_branch_that_holds_the_earlier_entries_is_named(one: Path) -> None:
    git(one, "branch", "backup", LEDGER)

    ran = erase(one, "--purge-objects")

    assert "refs/heads/backup: git update-ref -d refs/heads/backup" in ran.err
    assert "git gc --prune=now" in ran.err


# Not done


def test_a_look_changes_nothing(one: Path) -> None:
    before = git(one, "for-each-ref")

    ran = graduand(one, "erase", "bob", "--dry-run")

    assert ran.code == 0
    assert "The same person by other usernames: rob-1" in ran.out
    assert "4 entries hold 6 of the person's lines." in ran.out
    said = json.loads(graduand(one, "erase", "bob", "--dry-run", "--json").out)
    assert said["usernames"] == ["bob", "rob-1"]
    assert said["entries"][0]["files"] == {"people.tsv": 1, "students.csv": 1}
    assert git(one, "for-each-ref") == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("bob",), "--by-order-of"),
        (("bob", *ORDER), "--share"),
        (("bob", *ORDER, "--share"), "--yes"),
        (("nobody", *ORDER, "--share", "--yes"), "No entry of the ledger holds a row of “nobody”"),
        (("bob", "--by-order-of", "Bob", "--share", "--yes"), "must not name the person"),
        (("bob", "--by-order-of", "DPO", "--request", "on rob-1", "--share", "--yes"), "must not name the person"),
    ],
)
def test_what_has_to_be_said_first(one: Path, words: tuple[str, ...], said: str) -> None:
    before = git(one, "for-each-ref")

    ran = graduand(one, "erase", *words)

    assert ran.code in {1, 2}
    assert said in ran.err
    assert git(one, "for-each-ref") == before


def test_a_remote_that_refuses_leaves_all_as_it_was(one: Path, remote: Path) -> None:
    said = 'echo "error: GH006: Protected branch update failed." >&2; exit 1'
    hook(remote, "pre-receive", said)
    before = git(one, "for-each-ref"), git(remote, "for-each-ref")

    ran = erase(one)

    assert ran.code == 5
    assert "Nothing was erased: origin did not take the ledger that was written anew (GH006" in ran.err
    assert "allow force pushes to graduand/ledger" in ran.err
    assert (git(one, "for-each-ref"), git(remote, "for-each-ref")) == before
    assert traces(held(one)) == [*TRACES]


def test_a_remote_that_forbids_to_go_back(one: Path, remote: Path) -> None:
    git(remote, "config", "receive.denyNonFastForwards", "true")
    before = local(one)

    assert "Nothing was erased" in erase(one).err
    assert local(one) == local(remote) == before


def test_a_remote_that_does_not_answer(one: Path, remote: Path) -> None:
    remote.rename(remote.with_name("away"))

    ran = erase(one)

    assert ran.code == 5
    assert "was not fetched" in ran.err
    assert graduand(one, "erase", "bob", "--dry-run").code == 0


def test_somebody_was_faster(one: Path, two: Path, remote: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from graduand.editing import erase_person  # noqa: PLC0415 - to be put in its place

    plan = erase_person.plan_erasure

    def then_another(*words: Any, **options: Any) -> object:  # noqa: ANN401
        made = plan(*words, **options)
        fetch(Program(two))
        note(two, "faster")
        share(Program(two))
        return made

    monkeypatch.setattr(erase_person, "plan_erasure", then_another)
    before = local(one)

    ran = erase(one)

    assert ran.code == 5
    assert "Others noted an entry meanwhile" in ran.err
    assert local(one) == before
    monkeypatch.undo()
    erased(one)
    assert traces(held(remote)) == []
    assert json.loads(chain(remote)[-2].raw)["name"] == "faster"


def test_an_entry_was_noted_here_meanwhile(one: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from graduand.editing import erase_person  # noqa: PLC0415 - to be put in its place

    plan = erase_person.plan_erasure

    def then_another(*words: Any, **options: Any) -> object:  # noqa: ANN401
        made = plan(*words, **options)
        note(one, "faster")
        return made

    monkeypatch.setattr(erase_person, "plan_erasure", then_another)

    ran = erase(one)

    assert ran.code == 5
    assert json.loads(chain(one)[-1].raw)["name"] == "faster"


def test_a_shallow_clone(base: Path, remote: Path) -> None:
    git(base, "clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{remote}", "three")
    for folder in ("records", "schema"):
        (base / "three" / folder).mkdir()

    assert "git fetch --unshallow" in erase(base / "three").err


def test_entries_of_others_that_could_not_be_laid_on_top(one: Path, two: Path) -> None:
    with person("Zoé"):
        note(one, "of another")
    fetch(Program(two))
    note(two, "meanwhile")
    share(Program(two))
    before = local(one)

    ran = erase(one)

    assert ran.code == 5
    assert "only its author" in ran.err.lower()
    assert local(one) == before


def test_an_entry_whose_own_facts_name_the_person_is_told(one: Path) -> None:
    note(one, entry("named", {}, branch="close-bob"))

    ran = erase(one)

    assert ran.code == 1
    assert "names the person in its own facts, which an erasure cannot change." in ran.out
    assert traces(held(one)) == [b"bob"]


# Other clones


def test_a_clone_takes_it_over_and_brings_nobody_back(one: Path, two: Path, remote: Path) -> None:
    fetch(Program(two))
    note(two, entry("mine", {"result.tsv": "students.csv\tamy\tsent\t\t\n"}))
    erased(one)

    assert share(Program(two)).state is SyncState.SHARED

    assert json.loads(chain(remote)[-1].raw)["name"] == "mine"
    assert traces(held(remote)) == traces(held(two)) == []
    assert ledger_of(two).state().rows.keys() == {"amy", "cy"}


def test_a_partial_clone(base: Path, remote: Path) -> None:
    git(remote, "config", "uploadpack.allowFilter", "true")
    git(base, "clone", "--quiet", "--filter=blob:none", f"file://{remote}", "three")
    three = base / "three"
    for folder in ("records", "schema"):
        (three / folder).mkdir()

    erased(three)

    assert traces(held(remote)) == []


# Killed


def test_a_kill_leaves_the_old_or_the_new(base: Path) -> None:
    seen, lengths = set[str](), set[tuple[int, int]]()
    for folder in killed(base, __file__, "erase"):
        if (left := state(folder)) in seen:
            continue
        seen.add(left)
        one, remote = folder / "one", folder / "remote.git"
        lengths.add((len(chain(one)), len(chain(remote))))
        for root in (one, remote):
            whole = held(root)
            assert traces(whole) in ([], [*TRACES]), folder
            assert sound(root)
        if traces(held(remote)):
            erased(one)
        else:
            assert fetch(Program(one)).state is SyncState.FETCHED
        assert traces(held(one)) == traces(held(remote)) == []
        assert len(chain(one)) == 8
    assert lengths == {(7, 7), (7, 8), (8, 8)}


def _erase(base: Path) -> int:
    return int(erase(base / "one").code)


if __name__ == "__main__":
    _job, _root, _base = sys.argv[1:]
    killed_everywhere(_erase, Path(_root), Path(_base))
