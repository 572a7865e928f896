"""make bench: what graduand costs, as ratios to what else could do the work, all measured in one run.

`make bench ARGS="13 17"` measures some lines of the table of targets. The machines that this runs on are noisy: trust
the ratios, not single seconds.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand.workspace import Workspace, today
from tests.bench import interface
from tests.bench.audit import audit, audit_again
from tests.bench.bulk_edit import bulk_edit
from tests.bench.feed import overlay
from tests.bench.intake import apply, preview
from tests.bench.ledger import ledger
from tests.bench.records import against_the_upload, cold, competitors, edited, forms, memory, misses, warm, warned
from tests.bench.run import GRADUAND, Run
from tests.bench.saving import saving
from tests.bench.start import arguments, git_processes, version
from tests.bench.table import Target, counted, line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def main() -> None:
    """Measure, print the table, and write the same as JSON when asked."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "lines", type=int, nargs="*", metavar="NUMBER", help="lines of the table; all, if none is named"
    )
    parser.add_argument("--people", type=int, nargs="+", default=[10_000, 100_000], help="records of the schools")
    parser.add_argument("--rounds", type=int, default=5, help="counted runs of each command")
    parser.add_argument("--quick", action="store_true", help="1,000 records, one round, no interface")
    parser.add_argument("--json", type=Path, help="write the results there too")
    options = parser.parse_args()
    if unknown := {*options.lines} - LINES.keys():
        parser.error(f"not measured: {sorted(unknown)}; there are {', '.join(map(str, LINES))}")
    if options.quick:
        options.people, options.rounds = [1_000], 1
    print(f"{sorted(options.people)} records, {options.rounds} rounds, medians; of processor time unless said")  # noqa: T201
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        run = Run(Path(folder), sorted(options.people), options.rounds, options.quick)
        targets = list(measured(run, options.lines))
    if options.json:
        options.json.write_text(json.dumps([target._asdict() for target in targets], indent=2) + "\n", encoding="utf-8")


def measured(run: Run, lines: list[int]) -> Iterator[Target]:
    """Return the targets of some lines, or of all, in the order of the table, each printed as soon as it is known."""
    left_out = SCREENS if run.quick else set()
    for number in LINES:
        if number not in (lines or LINES.keys() - left_out):
            continue
        for target in LINES[number](run):
            print(line(target), flush=True)  # noqa: T201
            yield target


def screen(run: Run) -> Iterator[Target]:
    """Return what the first row costs in a pseudo-terminal (7, 8)."""
    root, rows = run.school(max(run.sizes)), run.folder / "rows.json"
    people = interface.rows_file(root, rows)
    first, empty, table, used = interface.first_rows(GRADUAND, root, rows, run.rounds)
    work = f"first row, {people:,} people, on the wall"
    yield Target("7", work, "an empty Textual application", first / empty, "<= 2 x", first <= 2 * empty, first, used)
    yield Target("8", work, "Textual's DataTable", table / first, ">= 20 x faster", table >= 20 * first, first, used)


def keys(run: Run) -> Iterator[Target]:
    """Return the milliseconds after a key in the search (9)."""
    root = run.school(max(run.sizes))
    key, down = interface.keys(GRADUAND, root, run.rounds)
    yield counted("9", "a key in the search, to the first output", key * 1000, 25, "ms")
    yield counted("9", "the search itself", interface.search(Workspace(root).people_list(today())) * 1000, 10, "ms")
    yield Target("", "the cursor down, ms", "", down * 1000, "", met=True, seconds=down, memory=0)


def save(run: Run) -> Iterator[Target]:
    """Return what saving one record costs beside ruamel.yaml's round trip (10)."""
    ours, theirs = saving(run.school(run.middle), 40)
    work, ratio = "save of one record, on the wall", ours / theirs
    yield Target("10", work, "ruamel.yaml, there and back", ratio, "<= 2 x", ratio <= 2, ours, 0)


def growth(run: Run) -> Iterator[Target]:
    """Return how costs grow from the smallest to the largest size (17); what was not measured yet is measured first."""
    for number in (1, 4, 13, 14, 18, 19):
        if not _WORK[number] & run.costs.keys():
            list(LINES[number](run))
    for work in sorted(set().union(*_WORK.values()) & run.costs.keys()):
        sizes = [size for size in sorted(run.costs[work]) if size != 500]
        if len(sizes) < 2:
            continue
        few, many = run.costs[work][sizes[0]], run.costs[work][sizes[-1]]
        times, ratio = sizes[-1] / sizes[0], many.cpu / few.cpu
        most = 1.1 * times
        wanted = f"<= {most:g} x"
        name = f"{work}, {times:g} x the records"
        yield Target("17", name, "the smaller", ratio, wanted, ratio <= most, many.wall, many.memory)


LINES: Final[dict[int, Callable[[Run], Iterator[Target]]]] = {
    1: lambda run: chain(cold(run), misses(run)),
    2: competitors,
    3: forms,
    4: warm,
    5: edited,
    6: memory,
    7: screen,
    9: keys,
    10: save,
    11: audit,
    12: audit_again,
    14: preview,
    15: version,
    16: arguments,
    18: bulk_edit,
    19: apply,
    20: ledger,
    21: git_processes,
    22: warned,
    23: overlay,
    13: against_the_upload,
    17: growth,
}
"""What measures which line; 13 comes late, for it commits changes to the schools, and 17 last. 8 is measured with 7."""
SCREENS: Final = {7, 9, 10}
"""Lines that `--quick` leaves out."""
_WORK: Final = {
    1: {"cold check", "cold compile"},
    4: {"warm compile"},
    13: {"plan", "plan --changed", "plan --only deactivate", "compile --changed", "compile --changed, delivery: s3"},
    14: {"intake, preview"},
    18: {"one change, previewed and saved"},
    19: {"intake --apply"},
}
"""The works of each line that 17 compares."""


if __name__ == "__main__":
    main()
