"""What the ledger costs: the state after many full uploads, cold and warm, beside git merely reading the same blobs."""

from __future__ import annotations

import csv
import hashlib
import io
import random
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from graduand.git.program import Program
from graduand.ledger.entry import PEOPLE, EntryKind, PersonLine, SentFile, people_tsv
from graduand.ledger.ledger import NewFacts, note, read_ledger
from tests.bench.clock import Command, side_by_side
from tests.bench.run import git
from tests.bench.table import Limit, Target, compared, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.bench.run import Run

COLUMNS: Final = (
    *("username", "email_address", "first_name", "middle_name", "last_name", "preferred_name", "auth_identifier"),
    *("card_id", "institution_year_name", "primary_education:education_level_name", "primary_education:major_names"),
    *("primary_education:minor_names", "primary_education:college_names", "primary_education:start_date"),
    *("primary_education:end_date", "primary_education:currently_attending", "primary_education:cumulative_gpa"),
    *("primary_education:department_gpa", "campus_name", "mobile_number", "ethnicity", "gender", "disabled"),
    *("work_study_eligible", "athlete", "veteran"),
)
"""The 26 columns of a school that fills them all but one."""

UPLOADS: Final = (12, 50)

_STATE: Final = """
from pathlib import Path
from graduand import gc_pause
from graduand.git.program import Program
from graduand.ledger.ledger import read_ledger
with gc_pause.paused():
    print(len(read_ledger(Program(Path("."))).state(no_cache={no_cache}).rows))
"""
_READ: Final = "sed 's/$/:students.csv/' commits | git cat-file --batch"


def ledger(run: Run) -> Iterator[Target]:
    """Return what the state of a ledger costs (20)."""
    people = max(run.sizes)
    for uploads in (12,) if run.quick else UPLOADS:
        root = run.folder / f"ledger-{uploads}"
        root.mkdir()
        pushed = _history(root, people, uploads)
        python = (sys.executable, "-c")
        times = side_by_side(
            {
                "cold": Command((*python, _STATE.format(no_cache=True)), root),
                "warm": Command((*python, _STATE.format(no_cache=False)), root),
                "bare": Command((*python, "import graduand.ledger.ledger, graduand.gc_pause"), root),
                "git": Command(("sh", "-c", _READ), root),
            },
            min(run.rounds, 3),
        )
        work = f"state of {people:,} people, {uploads} full uploads"
        other = ("git cat-file --batch, the same blobs", times["git"])
        bare = times["bare"]
        warm = times["warm"]._replace(cpu=times["warm"].cpu - bare.cpu, wall=times["warm"].wall - bare.wall)
        yield compared("20", f"{work}, cold", times["cold"], other, Limit(3))
        yield compared("20", f"{work}, warm, imports aside", warm, other, Limit(0.2))
        yield counted("20", f"{work}, memory", times["cold"].memory, 350 if uploads == 12 else 600, "MB")
        yield counted("20", f"push of the last of {uploads} uploads", pushed / 1e6, 1, "MB")
        yield counted("20", f"pack of {uploads} uploads, after gc", _packed(root) / 1e6, 40, "MB")


def _history(root: Path, people: int, uploads: int) -> int:
    """Note so many full uploads, of which 3 % of the rows change in a cell and 1 % are other people each time.

    Returns:
        The bytes of a push of the last one.
    """
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "config", "user.name", "Renee")
    git(root, "config", "user.email", "renee@valmont.example")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "Records")
    rng = random.Random(20)
    rows = {f"{number:08}": _row(rng, number) for number in range(people)}
    number = people
    for upload in range(uploads):
        if upload:
            for username in rng.sample(sorted(rows), people // 100):
                del rows[username]
                rows[f"{number:08}"] = _row(rng, number)
                number += 1
            for username in rng.sample(sorted(rows), people * 3 // 100):
                rows[username][14] = f"2027-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        _note(root, rows, upload)
    with (root / "commits").open("w", encoding="utf-8") as file:
        ledger = read_ledger(Program(root))
        file.writelines(
            f"{one.commit}\n"
            for one, entry in zip(ledger.stored, ledger.entries, strict=True)
            if entry.kind is EntryKind.UPLOAD
        )
    packing = ("git", "pack-objects", "--revs", "--thin", "--stdout", "--quiet", "--delta-base-offset")
    asked = "graduand/ledger\n^graduand/ledger~1\n"
    return len(subprocess.run(packing, cwd=root, input=asked.encode(), check=True, capture_output=True).stdout)


def _row(rng: random.Random, number: int) -> list[str]:
    name = rng.choice(("Chloé", "Maël", "Yao", "Sigrid", "Inès", "O’Neil"))
    last = rng.choice(("Dupont", "Kervella", "N’Guessan", "Øverland", "Lacombe"))
    return [
        *(f"{number:08}", f"p{number}@valmont.example", name, "", last, name, f"sso{number}", f"C{number:07}"),
        *(
            "Alumni",
            rng.choice(("Undergraduate", "Postgraduate")),
            rng.choice(("Droit", "Économie", "Chimie;Physique")),
        ),
        *("", "Faculté des lettres", "2022-09-01", "2026-06-15", "FALSE", f"{rng.uniform(2, 4):.2f}", "", "Brest"),
        *(f"+3361234{number % 10000:04}", "", "", rng.choice(("", "", "TRUE")), "FALSE", "FALSE", "FALSE"),
    ]


def _note(root: Path, rows: dict[str, list[str]], upload: int) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows[username] for username in sorted(rows))
    raw = text.getvalue().encode()
    file = SentFile(
        "students.csv",
        hashlib.sha256(raw).hexdigest(),
        len(rows),
        f"{20260101 + upload}_1_students.csv",
        columns=COLUMNS,
    )
    lines = (
        PersonLine(
            username,
            "",
            f"records/2026-spring/{username[-2:]}/{username}.yaml",
            hashlib.sha1("".join(cells).encode(), usedforsecurity=False).hexdigest(),
            hashlib.sha256("".join(cells).encode()).hexdigest(),
            ("students.csv",),
        )
        for username, cells in rows.items()
    )
    files = {PEOPLE: people_tsv(lines), "students.csv": raw}
    note(read_ledger(Program(root)), NewFacts(EntryKind.UPLOAD, listed=[file], files=files, facts={"commit": "0" * 40}))


def _packed(root: Path) -> int:
    git(root, "gc", "--quiet", "--prune=now")
    return sum(path.stat().st_size for path in (root / ".git/objects/pack").glob("*.pack"))
