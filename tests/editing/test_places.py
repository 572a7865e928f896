"""No way in makes a file that the index passes over, and no journal writes outside of the data."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from graduand.editing.proposal import Proposal, propose_record
from graduand.editing.transaction import apply
from graduand.errors import NotWritten
from graduand.records.files import find
from graduand.records.paths import is_cohort_name, is_record_path
from graduand.records.record import Record
from graduand.workspace import Workspace
from tests.repository import GRADUATE, begin, commit, git, graduand, graduate, put

if TYPE_CHECKING:
    from pathlib import Path

NO_COHORTS = (
    *(
        ".caché",
        "2026/été",
        "été.yaml",
        "été.YAML",
        "été.yml",
        ".",
        "..",
        "a\u00a0b",
        "a\x1b[2J",
        "a\nb",
        " été",
        "été ",
    ),
    *("/srv/été", "x" * 300, "a\\b", "été/", "//", "-x", "x.", "a:b", "a?", "con", "NUL.x", "\u202eété", "\udce9"),
)


@pytest.fixture
def people(root: Path) -> Path:
    """A committed repository of two people."""
    put(begin(root), GRADUATE)
    put(root, graduate("00418222"), "2026-spring/00418222.yaml")
    commit(root)
    return root


@pytest.mark.parametrize("cohort", NO_COHORTS)
def test_nobody_is_moved_to_where_the_index_does_not_look(people: Path, cohort: str) -> None:
    ran = graduand(people, "edit", "00418222", "--cohort", cohort)

    assert (ran.code, ran.out) == (2, "")
    assert "is no name for a cohort" in ran.err
    assert len(find(people).paths) == 2
    assert git(people, "status", "--porcelain") == ""


@pytest.mark.parametrize("cohort", ["2026-été", "Classe de juin", "a.b", "README.md", "x"])
def test_whatever_may_name_a_cohort_is_found_again(people: Path, cohort: str) -> None:
    assert is_cohort_name(cohort)
    assert graduand(people, "edit", "00418222", "--cohort", cohort).code == 0
    assert f"records/{cohort}/00418222.yaml" in find(people).paths


@pytest.mark.parametrize(
    "path",
    [
        *("records/00419000.yaml", "records/a/b/c/00419000.yaml", "records/a/00419000.yml", "records/a/x.YAML"),
        *("records/.a/00419000.yaml", "records/a/.00419000.yaml", "records/a.yaml/1.yaml", "records/a/\u00a0.yaml"),
    ],
)
def test_no_writer_writes_a_record_that_would_not_be_found(people: Path, path: str) -> None:
    workspace = Workspace(people)
    values = {"username": "00419000", "email_address": "l.petit@valmont.example", "transition:kind": "graduated"}
    proposal = propose_record(Record(path, values), workspace.school)

    assert not is_record_path(path)
    with pytest.raises(NotWritten, match="nobody would find it there"):
        apply(workspace, [proposal], "New", {})
    assert git(people, "status", "--porcelain") == ""


def sealed(root: Path, *lines: object) -> Path:
    """Write a journal of these lines with its checksum, as a copied clone may bring it along."""
    body = "\n".join(map(json.dumps, lines)).encode()
    path = root / ".git/graduand/journal"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"%b\n%b\n" % (body, hashlib.sha256(body).hexdigest().encode()))
    return path


HEAD = {"schema": "graduand/journal/1", "subject": "Corrected: 1", "trailers": {}, "commit": False, "lines": 1}
OUTSIDE = (
    *("../ailleurs.txt", "{root}/../ailleurs.txt", ".git/hooks/post-commit", ".git/config", ".gitattributes", ""),
    *("records/../.git/config", "records/2026-spring/../../x.yaml", "schema/../x", "schema/.git", "schema", "records"),
    *(
        "records/lien/1.yaml",
        "schema/lien/x.yaml",
        "records/2026-spring/README.md",
        "records/a/b/c/1.yaml",
        "build/x.csv",
    ),
)


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("after", ["#!/bin/sh\n", None], ids=["write", "delete"])
def test_a_journal_writes_and_deletes_nothing_but_data(people: Path, path: str, after: str | None) -> None:
    elsewhere = people.with_name(f"{people.name}-ailleurs")
    elsewhere.mkdir()
    (elsewhere / "1.yaml").write_text("a: 1\n", encoding="utf-8")
    for folder in ("records", "schema"):
        (people / folder / "lien").symlink_to(elsewhere)
    path = path.format(root=people)
    target = people / path
    before = target.read_bytes() if target.is_file() else None
    checksum = None if before is None else hashlib.sha256(before).hexdigest()
    journal = sealed(people, HEAD, [path, checksum, after])

    ran = graduand(people, "doctor")

    assert "Nothing of it was written" in ran.out
    assert "is finished now" not in ran.out
    assert (target.read_bytes() if target.is_file() else None) == before
    assert [one.name for one in elsewhere.iterdir()] == ["1.yaml"]
    assert not journal.exists()
    assert journal.with_name("journal.odd").is_file()


@pytest.mark.parametrize(
    "lines",
    [
        ([],),
        ("x",),
        (HEAD,),
        ({**HEAD, "lines": 2}, ["records/a/1.yaml", None, "a: 1\n"]),
        ({**HEAD, "schema": "graduand/journal/9"}, ["records/a/1.yaml", None, "a: 1\n"]),
        ({**HEAD, "trailers": ["a"]}, ["records/a/1.yaml", None, "a: 1\n"]),
        ({**HEAD, "subject": 1}, ["records/a/1.yaml", None, "a: 1\n"]),
        ({**HEAD, "subject": "a\n\nGraduand-Reason: b"}, ["records/a/1.yaml", None, "a: 1\n"]),
        ({**HEAD, "commit": "yes"}, ["records/a/1.yaml", None, "a: 1\n"]),
        (HEAD, ["records/a/1.yaml", None]),
        (HEAD, ["records/a/1.yaml", 3, "a: 1\n"]),
        (HEAD, {"path": "records/a/1.yaml"}),
        (HEAD, [["records/a/1.yaml"], None, "a: 1\n"]),
    ],
)
def test_an_odd_journal_is_set_aside_and_the_next_command_works(people: Path, lines: tuple[object, ...]) -> None:
    sealed(people, *lines)

    ran = graduand(people, "edit", "00418222", "middle_name=Rose")

    assert ran.code == 0
    assert "Nothing of it was written" in ran.err
    assert (people / ".git/graduand/journal.odd").is_file()
    assert not (people / "records/a").exists()
    assert graduand(people, "edit", "00418222", "middle_name=Anne").err.count("journal") == 0


@pytest.mark.parametrize("make", ["x", "", "folder", "link"])
def test_what_has_the_name_of_the_journal_and_is_none_is_set_aside(people: Path, make: str) -> None:
    journal = people / ".git/graduand/journal"
    journal.parent.mkdir(exist_ok=True)
    if make == "folder":
        (journal / "inner").mkdir(parents=True)
    elif make == "link":
        journal.symlink_to(people / "schema/institution.yaml")
    else:
        journal.write_text(make, encoding="utf-8")

    ran = graduand(people, "edit", "00418222", "middle_name=Rose")

    assert (ran.code, "Nothing of it was written" in ran.err) == (0, True), ran.err
    assert journal.with_name("journal.odd").exists()
    assert graduand(people, "edit", "00418222", "middle_name=Anne").err.count("journal") == 0


def test_a_sound_journal_is_still_finished(people: Path) -> None:
    path = "records/2026-spring/00418222.yaml"
    before = (people / path).read_bytes()
    after = before.decode().replace("Dupont", "Neuville")
    sealed(people, {**HEAD, "commit": True}, [path, hashlib.sha256(before).hexdigest(), after])

    assert "is finished now" in graduand(people, "doctor").out
    assert git(people, "show", f"HEAD:{path}") == after


def test_a_file_of_schema_may_be_written(people: Path) -> None:
    proposal = Proposal("schema/intake/scolarité.yaml", None, None, "a: 1\n")

    assert apply(Workspace(people), [proposal], "New", {})[0].commit


@pytest.mark.parametrize("cohort", ["2026-été", "Classe de juin", "a.b"])
def test_people_are_taken_into_a_cohort_as_they_are_moved_into_it(people: Path, cohort: str) -> None:
    table = people / "class.csv"
    table.write_text(
        "username,email_address,first_name,last_name\n00499001,lea@valmont.example,Léa,Roy\n", encoding="utf-8"
    )
    kind = ("--kind", "graduated", "--end-date", "2026-06-15")

    ran = graduand(people, "intake", str(table), "--cohort", cohort, *kind, "--apply")

    assert ran.code == 0, ran.err
    assert f"records/{cohort}/00499001.yaml" in find(people).paths
    refused = graduand(people, "intake", str(table), "--cohort", f"{cohort}?", *kind, "--apply")
    assert "is no name for a cohort" in refused.err
