"""The house: imports point one way, each door is in one place, and every module says what it is."""

from __future__ import annotations

import ast
import re
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, NamedTuple

from tests.repository import HOUSE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = HOUSE / "tui" / "graduand"

LAYERS = (
    {"findings", "errors", "language", "catalogue", "disk", "nearest", "saved", "__init__"}
    | {"encoding", "delimited", "spreadsheet"},
    {"records"},
    {"rules"},
    {"intake", "handshake", "history"},
    {"the use cases"},
    {"reports"},
    {"commands", "screens"},
    {"__main__"},
)
"""From the ground up. What stands beside workspace.py and is not of the ground, module or package, is a use case."""

ALONE = {"intake", "handshake", "history"}
"""They do not know each other; the use cases bring them together."""

DOORS = {
    "typer": ("commands.typed", "commands.wording"),
    "click": (),
    "textual": ("screens",),
    "rich": ("reports", "screens"),
    "yaml": ("records",),
    "ruamel": ("records",),
    "git": ("history",),
    "openpyxl": ("intake.workbook",),
    "subprocess": ("history.program",),
    "shutil": (),
    "tempfile": (),
    "pickle": (),
    "logging": (),
}
"""Which parts, or modules, may import what; nobody has need of what stands beside ()."""

ACTING = ("disk", "history", "intake", "records.files", "records.reading", "records.tree", "rules.judgement")
"""What reads, writes or judges by itself: commands, screens and reports ask the use cases for it."""

WRITING = {"open", "write_text", "write_bytes", "fdopen", "replace", "rename", "link", "symlink", "truncate", "mkfifo"}
LONG = {"disk.py", "rules/values.py"}
"""Modules of more than 300 lines: one family of rules is one file, and one place writes."""


class Import(NamedTuple):
    """One import of a module of the house."""

    module: str
    at_run_time: bool
    at_once: bool
    """Not only when some function runs."""


def named(path: Path) -> str:
    """Return `rules.values` of `rules/values.py`, and `__init__` of the program itself."""
    parts = path.relative_to(PROGRAM).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


TREES = {named(path): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PROGRAM.rglob("*.py"))}


def imports_of(tree: ast.Module) -> Iterator[Import]:
    """Return every import, wherever it stands; of the house's own modules without the `graduand.`."""
    typing = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }
    inside = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            whole = {f"{node.module}.{alias.name}".removeprefix("graduand.") for alias in node.names}
            names = sorted(f"graduand.{name}" for name in whole & TREES.keys()) or [node.module or ""]
        for name in names:
            module = "__init__" if name == "graduand" else name.removeprefix("graduand.")
            yield Import(module, id(node) not in typing, id(node) not in typing | inside)


IMPORTS = {module: tuple(imports_of(tree)) for module, tree in TREES.items()}


def part(module: str) -> str:
    """Return the part of the house that a module is in."""
    top = module.split(".", maxsplit=1)[0]
    known = set().union(*LAYERS)
    return top if top in known else "the use cases"


def layer(module: str) -> int:
    return next(number for number, parts in enumerate(LAYERS) if part(module) in parts)


def ours(module: str) -> list[Import]:
    return [imported for imported in IMPORTS[module] if imported.module in TREES]


def test_there_is_a_house() -> None:
    assert {part(module) for module in TREES} >= {"records", "rules", "handshake", "history", "reports", "commands"}
    assert len(ours("workspace")) > 10


def test_imports_point_down() -> None:
    up = [
        f"{module} imports {imported.module}"
        for module in TREES
        for imported in ours(module)
        if layer(imported.module) > layer(module)
    ]

    assert up == []


def test_intake_handshake_and_history_do_not_know_each_other() -> None:
    known = [
        (module, imported.module)
        for module in TREES
        for imported in ours(module)
        if {part(module), part(imported.module)} <= ALONE and part(module) != part(imported.module)
    ]

    assert known == []


def test_no_command_is_known_to_a_screen() -> None:
    screens = [module for module in TREES if part(module) == "screens"]

    assert [module for module in screens for imported in ours(module) if part(imported.module) == "commands"] == []


def test_nothing_is_imported_in_a_circle() -> None:
    graph = {module: {imported.module for imported in ours(module) if imported.at_once} for module in TREES}

    assert len(list(TopologicalSorter(graph).static_order())) == len(TREES)


def test_what_comes_from_outside_comes_in_by_one_door() -> None:
    strays = [
        f"{module} imports {imported.module}"
        for module, imports in IMPORTS.items()
        for imported in imports
        if not {part(module), module} & set(DOORS.get(imported.module.split(".", maxsplit=1)[0], (module,)))
    ]

    assert strays == []


def test_what_is_typed_seen_and_printed_asks_the_use_cases_to_act() -> None:
    reaching = [
        f"{module} imports {imported.module}"
        for module in TREES
        if part(module) in {"commands", "screens", "reports"}
        for imported in ours(module)
        if imported.module != "history.events"  # values, which are shown
        and imported.at_run_time
        and f"{imported.module}.".startswith(tuple(f"{name}." for name in ACTING))
    ]

    assert reaching == []


def calls() -> Iterator[tuple[str, str, str]]:
    """Return each call in the house: the module, the name of what is called, and the whole call."""
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield module, ast.unparse(node.func), ast.unparse(node)


def test_only_the_disk_writes() -> None:
    writing = [
        f"{module}: {whole}"
        for module, name, whole in calls()
        if name in {"open", *(f"os.{verb}" for verb in WRITING)}
        or name.rpartition(".")[2] in {"write_text", "write_bytes", "symlink_to", "hardlink_to", "touch"}
    ]

    outside = [call for call in writing if not call.startswith("disk: ")]
    assert len(outside) < len(writing)
    # What is printed into a closed pipe goes nowhere.
    assert outside in ([], ["__main__: os.open(os.devnull, os.O_WRONLY)"])


def test_json_for_people_and_pipes_is_made_in_one_place() -> None:
    """Elsewhere json.dumps would bring through what a terminal obeys or hides."""
    shown = {"reports", "commands", "screens"}

    found = {module for module, name, _whole in calls() if name.endswith("dumps") and part(module) in shown}

    assert found == {"reports.json_text"}


def test_only_the_judgement_makes_a_checked_record() -> None:
    assert [module for module, name, _whole in calls() if name.endswith("CheckedRecord")] == ["rules.judgement"]


def test_nothing_is_printed_asked_run_or_imported_in_secret() -> None:
    """Only the command line itself looks for the module of a command by its name."""
    secret = {"print", "input", "eval", "exec", "__import__", "import_module", "importlib.import_module", "os.system"}

    found = {(module, name) for module, name, _whole in calls() if name in secret}

    assert found <= {("commands.app", "import_module")}


def classes() -> Iterator[tuple[str, ast.ClassDef]]:
    """Return each class of the house with its module."""
    for module, tree in TREES.items():
        yield from ((module, node) for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def test_values_are_frozen() -> None:
    """A message of a screen is no value: Textual marks it on its way."""
    open_ones = [
        f"{module}.{node.name}"
        for module, node in classes()
        for decorator in node.decorator_list
        if "dataclass" in ast.unparse(decorator) and "frozen=True" not in ast.unparse(decorator)
    ]

    assert [name for name in open_ones if part(name) != "screens"] == []


def test_a_name_says_what_a_thing_is() -> None:
    names = [*TREES, *(node.name for _module, node in classes())]
    vague = re.compile(r"manager|handler|helper|util|(^|[._])(data|info|common|misc)($|[._])", re.IGNORECASE)

    assert [name for name in names if vague.search(name)] == []


def test_a_module_opens_with_a_sentence() -> None:
    first = {module: (ast.get_docstring(tree) or "").partition("\n")[0] for module, tree in TREES.items()}

    assert [name for name, line in first.items() if not re.fullmatch(r"(graduand|[A-Z]).{10,}\.", line)] == []


def test_a_module_can_be_read_in_one_sitting() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PROGRAM.rglob("*.py")}

    assert {path.relative_to(PROGRAM).as_posix() for path, number in lines.items() if number > 300} == LONG
