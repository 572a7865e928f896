"""The wheel, built, installed somewhere else and used there: what a school gets."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tomllib
import zipfile
from typing import TYPE_CHECKING

import pytest

from graduand import __version__
from graduand.setup.program_wheel import program_wheel
from tests.repository import GRADUATE, HOUSE, TODAY, built, commit, git, put

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    out = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(out), str(HOUSE)]
    subprocess.run(words, cwd=out, check=True, capture_output=True)
    (made,) = out.glob("*.whl")
    return made


def test_the_wheel_holds_the_program_its_data_and_nothing_else(wheel: Path) -> None:
    inside = zipfile.ZipFile(wheel).namelist()

    assert {name.partition("/")[0] for name in inside} == {"graduand", f"graduand-{__version__}.dist-info"}
    program = HOUSE / "tui"
    kept = (".py", ".mo", ".toml", ".tcss", ".md", ".yml", ".yaml", ".json")
    source = {path.relative_to(program).as_posix() for path in (program / "graduand").rglob("*") if path.suffix in kept}
    seeds = ("Makefile", "gitignore", "gitattributes", "codeowners")
    source |= {f"graduand/seed/{name}" for name in seeds}
    source.add("graduand/requirements.txt")
    source |= {f"graduand/schema/{name}.yaml" for name in ("drift", "handshake", "institution")}
    source.add("graduand/schema/output.schema.json")
    source |= {f"graduand/schema/outreach/{path.name}" for path in (HOUSE / "schema/outreach").iterdir()}
    source |= {f"graduand/rule_cases/{path.name}" for path in (HOUSE / "tests/rules/cases").iterdir()}
    assert {name for name in inside if name.startswith("graduand/")} == source
    assert "graduand/locale/fr/LC_MESSAGES/graduand.mo" in inside
    kept_in_repositories = zipfile.ZipFile(io.BytesIO(program_wheel().content)).namelist()
    assert {name for name in kept_in_repositories if name.startswith("graduand/")} == source
    assert b"graduand = graduand.__main__:main" in zipfile.ZipFile(wheel).read(
        f"graduand-{__version__}.dist-info/entry_points.txt"
    )


def test_the_source_distribution_names_the_invented_people_one_by_one() -> None:
    """Records that lie in a checkout besides them are somebody's, and stay there."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
    named = project["tool"]["hatch"]["build"]["targets"]["sdist"]["only-include"]
    if (HOUSE / ".git").exists():
        kept = git(HOUSE, "ls-files", "-z", "records").split("\0")[:-1]
    else:  # the source distribution itself
        kept = sorted(path.relative_to(HOUSE).as_posix() for path in (HOUSE / "records").rglob("*") if path.is_file())

    assert [name for name in named if name.startswith("records")] == kept
    assert not [name for name in named if not (HOUSE / name).exists()]


def test_a_school_that_has_the_wheel_only_can_begin_and_compile(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(site), str(wheel)], check=True)
    environment = os.environ | {"PYTHONPATH": str(site)}

    def run(*words: str, cwd: Path) -> str:
        command = [sys.executable, "-m", "graduand", *words]
        return subprocess.run(
            command, cwd=cwd, env=environment, check=True, capture_output=True, text=True, encoding="utf-8"
        ).stdout

    where = [sys.executable, "-c", "import graduand; print(graduand.__file__)"]
    there = subprocess.run(where, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True).stdout
    assert there.startswith(str(site))
    assert run("--version", cwd=tmp_path) == f"graduand {__version__}\n"

    run("--lang", "fr", "init", "school", "--name", "Ars", "--domain", "valmont.example", cwd=tmp_path)
    school = tmp_path / "school"
    assert "2025-02-29" in run("explain", "GR106", cwd=school)
    put(school, GRADUATE)
    commit(school)

    assert "1 ligne" in run("compile", "--on", TODAY, cwd=school)
    assert b"\n00412345,chloe.dupont@valmont.example,Chlo\xc3\xa9,Dupont," in built(school)["20261123_1_students.csv"]
    assert git(school, "status", "--porcelain") == ""
