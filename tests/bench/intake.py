"""What taking a class in costs: a preview beside the csv module, from a workbook beside the preview (14), all written
beside a script (19).
"""

from __future__ import annotations

import csv
import shutil
import sys
import zipfile
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from tests.bench.bulk_edit import BESIDE, script
from tests.bench.clock import Command, once, side_by_side
from tests.bench.generator import CHECKOUT
from tests.bench.run import GRADUAND, Run, git
from tests.bench.table import Limit, Target, compared, counted
from tests.intake.registrars import carthage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_READ: Final = """
import csv, sys
for row in csv.reader(open(sys.argv[1], encoding="cp1252", newline="")):
    pass
"""
_CLASS: Final = ("--cohort", "2026-spring", "--kind", "graduated", "--end-date", "2026-05-31")


def preview(run: Run) -> Iterator[Target]:
    """Return what the preview of a file costs (14)."""
    for rows in run.sizes:
        root, file = _empty(run.folder / f"preview-{rows}"), _class(run.folder, rows)
        timed = side_by_side(
            {
                "read": Command((sys.executable, "-c", _READ, str(file)), root),
                "preview": Command((*GRADUAND, "intake", str(file), *_CLASS), root),
            },
            run.rounds,
        )
        cost = run.remember("intake, preview", rows, timed["preview"])
        other = ("the csv module reading the file", timed["read"])
        yield compared("14", f"intake, preview, {rows:,} rows", cost, other, Limit(6))
        yield counted("14", f"intake, preview, {rows:,} rows", cost.memory, 300, "MB", cost)
        book = Command((*GRADUAND, "intake", str(_workbook(file)), *_CLASS), root)
        cost = once("workbook", book)
        yield compared(
            "14", f"intake, preview, {rows:,} rows of a workbook", cost, ("the same as CSV", timed["preview"]), Limit(4)
        )
        yield counted("14", f"intake, preview, {rows:,} rows of a workbook", cost.memory, 350, "MB", cost)


def apply(run: Run) -> Iterator[Target]:
    """Return what writing all records of a file costs (19); once, for a second time nothing is left to do."""
    for rows in run.sizes:
        ours, theirs = (_empty(run.folder / f"{name}-{rows}") for name in ("apply", "script-apply"))
        words = (*GRADUAND, "intake", str(_class(run.folder, rows)), *_CLASS, "--apply")
        cost = run.remember("intake --apply", rows, once("apply", Command(words, ours)))
        wrote = once("script", script(ours, theirs))
        yield compared("19", f"intake --apply, {rows:,} rows", cost, (BESIDE, wrote), Limit(1, wall=True))
        yield counted("19", f"intake --apply, {rows:,} rows", cost.memory, 400, "MB", cost)


def _workbook(file: Path) -> Path:
    """Return a workbook with the cells of a CSV file as texts."""
    path = file.with_suffix(".xlsx")
    parts = {
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Type="/worksheet" Target="sheet.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="Users" r:id="r1"/></sheets></workbook>',
    }
    with (
        file.open(encoding="cp1252", newline="") as text,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open("xl/sheet.xml", "w") as sheet:
            sheet.write(b"<worksheet><sheetData>")
            for row in csv.reader(text):
                cells = (f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' if cell else "<c/>" for cell in row)
                sheet.write(f"<row>{''.join(cells)}</row>".encode())
            sheet.write(b"</sheetData></worksheet>")
    return path


def _class(folder: Path, rows: int) -> Path:
    path = folder / f"{rows}_users.csv"
    if not path.exists():
        path.write_bytes(carthage(rows))
    return path


def _empty(root: Path) -> Path:
    (root / "records").mkdir(parents=True)
    shutil.copytree(CHECKOUT / "schema", root / "schema")
    (root / ".gitignore").write_text("/build/\n", encoding="utf-8")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "Begin")
    return root
