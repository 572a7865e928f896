"""An upgrade brings newer facts and files into a school's repository, keeps what it changed, and loses nothing."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from graduand import __version__
from graduand.records.fact_changes import changed_facts
from graduand.records.importer import read_importer
from graduand.records.institution import Limit, read_institution
from graduand.setup.stamp import kept_at
from tests.repository import GRADUATE, HOUSE, TODAY, begin, commit, git, graduand, head, noted, put

if TYPE_CHECKING:
    from collections.abc import Mapping

OLDEST: Final = Path(__file__).parent / "oldest"
LAYOUT: Final = {
    "Makefile": "Makefile",
    "gitignore": ".gitignore",
    "gitattributes": ".gitattributes",
    "workflow.yml": ".github/workflows/check.yml",
    "pre-commit.yaml": ".pre-commit-config.yaml",
    "README.fr.md": "records/README.md",
    "handshake.yaml": "schema/handshake.yaml",
    "institution.yaml": "schema/institution.yaml",
}
BRANCH: Final = f"graduand/upgrade-{__version__}"


def edit(root: Path, path: str, *changes: tuple[str, str]) -> None:
    """Replace texts of a file, each of which it must hold."""
    text = (root / path).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    (root / path).write_text(text, encoding="utf-8")


def on_branch(root: Path, path: str, branch: str = BRANCH) -> str:
    return git(root, "show", f"{branch}:{path}")


def told(root: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(graduand(root, "upgrade", "--json", *words).out)
    return found


def outcomes(found: Mapping[str, Any]) -> dict[str, str]:
    return {file["path"]: file["outcome"] for file in found["files"]}


@pytest.fixture
def oldest(tmp_path: Path) -> Path:
    """A repository as the first `graduand init` made it, in French, before anything of it was noted."""
    for name, path in LAYOUT.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((OLDEST / name).read_bytes())
    edit(tmp_path, "schema/institution.yaml", ("Université de Valmont\n", "Ars\n"), ("[valmont.example, alumni.", "["))
    begin(tmp_path)
    (tmp_path / ".gitignore").write_bytes((OLDEST / "gitignore").read_bytes())
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "Commencer les fiches\u00a0: Ars")
    return tmp_path


def test_the_lock_of_a_git_that_was_killed_on_our_own_index_stops_no_upgrade(oldest: Path) -> None:
    lock = oldest / ".git/graduand/proposed-index.lock"
    lock.parent.mkdir(exist_ok=True)
    lock.write_bytes(b"")

    assert graduand(oldest, "upgrade").code == 0

    assert git(oldest, "rev-parse", "--verify", BRANCH)
    assert not lock.exists()


def test_a_repository_of_the_oldest_format_is_read_and_upgraded_with_the_changes_of_the_school(oldest: Path) -> None:
    edit(oldest, "schema/institution.yaml", ("{count: 25, percent: 5}\n", "{count: 60, percent: 8}\n"))
    (oldest / "Makefile").unlink()
    put(oldest, GRADUATE)
    before = commit(oldest)

    assert graduand(oldest, "check", "--on", TODAY).code == 0, "an older file is read with defaults"
    assert graduand(oldest, "upgrade", "--check").code == 1
    assert git(oldest, "branch", "--list", BRANCH) == ""
    ran = graduand(oldest, "upgrade")

    assert ran.code == 0, ran.err
    assert (head(oldest), git(oldest, "status", "--porcelain")) == (before, "")
    school = read_institution(on_branch(oldest, "schema/institution.yaml").encode())
    assert (school.name, school.own_domains, school.language) == ("Ars", ("valmont.example",), "fr")
    assert (school.format, school.limits.deactivations, school.limits.reactivations) == (2, Limit(60, 8), Limit(25, 5))
    assert "Makefile" not in git(oldest, "ls-tree", "--name-only", BRANCH).split()
    assert "# Fiches" in on_branch(oldest, "records/README.md")
    git(oldest, "merge", "--quiet", BRANCH)
    assert graduand(oldest, "schema", "--check").code == 0
    assert graduand(oldest, "check", "--on", TODAY).code == 0
    assert told(oldest, "--check")["needed"] is False


def test_a_devcontainer_comes_when_asked_for_and_is_kept_up_to_date_from_then_on(tmp_path: Path) -> None:
    root, path = tmp_path / "school", ".devcontainer/devcontainer.json"
    assert graduand(tmp_path, "init", str(root), "--name", "Ars", "--domain", "valmont.example").code == 0
    assert told(root, "--check")["needed"] is False

    assert outcomes(told(root, "--devcontainer")) == {path: "added"}
    git(root, "merge", "--quiet", BRANCH)
    git(root, "branch", "--delete", "--quiet", BRANCH)
    assert graduand(root, "doctor").out.count("✗") == 0

    as_shipped = (root / path).read_bytes()
    edit(root, path, ("truecolor", "24bit"))
    (root / kept_at(path)).write_bytes((root / path).read_bytes())
    stamp = json.loads((root / ".graduand/stamp.json").read_bytes())
    stamp["shipped"][path] = hashlib.sha256((root / path).read_bytes()).hexdigest()
    (root / ".graduand/stamp.json").write_text(json.dumps(stamp), encoding="utf-8")
    commit(root)
    assert outcomes(told(root)) == {path: "taken"}
    assert on_branch(root, path).encode() == as_shipped


def test_an_upgrade_tells_each_fact_with_its_sources_in_the_commit_too(oldest: Path) -> None:
    edit(oldest, "schema/handshake.yaml", ("limits: {file_bytes: 50000000", "limits: {file_bytes: 40000000"))
    (oldest / "Makefile").unlink()
    commit(oldest)

    ran = graduand(oldest, "upgrade")

    facts = read_importer(on_branch(oldest, "schema/handshake.yaml").encode())
    shipped = read_importer((HOUSE / "schema/handshake.yaml").read_bytes())
    assert facts.file_bytes == 40_000_000
    assert (facts.columns, facts.messages, facts.aliases) == (shipped.columns, shipped.messages, shipped.aliases)
    assert "  Makefile: you have removed it: left out\n" in ran.out
    assert "  + setting limits.reactivations.count: 25\n" in ran.out
    assert re.search(r"  \+ column preferred_name.*\[IMP.*\]\n", ran.out)
    assert "\n  IMP: Importing Student Data https://" in ran.out
    message = git(oldest, "log", "-1", "--format=%B", BRANCH)
    assert message.startswith(f"Upgrade: {__version__}\n\n")
    assert ran.out.strip() in message


def test_uploads_in_tags_are_read_into_the_ledger_on_the_way(oldest: Path) -> None:
    put(oldest, GRADUATE)
    commit(oldest)
    assert graduand(oldest, "compile", "--on", TODAY).code == 0
    now = json.loads((oldest / "build/manifest.json").read_text(encoding="utf-8"))
    says = {key: now[key] for key in ("commit", "dirty", "on", "region", "plan", "records", "jobs")}
    says |= {"schema": "graduand/manifest/1", "usernames": ["00412345"], "since": []}
    git(oldest, "tag", "--annotate", "--message", json.dumps(says, indent=2), "upload/20261123T080000Z")

    looked = graduand(oldest, "upgrade", "--check")
    assert "graduand upgrade" in looked.err
    assert noted(oldest) == []
    ran = graduand(oldest, "upgrade")

    assert "1 upload was read from tags into the ledger." in ran.err
    assert len(noted(oldest)) == 1
    assert graduand(oldest, "plan", "--changed", "--on", TODAY).code == 0
    assert "read from tags" not in graduand(oldest, "upgrade").err

    git(oldest, "merge", "--quiet", BRANCH)  # from now on the past has an older schema than the present
    verified = graduand(oldest, "audit", "verify")
    assert (verified.code, "cannot be compiled" in verified.out) == (0, False), verified.out
    assert graduand(oldest, "plan", "--changed", "--on", TODAY).code == 0
    assert "can be taken back" in graduand(oldest, "rollback").err, "nothing was known before it"


@pytest.fixture
def school(tmp_path: Path) -> Path:
    """A repository of today."""
    root = tmp_path / "school"
    ran = graduand(tmp_path, "init", str(root), "--name", "Ars", "--domain", "valmont.example")
    assert ran.code == 0, ran.err
    return root


def ship_formerly(root: Path, version: str, *changes: tuple[str, str, str]) -> None:
    """Let the repository be one that an older graduand shipped, whose files had other texts in these places."""
    stamp = json.loads((root / ".graduand/stamp.json").read_text(encoding="utf-8"))
    stamp["version"] = version
    for path, now, then in changes:
        for place in (path, kept_at(path)):
            edit(root, place, (now, then))
        raw = (root / kept_at(path)).read_bytes()
        stamp["shipped"][path] = hashlib.sha256(raw).hexdigest()
    (root / ".graduand/stamp.json").write_text(json.dumps(stamp), encoding="utf-8")


def test_what_is_as_shipped_needs_no_upgrade_even_where_the_school_has_changed_it(school: Path) -> None:
    edit(school, "schema/institution.yaml", ("name: Ars", "name: Ars-sur-Mer"), ("keeps_sso: true", "keeps_sso: false"))
    edit(school, "Makefile", ("graduand plan", "graduand plan --all"))
    commit(school)

    ran = graduand(school, "upgrade")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "This repository has all that this graduand ships.\n"
    assert git(school, "branch", "--list", "graduand/upgrade*") == ""


def test_where_the_school_and_graduand_differ_the_school_wins_and_the_other_text_is_kept(school: Path) -> None:
    ship_formerly(
        school,
        "0.1.0",
        ("Makefile", "graduand doctor", "graduand examine"),
        ("schema/outreach/email.fr.txt", "Bonjour", "Salut"),
    )
    commit(school)
    edit(school, "Makefile", ("graduand examine", "graduand examine --ours"))
    commit(school)

    found = told(school)

    assert outcomes(found) == {"Makefile": "conflict", "schema/outreach/email.fr.txt": "taken"}
    assert "graduand examine --ours" in on_branch(school, "Makefile")
    kept = on_branch(school, kept_at("Makefile", ".graduand/conflicts"))
    assert re.search(r"<<<<<<< yours\n.*--ours\n\|+ before\n.*examine\n=+\n.*doctor\n>+ graduand\n", kept)
    git(school, "merge", "--quiet", BRANCH)
    said = graduand(school, "doctor").out
    assert "✗ .graduand/conflicts/Makefile holds what an upgrade left to be decided." in said
    assert told(school, "--check")["needed"] is False, "asked once"


def test_the_facts_that_changed_are_told_with_their_sources() -> None:
    raw = (HOUSE / "schema/handshake.yaml").read_bytes()
    before = raw.replace(b"rows: 199999", b"rows: 99999").replace(b"[edu]", b"[edu, example]")
    before = before.replace(b"  - header: email_address\n", b"  - header: email\n")

    found = {(one.section, one.name): one for one in changed_facts(before, raw)}

    assert {(*key, one.difference) for key, one in found.items()} == {
        ("limits", "", "changed"),
        ("academic_domains", "example", "removed"),
        ("columns", "email", "removed"),
        ("columns", "email_address", "added"),
    }
    assert found["limits", ""].details == ("rows: 99999 → 199999",)
    assert [source.key for source in found["limits", ""].sources] == ["CSV", "ERR"]


def test_an_older_graduand_upgrades_nothing(school: Path) -> None:
    ship_formerly(school, "9.0.0")
    commit(school)

    ran = graduand(school, "upgrade")

    assert (ran.code, ran.out) == (5, "")
    assert "graduand 9.0.0 shipped the files of this repository, and this is" in ran.err
    assert f"✗ This graduand ({__version__}) is older than the one of this repository (9.0.0).\n" in (
        graduand(school, "doctor").out
    )


def test_a_merge_that_nobody_could_read_is_not_committed(school: Path) -> None:
    ship_formerly(school, "0.1.0", ("schema/institution.yaml", "\ndelivery: manual", ""))
    edit(school, "schema/institution.yaml", ("# ---- The school ----\n", "delivery: s3\n# ---- The school ----\n"))
    commit(school)

    ran = graduand(school, "upgrade")

    assert ran.code == 5
    assert "schema/ could not be read (schema/institution.yaml:" in ran.err
    assert git(school, "branch", "--list", "graduand/upgrade*") == ""


def test_without_the_commit_of_init_nothing_counts_as_shipped_so_nothing_is_overwritten(oldest: Path) -> None:
    git(oldest, "commit", "--quiet", "--amend", "--message", "Our records, by hand")
    edit(oldest, "schema/institution.yaml", ("keeps_sso: true", "keeps_sso: false"))
    commit(oldest)

    found = told(oldest)

    assert outcomes(found)["schema/institution.yaml"] == "conflict"
    assert on_branch(oldest, "schema/institution.yaml") == (oldest / "schema/institution.yaml").read_text("utf-8")
    assert "keeps_sso: true" in on_branch(oldest, kept_at("schema/institution.yaml", ".graduand/conflicts"))


@pytest.mark.parametrize(
    "words", [("check",), ("plan",), ("compile",), ("edit", "00412345", "disabled=true"), ("upgrade",)]
)
def test_an_older_graduand_says_what_it_needs_whatever_it_is_asked(school: Path, words: tuple[str, ...]) -> None:
    put(school, GRADUATE)
    edit(school, "schema/institution.yaml", ('requires: ">=0.2"', 'requires: ">=9.2"\nfour_eyes: true'))
    git(school, "add", "--all")
    git(school, "commit", "--quiet", "--no-verify", "--message", "Newer")

    ran = graduand(school, *words)

    assert (ran.code, ran.out) == (5, "")
    assert ran.err == (
        "graduand: schema/institution.yaml:9: graduand 9.2 or newer is needed here, and this is "
        f"{__version__}. Install the newer one, then repeat.\n"
    )


def test_a_branch_that_is_there_stays_as_it_is(school: Path) -> None:
    ship_formerly(school, "0.1.0", ("Makefile", "graduand doctor", "graduand examine"))
    commit(school)
    git(school, "branch", BRANCH)

    ran = graduand(school, "upgrade")

    assert ran.code == 5
    assert f"The branch {BRANCH} is there already" in ran.err
    assert git(school, "rev-parse", BRANCH).strip() == head(school)


def test_doctor_names_what_is_stale(school: Path) -> None:
    assert f"✓ The shipped files and CI are of this graduand, {__version__}.\n" in graduand(school, "doctor").out
    ship_formerly(school, "0.1.0", ("Makefile", "graduand doctor", "graduand examine"))

    said = graduand(school, "doctor").out

    assert (
        f"✗ CI and these files are of graduand 0.1.0; this is {__version__}: Makefile\n  → graduand upgrade\n" in said
    )
