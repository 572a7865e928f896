"""Every test asserts something, itself or in a function of the tests that it calls."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING, Final

from tests.repository import HOUSE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef

FILES: Final = sorted((HOUSE / "tests").rglob("*.py"))
ASSERTING: Final = {"raises", "warns", "fail"}
"""Functions of pytest that fail a test."""
DRIVERS: Final = {"terminal.py"}
"""What is asserted there is that keys can be pressed, not what they do."""


@cache
def functions_of(path: Path) -> dict[str, Function]:
    """Return the functions and methods of a file by their names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, Function)}


@cache
def imports_of(path: Path) -> dict[str, Path]:
    """Return the names that a file imports from other files of the tests, and those files; its fixtures' too."""
    imported = dict.fromkeys(functions_of(HOUSE / "tests" / "conftest.py"), HOUSE / "tests" / "conftest.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
            source = HOUSE.joinpath(*(node.module or "").split(".")).with_suffix(".py")
            imported |= {alias.name: source for alias in node.names}
    return imported


def called_by(function: Function) -> set[str]:
    """Return the last names of all that a function calls, and the names of its fixtures."""
    calls = (ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call))
    return {argument.arg for argument in function.args.args} | {call.rpartition(".")[2] for call in calls}


def asserts(path: Path, function: Function, seen: frozenset[str] = frozenset()) -> bool:
    """Tell whether a function of a file asserts something, or calls a function of the tests that does."""
    if any(isinstance(node, ast.Assert) for node in ast.walk(function)):
        return True
    called = called_by(function) - seen
    return bool(called & ASSERTING) or any(_asserts(path, name, seen | called) for name in called)


def _asserts(path: Path, name: str, seen: frozenset[str]) -> bool:
    source = path if name in functions_of(path) else imports_of(path).get(name)
    if source is None or source.name in DRIVERS or not source.is_file():
        return False
    found = functions_of(source).get(name)
    return found is not None and asserts(source, found, seen)


def without_assertion(files: Iterable[Path]) -> list[str]:
    """Return the tests in some files that assert nothing."""
    return [
        f"{path.name}: {name}"
        for path in files
        for name, function in functions_of(path).items()
        if name.startswith("test_") and path.name.startswith("test_") and not asserts(path, function)
    ]


def test_every_test_asserts_something() -> None:
    assert without_assertion(FILES) == []


def test_a_test_without_an_assertion_is_found(tmp_path: Path) -> None:
    file = tmp_path / "test_three.py"
    file.write_text(
        "from tests.screens.terminal import press\n\n\n"
        "def test_a():\n    press()\n\n\ndef test_b():\n    compare()\n\n\ndef compare():\n    assert 1\n",
        encoding="utf-8",
    )

    assert without_assertion([file]) == ["test_three.py: test_a"]
