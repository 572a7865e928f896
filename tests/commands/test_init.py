from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from graduand import __version__
from graduand.records.institution import Institution, read_institution
from graduand.records.schema_format import FORMAT
from graduand.setup.stamp import kept_at
from tests.repository import GRADUATE, HOUSE, TODAY, Ran, built, commit, git, graduand, put

if TYPE_CHECKING:
    from pathlib import Path

LETTERS = ("email", "left", "reminder", "sso", "sso-reminder")
FILES = {
    *(".gitattributes", ".github/workflows/check.yml", ".gitignore", ".gitlab-ci.yml", ".pre-commit-config.yaml"),
    "Makefile",
    *(
        "README.md",
        "records/README.md",
        "schema/drift.yaml",
        "schema/handshake.yaml",
        "schema/institution.yaml",
        "schema/transition.schema.json",
    ),
    *(f"schema/outreach/{letter}.{lang}.txt" for letter in LETTERS for lang in ("en", "fr")),
}
FILES |= {
    *("CODEOWNERS", ".github/rulesets/main.json", ".github/rulesets/ledger.json"),
    *(".github/pull_request_template.md", ".github/ISSUE_TEMPLATE/closing_request.yml"),
    ".gitlab/merge_request_templates/Default.md",
}
FILES |= {kept_at(path) for path in FILES - {"schema/transition.schema.json"}} | {
    *(f".graduand/{name}" for name in ("program.txt", "requirements.txt", "stamp.json")),
    f".graduand/graduand-{__version__}-py3-none-any.whl",
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a repository may be made: a folder that does not exist yet."""
    return tmp_path / "school"


def init(place: Path, *words: str, lang: str = "en") -> Ran:
    """Run `graduand init` from a folder that holds no records."""
    return graduand(place.parent, "init", str(place), *words, lang=lang)


def institution(place: Path) -> Institution:
    """Return what the new school's settings say."""
    return read_institution((place / "schema/institution.yaml").read_bytes())


def test_a_new_repository_is_whole_committed_and_private(place: Path) -> None:
    ran = init(
        place, "--name", "Université d’Ars", "--region", "us", "--domain", "Ars.example", "--domain", "a.ars.example"
    )

    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines()[0] == f"{place} is ready."
    assert set(git(place, "ls-files").splitlines()) == FILES
    assert git(place, "status", "--porcelain", "--ignored") == ""
    assert git(place, "log", "--format=%s by %an on %D") == (
        "Begin the records of Université d’Ars by Camille Renard on HEAD -> main\n"
    )
    assert place.stat().st_mode & 0o777 == 0o700
    shipped = read_institution((HOUSE / "schema/institution.yaml").read_bytes())
    assert institution(place) == Institution(
        name="Université d’Ars",
        region="us",
        language="en",
        own_domains=("ars.example", "a.ars.example"),
        limits=shipped.limits,
        format=FORMAT,
    )
    assert (place / "schema/handshake.yaml").read_bytes() == (HOUSE / "schema/handshake.yaml").read_bytes()


def test_its_makefile_leads_to_the_interface_and_to_the_week_in_both_languages(place: Path) -> None:
    """Somebody who was left with this folder should find by `make help` how to open the interface."""
    init(place, "--name", "Ars", "--domain", "ars.example")

    said = subprocess.run(["make", "help"], cwd=place, capture_output=True, text=True, check=True, timeout=30).stdout
    assert "edit\tOpen the interface / Ouvrir l'interface\n" in said
    printed = [line.split("\t")[0] for line in said.splitlines()]
    assert printed[:5] == ["help", "install", "edit", "check", "plan"]
    assert {"compile", "uploaded", "reconcile", "audit", "due", "drift", "diff", "propose", "fmt", "doctor"} < {
        *printed
    }


def test_make_asks_graduand_and_says_how_to_install_it_where_it_is_missing(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    init(place, "--name", "Ars", "--domain", "ars.example")
    (place / ".venv/bin").mkdir(parents=True)
    program = place / ".venv/bin/graduand"
    program.write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    program.chmod(0o755)

    def make(*words: str) -> tuple[int, str, str]:
        ran = subprocess.run(["make", "-s", *words], cwd=place, capture_output=True, text=True, check=False, timeout=30)
        return ran.returncode, ran.stdout, ran.stderr

    assert make("plan", "COHORT=2026-spring", "ON=2026-07-01")[1] == "plan --cohort 2026-spring --on 2026-07-01\n"
    assert make("reconcile", "FILE=a file.csv")[1] == "reconcile a file.csv\n"
    assert make("diff")[1] == "diff origin/main..HEAD\n"
    program.unlink()
    others = [folder for folder in os.get_exec_path() if not os.access(f"{folder}/graduand", os.X_OK)]
    monkeypatch.setenv("PATH", os.pathsep.join(others))
    code, out, said = make("check")
    assert (code, out) == (2, "")
    assert said.startswith("graduand is not installed here; cure: make install\n")


def test_the_front_page_says_what_this_is_in_both_languages_the_schools_first(place: Path) -> None:
    init(place, "--name", "Université *d’Ars*", "--domain", "ars.example", lang="fr")

    page = (place / "README.md").read_text(encoding="utf-8")
    assert page.startswith("# Université \\*d’Ars\\*\n\n## Fiches pour Handshake\n")
    assert page.index("## Fiches pour Handshake") < page.index("## Records for Handshake")
    targets = set(re.findall(r"`make (\w+)`", page))
    assert targets == {"install", "edit", "check", "propose", "plan", "diff", "doctor"}
    assert all(f"\n{target}:" in (place / "Makefile").read_text(encoding="utf-8") for target in targets)


def test_the_comments_of_the_settings_stay(place: Path) -> None:
    init(place, "--name", "Ars", "--domain", "ars.example")

    def comments(path: Path) -> list[str]:
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.lstrip().startswith("#")]

    there = comments(place / "schema/institution.yaml")
    assert there == comments(HOUSE / "schema/institution.yaml")
    assert len(there) > 20


def test_without_a_word_the_school_is_european_and_speaks_as_the_machine_does(place: Path) -> None:
    ran = init(place, lang="fr")

    assert ran.code == 0
    assert institution(place) == Institution(language="fr", format=FORMAT)
    assert "own_domains" in ran.err
    assert "# Fiches" in (place / "records/README.md").read_text(encoding="utf-8")


def test_one_record_later_check_and_compile_work(place: Path) -> None:
    init(place, "--name", "Ars", "--domain", "valmont.example")
    put(place, GRADUATE)
    commit(place)

    checked = graduand(place, "check", "--on", TODAY)
    formatted = graduand(place, "fmt", "--check")
    compiled = graduand(place, "compile", "--on", TODAY)

    assert (checked.code, formatted.code, compiled.code) == (0, 0, 0)
    assert b"00412345,chloe.dupont@valmont.example" in built(place)["20261123_1_students.csv"]
    assert git(place, "status", "--porcelain") == ""
    assert graduand(place, "schema", "--check").code == 0


def test_the_record_of_the_readme_is_sound(place: Path) -> None:
    for language in ("en", "fr"):
        there = place / language
        init(there, "--domain", "valmont.example", lang=language)
        readme = (there / "records/README.md").read_text(encoding="utf-8")
        record = "".join(line[4:] for line in readme.splitlines(keepends=True) if line.startswith("    "))
        put(there, record)
        commit(there)

        assert graduand(there, "check", "--on", TODAY).code == 0
        assert graduand(there, "fmt", "--check").code == 0


def test_the_settings_of_the_clone_keep_bytes_and_commits(place: Path) -> None:
    init(place)

    assert git(place, "config", "--local", "core.autocrlf") == "false\n"
    assert git(place, "config", "--local", "core.fsync") == "all\n"


@pytest.mark.parametrize(
    "name",
    [
        'École « Sainte-Anne » \\ d\'Ars "n° 5"',
        "Ars: #1 & *more*",
        "\\1 \\g<0> \\n",
        "null",
        "0012",
        "- x",
        "王立大学",
        "Ars\x1b[2J\nname: Other",
    ],
)
def test_the_school_may_be_called_anything(place: Path, name: str) -> None:
    ran = init(place, "--name", name)

    assert ran.code == 0
    assert institution(place).name == name
    assert "\x1b" not in (place / "schema/institution.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--region", "asia"), "“region” is “asia”; it can be: eu, us"),
        (("--lang", "de"), "“language” is “de”; it can be: en, fr"),
        (("--domain", "ars"), "“ars” is no domain, such as valmont.example."),
        (("--domain", "me@ars.example"), "is no domain"),
        (("--domain", "x.example]"), "schema/institution.yaml"),
        (("--name", "\udcc9cole"), "<U+DCC9>cole"),
    ],
)
def test_what_no_school_can_be_is_refused_before_anything_is_made(
    place: Path, words: tuple[str, ...], said: str
) -> None:
    ran = init(place, *words)

    assert ran.code == 2
    assert ran.err.startswith("graduand: That cannot be a school's settings: ")
    assert said in ran.err
    assert not place.exists()


def test_a_folder_that_holds_anything_is_left_as_it_is(place: Path) -> None:
    place.mkdir()
    (place / ".hidden").write_text("mine\n", encoding="utf-8")

    ran = init(place)

    assert ran.code == 2
    assert ran.err.startswith(f"graduand: “{place}” is not empty")
    assert [path.name for path in place.iterdir()] == [".hidden"]


def test_an_empty_folder_is_taken_and_closed_to_others(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place.mkdir(mode=0o755)
    monkeypatch.chdir(place)

    ran = graduand(place, "init", ".")

    assert ran.code == 0
    assert place.stat().st_mode & 0o777 == 0o700
    assert git(place, "log", "--format=%s") == "Begin the records of school\n"


def test_a_devcontainer_is_written_where_it_is_asked_for_and_pins_what_ci_has(place: Path) -> None:
    init(place, "--name", "Ars", "--domain", "ars.example", "--devcontainer")

    path = ".devcontainer/devcontainer.json"
    assert set(git(place, "ls-files").splitlines()) == FILES | {path, kept_at(path)}
    container = json.loads((place / path).read_bytes())
    (python,) = re.findall(r"python-version: \"(.*)\"", (place / ".github/workflows/check.yml").read_text("utf-8"))
    assert re.fullmatch(rf"[\w./]+:{re.escape(python)}-\w+", container["image"])
    assert f"image: python:{python}\n" in (place / ".gitlab-ci.yml").read_text("utf-8")
    command, target = container["postCreateCommand"].split()
    assert (command, f"\n{target}:" in (place / "Makefile").read_text("utf-8")) == ("make", True)


@pytest.mark.parametrize("below", [".", "deeper"])
def test_a_file_is_no_folder(place: Path, below: str) -> None:
    place.write_text("mine\n", encoding="utf-8")

    ran = init(place / below)

    assert ran.code in {2, 5}
    assert ran.err.startswith("graduand: ")
    assert place.read_text(encoding="utf-8") == "mine\n"


def test_a_link_to_nowhere_is_no_folder(place: Path) -> None:
    place.symlink_to("nowhere")

    ran = init(place)

    assert ran.code == 5
    assert not place.exists()


def test_a_folder_that_may_not_be_looked_into_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place.mkdir()

    def refuse(path: object = ".") -> list[str]:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "listdir", refuse)
    monkeypatch.setattr(os, "scandir", refuse)

    ran = init(place)

    assert ran.code == 5
    assert str(place) in ran.err


def test_without_the_git_program_nothing_is_begun(place: Path) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PATH", str(place))
        ran = init(place)

    assert ran.code == 5
    assert ran.err == "graduand: The program git is missing on this machine; install it, then repeat.\n"
    assert init(place).code == 0


def test_without_a_name_for_commits_the_files_are_staged_and_the_cure_is_said(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.delenv(f"GIT_{who}_NAME")
        monkeypatch.delenv(f"GIT_{who}_EMAIL")
    for name, value in {"COUNT": "1", "KEY_0": "user.useConfigOnly", "VALUE_0": "true"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)

    ran = init(place)

    assert ran.code == 0
    assert "Nothing is committed yet: tell git who you are" in ran.err
    assert set(git(place, "diff", "--cached", "--name-only").splitlines()) == FILES
    git(place, "-c", "user.name=Camille", "-c", "user.email=c@ars.example", "commit", "--quiet", "--message", "Begin")
    assert git(place, "status", "--porcelain") == ""


def test_a_repository_that_the_environment_names_is_not_touched(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when init is run by a hook of another repository."""
    other = place.parent / "other"
    git(place.parent, "init", "--quiet", "other")
    before = sorted(path.name for path in (other / ".git").iterdir())
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))

    ran = init(place, "--name", "Ars")
    monkeypatch.delenv("GIT_DIR", raising=False)

    assert ran.code == 0
    assert sorted(path.name for path in (other / ".git").iterdir()) == before
    assert git(place, "log", "--format=%s") == "Begin the records of Ars\n"


def test_at_a_terminal_it_asks_for_what_was_not_said(place: Path) -> None:
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "graduand", "--lang", "en", "init", str(place), "--region", "us"],
        cwd=place.parent,
        env=os.environ | {"PYTHONPATH": str(HOUSE / "tui")},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    for question, answer in (
        (b"Name of the school", b"Ars\n"),
        (b"Language, one of en, fr [en]", b"fr\n"),
        (b"Domains of the school's addresses, separated by blanks", b"ars.example a.ars.example\n"),
        (b"Where CI installs graduand from", b"\n"),
    ):
        while question not in seen:
            seen += os.read(ours, 1024)
        os.write(ours, answer)
    out, _err = process.communicate(timeout=30)
    os.close(ours)

    assert (process.returncode, out) == (0, b"")
    assert institution(place) == Institution(
        name="Ars",
        region="us",
        language="fr",
        own_domains=("ars.example", "a.ars.example"),
        format=FORMAT,
    )
    assert b"Region of Handshake" not in seen


def test_who_ends_the_questions_makes_nothing(place: Path) -> None:
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "graduand", "--lang", "en", "init", str(place)],
        cwd=place.parent,
        env=os.environ | {"PYTHONPATH": str(HOUSE / "tui")},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    seen = os.read(ours, 1024)
    os.write(ours, b"\x04")
    process.communicate(timeout=30)
    seen += os.read(ours, 1024)
    os.close(ours)

    assert process.returncode == 130
    assert seen.endswith(b"graduand: Interrupted.\r\n")
    assert not place.exists()


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_templates_ask_for_what_a_record_needs_in_the_school_s_language(place: Path, lang: str) -> None:
    init(place, "--name", "Ars", "--region", "eu", "--domain", "ars.example", "--lang", lang)

    form = (place / ".github/ISSUE_TEMPLATE/closing_request.yml").read_text(encoding="utf-8")
    reasons = {*institution(place).deactivation_reasons, *institution(place).reactivation_reasons}
    assert all(f"        - {reason}\n" in form for reason in reasons)
    assert [*re.findall(r"^    id: (\w+)$", form, re.MULTILINE)] == [
        *("username", "what", "reason", "requested_by", "asked_on", "effective_on", "ticket")
    ]
    request = (place / ".github/pull_request_template.md").read_text(encoding="utf-8")
    assert ("identifiant" in request, "`graduand approve`" in request) == (lang == "fr", True)
    assert (place / ".gitlab/merge_request_templates/Default.md").read_text(encoding="utf-8") == request


def test_the_rulesets_protect_main_and_the_ledger(place: Path) -> None:
    init(place, "--name", "Ars", "--region", "eu", "--domain", "ars.example")
    rules = {}
    for name in ("main", "ledger"):
        ruleset = json.loads((place / f".github/rulesets/{name}.json").read_bytes())
        assert (ruleset["enforcement"], ruleset["bypass_actors"]) == ("active", [])
        rules[ruleset["conditions"]["ref_name"]["include"][0]] = {rule["type"]: rule for rule in ruleset["rules"]}

    main, ledger = rules["~DEFAULT_BRANCH"], rules["refs/heads/graduand/ledger"]
    assert {*main} == {"deletion", "non_fast_forward", "pull_request", "required_status_checks"}
    assert main["pull_request"]["parameters"]["require_last_push_approval"] is True
    assert {*ledger} == {"deletion", "non_fast_forward", "required_linear_history"}
    jobs = (place / ".github/workflows/check.yml").read_text(encoding="utf-8")
    for check in main["required_status_checks"]["parameters"]["required_status_checks"]:
        assert f"\n  {check['context']}:\n" in jobs
