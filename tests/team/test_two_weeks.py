"""Two weeks of a team: three clones, a remote that protects its main, and Handshake, from a class to the auditor."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.importer import Importer
from tests.repository import TODAY, Ran, begin, git, graduand, noted, settle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROTECTED = """\
#!/bin/sh
test -z "$THE_FORGE" || exit 0
while read -r old new ref; do
    test "$ref" != refs/heads/main || { echo "GH006: Protected branch update failed." >&2; exit 1; }
done
"""
CLASS = """\
username,email_address,first_name,last_name,start_date,end_date
00400001,alix@valmont.example,Alix,Un,2022-09-01,2026-06-15
00400002,basile@valmont.example,Basile,Deux,2022-09-01,2026-06-15
00400003,cleo@valmont.example,Cléo,Trois,2022-09-01,2026-06-15
"""
CLOSING = ("disabled=true", "transition:account:reason=requested-by-student", "transition:account:requested_by=student")


class Team(NamedTuple):
    """The clones of three people, and that in which the forge merges."""

    registrar: Path
    career: Path
    it: Path
    forge: Path
    patch: pytest.MonkeyPatch

    @contextmanager
    def person(self, clone: Path) -> Iterator[Path]:
        """Work as the person whose clone this is."""
        with self.patch.context() as patch:
            for who in ("AUTHOR", "COMMITTER"):
                patch.setenv(f"GIT_{who}_NAME", clone.name)
                patch.setenv(f"GIT_{who}_EMAIL", f"{clone.name}@valmont.example")
            if clone == self.forge:
                patch.setenv("THE_FORGE", "1")
            yield clone

    def run(self, clone: Path, *words: str, code: int = 0) -> Ran:
        """Run a command in somebody's clone, and check how it ends."""
        with self.person(clone):
            ran = graduand(clone, *words)
        assert ran.code == code, (words, ran)
        return ran

    def git(self, clone: Path, *words: str) -> str:
        with self.person(clone):
            return git(clone, *words)

    def update(self, clone: Path) -> None:
        """Go back to main, and take over what was merged."""
        self.git(clone, "switch", "--quiet", "main")
        self.git(clone, "pull", "--quiet")

    def merge(self, branch: str, number: int, way: str) -> None:
        """Merge a pull request in one of the forge's three ways, and delete its branch."""
        forge, title = self.forge, f"{branch} (#{number})"
        self.git(forge, "fetch", "--quiet", "--prune", "origin")
        self.git(forge, "switch", "--quiet", "--force-create", "main", "origin/main")
        if way == "merge":
            message = f"Merge pull request #{number} from valmont/{branch}"
            self.git(forge, "merge", "--quiet", "--no-ff", "-m", message, f"origin/{branch}")
        elif way == "squash":
            self.git(forge, "merge", "--quiet", "--squash", f"origin/{branch}")
            author = git(forge, "log", "-1", "--format=%an <%ae>", f"origin/{branch}").strip()
            self.git(forge, "commit", "--quiet", "-m", title, "--author", author)
        else:
            self.git(forge, "rebase", "--quiet", "--force-rebase", "main", f"origin/{branch}")
            self.git(forge, "branch", "--force", "main", "HEAD")
            self.git(forge, "switch", "--quiet", "main")
        self.git(forge, "push", "--quiet", "origin", "main", f":{branch}")

    @property
    def clones(self) -> tuple[Path, Path, Path]:
        return self.registrar, self.career, self.it

    def update_all(self) -> None:
        for clone in self.clones:
            self.update(clone)

    def send(self, clone: Path, handshake: Importer, *words: str) -> bytes:
        """Compile, upload and note; return the failed rows."""
        self.run(clone, "compile", "--on", TODAY, *words)
        outcomes = handshake.upload(clone / "build")
        self.run(clone, "uploaded", str(clone / "build/manifest.json"))
        return b"".join(outcome.failed for outcome in outcomes)


@pytest.fixture
def team(root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Team:
    """A repository that was begun and shared, and three clones that are set up."""
    place = tmp_path_factory.mktemp("team")
    begin(root)
    settle(root, upload_from="origin/main", limits="{deactivations: null, reactivations: null}")
    (root / ".gitattributes").write_text("records/**/*.yaml text eol=lf merge=graduand\n", encoding="utf-8")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Begin")
    git(root, "clone", "--quiet", "--bare", str(root), str(place / "records.git"))
    registrar, career, it, forge = (place / name for name in ("registrar", "career", "it", "forge"))
    found = Team(registrar, career, it, forge, monkeypatch)
    for clone in (*found.clones, forge):
        git(place, "clone", "--quiet", str(place / "records.git"), str(clone))
        (clone / "records").mkdir(exist_ok=True)
        if clone != forge:
            graduand(clone, "setup")
    (place / "records.git/hooks").mkdir(exist_ok=True)
    hook = place / "records.git/hooks/pre-receive"
    hook.write_text(PROTECTED, encoding="utf-8")
    hook.chmod(0o755)
    return found


def events(team: Team, clone: Path, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in team.run(clone, *words, "--json").out.splitlines()]


def begin_with_the_class(team: Team) -> None:
    """The registrar takes the class in, on main by mistake; a branch and a pull request come of it."""
    registrar = team.registrar
    table = registrar.parent / "class.csv"
    table.write_text(CLASS, encoding="utf-8")
    team.run(registrar, "intake", str(table), "--cohort", "2026-spring", "--kind", "graduated", "--apply")
    with pytest.raises(subprocess.CalledProcessError):
        team.git(registrar, "push", "--quiet", "origin", "main")
    team.run(registrar, "propose", "spring")
    assert team.git(registrar, "rev-parse", "main") == team.git(registrar, "rev-parse", "origin/main")
    team.merge("spring", 1, "merge")


def change_one_record_twice(team: Team) -> None:
    """What is not on the upload branch is not sent; a branch is brought up to date without a conflict."""
    career, it = team.career, team.it
    team.run(it, "edit", "00400001", *CLOSING)
    assert "origin/main" in team.run(it, "compile", "--on", TODAY, code=5).err
    team.run(career, "edit", "00400001", "email_address=alix@mail.example")
    team.run(it, "propose", "closing")
    team.run(career, "propose", "address")
    team.merge("address", 2, "squash")
    team.git(it, "fetch", "--quiet")
    team.git(it, "rebase", "--quiet", "origin/main")
    team.git(it, "push", "--quiet", "--force-with-lease", "origin", "closing")
    team.merge("closing", 3, "rebase")


def close_and_reopen(team: Team) -> None:
    """One closes, the other reopens: that is for a person to decide."""
    registrar, career = team.registrar, team.career
    team.run(registrar, "edit", "00400002", "disabled=false", "transition:account:reason=closed-by-mistake")
    team.run(career, "edit", "00400002", *CLOSING)
    team.run(registrar, "propose", "reopening")
    team.run(career, "propose", "second-closing")
    team.merge("reopening", 4, "merge")
    team.git(career, "fetch", "--quiet")
    with pytest.raises(subprocess.CalledProcessError):
        team.git(career, "merge", "--quiet", "origin/main")
    assert '"field": "disabled"' in team.run(career, "resolve", "--json", code=1).out
    team.run(career, "resolve", "00400002", "--take", "ours")
    team.run(career, "propose")
    team.run(team.it, "uploaded", "--first")  # a ledger, in which the third one approves
    team.git(team.it, "fetch", "--quiet")
    seen = json.loads(team.run(team.it, "approve", "origin/second-closing", "--json").out)
    assert (seen["people"], seen["own"]) == (["00400002"], [])
    team.run(team.it, "approve", "origin/second-closing", "--plan", seen["checksum"])
    team.merge("second-closing", 5, "merge")


def send_twice(team: Team, handshake: Importer) -> None:
    """One row fails, is mended in a pull request by somebody else, and goes again."""
    registrar, career = team.registrar, team.career
    failed = team.send(registrar, handshake)
    (registrar / "build/failed.csv").write_bytes(failed)
    team.run(registrar, "reconcile", str(registrar / "build/failed.csv"))
    team.update(career)
    assert "00400003" in team.run(career, "plan", "--changed", "--on", TODAY).out
    team.run(career, "edit", "00400003", "email_address=cleo@mail.example")
    team.run(career, "propose", "mended")
    team.merge("mended", 6, "squash")
    team.update(career)
    assert team.send(career, handshake, "--changed") == b""


def take_back(team: Team, handshake: Importer, upload: str) -> None:
    """A third one takes an upload back; the records that go with it are proposed and merged."""
    it = team.it
    team.run(it, "rollback", upload, "--on", TODAY)
    handshake.upload(it / "build")
    team.run(it, "uploaded", str(it / "build/manifest.json"))
    assert "GR705" in team.run(it, "check", code=1).out
    team.git(it, "switch", "--quiet", f"graduand/rollback-{upload}")
    team.run(it, "propose")
    team.merge(f"graduand/rollback-{upload}", 7, "merge")
    team.update(it)
    team.run(it, "check")


def test_two_weeks_of_a_team(team: Team) -> None:
    handshake = Importer(
        {
            "00400001": {"email_address": "alix@valmont.example"},
            "00400002": {"email_address": "basile@valmont.example"},
        },
        elsewhere={"cleo@valmont.example"},
    )
    begin_with_the_class(team)
    team.update_all()
    change_one_record_twice(team)
    team.update_all()
    close_and_reopen(team)
    team.update_all()
    send_twice(team, handshake)
    assert {name: one.get("disabled") for name, one in sorted(handshake.accounts.items())} == {
        "00400001": "TRUE",
        "00400002": "TRUE",
        "00400003": None,
    }
    team.update_all()
    anchor = json.loads(team.run(team.it, "audit", "verify", "--json").out.splitlines()[-1])["anchor"]
    first, second = noted(team.career)
    take_back(team, handshake, first)
    assert [handshake.accounts[name]["disabled"] for name in ("00400001", "00400002")] == ["FALSE", "FALSE"]

    # The auditor, who comes a year later, finds the same in every clone.
    team.update_all()
    found = [events(team, clone, "audit") for clone in team.clones]
    assert found[0] == found[1] == found[2]
    for clone in team.clones:
        team.run(clone, "audit", "verify", "--anchor", anchor, "--require", "reviewed")
    audit(found[0], first, second)
    verified = events(team, team.it, "audit", "verify", "--questions", "--anchor", anchor)
    assert {one["question"]: one["standing"] for one in verified[-1]["questions"]} == {
        **dict.fromkeys(("content", "rewritten"), "proved"),
        **dict.fromkeys(("typed", "bypassed", "sent", "reopened"), "claimed"),
        **dict.fromkeys(("approved", "same", "uploaded"), "missing"),
    }
    (approved,) = (one for one in verified[-1]["questions"] if one["question"] == "approved")
    assert (approved["claimed"], [one.split()[-1] for one in approved["lacking"]]) == (1, ["00400001"])


def audit(found: list[dict[str, Any]], first: str, second: str) -> None:
    """Answer an auditor's questions: what is proved by the repository, and what is a claim of who typed it."""

    def of(kind: str, username: str) -> dict[str, Any]:
        return next(one for one in found if (one["event"], one["username"]) == (kind, username))

    closing, other, taken = (
        of(*words) for words in (("deactivated", "00400001"), ("deactivated", "00400002"), ("taken-back", "00400002"))
    )
    # Who closed it, when and why; nobody signed, so the author is what git says, and is called so.
    assert (closing["author"], closing["reason"]) == ("it <it@valmont.example>", "requested-by-student")
    assert (other["author"], other["merged_by"]) == (who("career"), who("forge"))
    assert {one["signature"] for one in found} == {"none"}
    # Which pull request, as its merge names it; of a rebase none is known. Nothing went past a second person.
    assert (closing["pull_request"], other["pull_request"]) == (None, 5)
    assert not [one for one in found if one["bypassed"]]
    # That it was sent, and with which upload, whatever way it was merged.
    assert closing["uploads"] == other["uploads"] == of("email-changed", "00400001")["uploads"] == [first]
    assert of("email-changed", "00400003")["uploads"] == [second]
    # What failed and why, who noted it; that it was reopened, and by whom.
    assert of("failed", "00400003")["reason"] == "has already been taken"
    assert taken["author"] == who("it")


def who(name: str) -> str:
    return f"{name} <{name}@valmont.example>"
