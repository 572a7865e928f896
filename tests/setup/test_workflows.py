"""The workflows: sound by their referees, and each of their steps does by hand what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from tests.handshake.test_article import CLOSED
from tests.repository import GRADUATE, HOUSE, TODAY, git, graduand, put, settle

if TYPE_CHECKING:
    from collections.abc import Mapping

SEED: Final = HOUSE / "tui/graduand/seed"
WORKFLOW: Final = SEED / "workflow.yml"
OWN: Final = HOUSE / ".github/workflows"
BIN: Final = Path(sys.executable).parent


def referee(*words: str | Path) -> str:
    ran = subprocess.run([BIN / words[0], *words[1:]], check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_workflows_are_clean(tmp_path: Path) -> None:
    seeded = tmp_path / ".github/workflows/check.yml"
    seeded.parent.mkdir(parents=True)
    seeded.write_bytes(WORKFLOW.read_bytes())

    referee("zizmor", "--offline", "--persona", "auditor", seeded, OWN)
    referee("check-jsonschema", "--builtin-schema", "vendor.github-workflows", seeded, *OWN.glob("*.yml"))


def test_the_pipeline_for_gitlab_is_one_by_its_schema() -> None:
    words = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    assert "ok" in referee("check-jsonschema", *words, SEED / "gitlab-ci.yml")


def test_the_records_beside_the_code_are_checked_by_the_same_workflow() -> None:
    """All but its name and what it installs."""
    texts = (path.read_text(encoding="utf-8").split("\nname: ", 1)[1] for path in (WORKFLOW, OWN / "records.yml"))
    seeded, own = (text.splitlines() for text in texts)
    differing = [pair for pair in zip(seeded, own, strict=True) if pair[0] != pair[1]]

    assert [words[0].strip()[:24] for words in differing] == [
        "check",
        "group: check-${{ github.",
        "- name: Install graduand",
        "python -m pip install --",
        "python -m pip install --",
    ]


STEPS: Final[Mapping[str, Any]] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]


def scripts(job: str) -> dict[str, str]:
    """Return the scripts of a job by the names of their steps."""
    return {step["name"]: step["run"] for step in STEPS[job]["steps"] if "run" in step}


def run(script: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a step as the runner does."""
    path = os.pathsep.join((environment.pop("PATH_FIRST", str(BIN)), str(BIN), os.environ["PATH"]))
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=cwd,
        env=os.environ | {"PATH": path, "GRADUAND_LANG": "en", **environment},
        check=False,
        capture_output=True,
        text=True,
    )


def of(number: int, record: str) -> str:
    return record.replace("00412345", f"0000000{number}").replace("chloe", f"p{number}")


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What a runner checks out of a pull request: the commit of its merge, and the commit that it goes into."""
    place = tmp_path_factory.mktemp("runner")
    root = place / "school"
    assert graduand(place, "init", str(root), "--name", "Ars", "--domain", "valmont.example").code == 0
    settle(root, limits="{deactivations: {count: 1}}")
    for number in range(4):
        put(root, of(number, GRADUATE), f"2026-spring/0000000{number}.yaml")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Records")
    assert graduand(root, "compile", "--on", TODAY).code == 0
    assert graduand(root, "uploaded").code == 0
    base = git(root, "rev-parse", "HEAD").strip()
    git(root, "checkout", "--quiet", "-b", "closings")
    for number in range(2):
        text = of(number, CLOSED)
        put(root, text.replace(f'"0000000{number}"', f"0000000{number}"), f"2026-spring/0000000{number}.yaml")
    git(root, "commit", "--quiet", "--no-verify", "--all", "--message", "Close")
    git(root, "checkout", "--quiet", "--detach", base)
    git(root, "merge", "--quiet", "--no-ff", "--message", "Merge", "closings")
    clone = place / "clone"
    git(place, "clone", "--quiet", "--no-local", str(root), str(clone))
    git(clone, "checkout", "--quiet", "--detach", git(root, "rev-parse", "HEAD").strip())
    return clone, base


def test_each_step_of_a_pull_request_runs_and_says_its_own(merged: tuple[Path, str], tmp_path: Path) -> None:
    root, base = merged
    steps, summary = scripts("check"), tmp_path / "summary.md"
    environment = {"BASE": base, "GITHUB_STEP_SUMMARY": str(summary)}

    form = run(steps["Form of the records"], root, **environment)
    assert form.returncode == 1
    place = "file=records/2026-spring/00000000.yaml,line=1,endLine=1,title=Not in canonical form"
    assert f"::error {place}::" in form.stdout
    assert '%0Ausername: "00000000"%0A→ graduand fmt' in form.stdout
    assert run(steps["Schema for editors"], root, **environment).returncode == 0
    assert run(steps["Records"], root, **environment).returncode == 0
    assert run(steps["What it changes and does in Handshake"], root, **environment).returncode == 0
    comment = (root / "comment.md").read_text(encoding="utf-8")
    assert comment.startswith("<!-- graduand -->\n## 2 events: 2 × account closed.\n")
    assert "\n- 2 people: 2 changed, 2 × closes the account.\n" in comment
    assert comment.partition("\n")[2] == summary.read_text(encoding="utf-8")
    for text in (comment, form.stdout):
        assert "Chlo" not in text
        assert "Dupont" not in text
    limits = run(steps["Limits"], root, **environment)
    assert limits.returncode == 3
    assert "2 accounts would be closed" in limits.stderr
    calendar = run(steps["What the calendar asks for"], root, **environment)
    assert calendar.returncode in {0, 10}
    assert "```" in summary.read_text(encoding="utf-8")


def test_a_limit_fails_its_own_check(tmp_path: Path) -> None:
    (script,) = scripts("limits").values()

    assert run(script, tmp_path, OUTCOME="success").returncode == 0
    failed = run(script, tmp_path, OUTCOME="failure")
    assert failed.returncode == 1
    assert "limits-lifted" in failed.stdout
    condition = next(step["if"] for step in STEPS["limits"]["steps"])
    assert "!contains(github.event.pull_request.labels.*.name, 'limits-lifted')" in condition


@pytest.mark.parametrize(
    ("there", "asked"),
    [("", "POST repos/a/b/issues/7/comments"), ("12\n34", "PATCH repos/a/b/issues/comments/12")],
)
def test_there_is_one_comment_which_is_renewed(there: str, asked: str, tmp_path: Path) -> None:
    gh = tmp_path / "bin/gh"
    gh.parent.mkdir()
    gh.write_text(
        f'#!/bin/sh\ncase "$*" in *--paginate*) printf \'{there}\' ;; *) echo "$*" >> {tmp_path}/asked ;; esac\n',
        encoding="utf-8",
    )
    gh.chmod(0o755)
    script = scripts("comment")["Renew the comment"]

    ran = run(script, tmp_path, PATH_FIRST=str(gh.parent), REPOSITORY="a/b", NUMBER="7")

    assert ran.returncode == 0, ran.stderr
    asks = (tmp_path / "asked").read_text(encoding="utf-8")
    assert asks == f"api --silent --method {asked} --field body=@comment.md\n"


def test_the_job_that_comments_may_do_nothing_else_and_a_fork_does_not_reach_it() -> None:
    assert STEPS["comment"]["permissions"] == {"pull-requests": "write"}
    assert "head.repo.full_name == github.repository" in STEPS["comment"]["if"]
    assert not any("checkout" in step.get("uses", "") for step in STEPS["comment"]["steps"])
    assert STEPS["check"]["permissions"] == {"contents": "read"}


def test_each_job_of_a_merge_request_at_gitlab_says_its_own(merged: tuple[Path, str]) -> None:
    root, base = merged
    jobs = yaml.safe_load((SEED / "gitlab-ci.yml").read_text(encoding="utf-8"))

    def ran(job: str) -> subprocess.CompletedProcess[str]:
        return run("\n".join(jobs[job]["script"]), root, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)

    checked = ran("check")
    assert (checked.returncode, "not canonical: records/2026-spring/00000000.yaml" in checked.stdout) == (1, True)
    assert (root / "findings.xml").read_text(encoding="utf-8").startswith("<?xml"), "it ran though another one failed"
    assert ran("review").returncode == 0
    assert "2 × closes the account" in (root / "review.md").read_text(encoding="utf-8")
    assert ran("limits").returncode == 3
    assert ran("calendar").returncode in {0, 10}
