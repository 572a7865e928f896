"""Judge what the next commit changes: the staged records, beside all others."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from graduand.findings import in_order
from graduand.index.evaluate import evaluate
from graduand.records.files import NOT_ORDINARY
from graduand.records.paths import is_record_path
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.findings import Finding
    from graduand.git.program import Program
    from graduand.git.staged import StagedFile
    from graduand.index.index import Checked, Index


def check_staged(index: Index, program: Program, staged: Sequence[StagedFile]) -> Checked:
    """Return what is wrong with the staged files, what they have in common with other records too.

    The rules for records are those of the folder; where they are staged too, every record is judged.
    """
    if any(not is_record_path(one.path) and one.path.startswith("schema/") for one in staged):
        return index.check()
    paths = tuple(one.path for one in staged)
    checked = index.check(paths) if paths else index.check()._replace(findings=(), paths=())
    odd = {one.path for one in checked.findings if one.rule == NOT_ORDINARY}
    there = [one for one in staged if one.blob and is_record_path(one.path) and one.path not in odd]
    found: dict[str, tuple[Finding, ...]] = {}
    for one, content in zip(there, program.blobs(one.blob for one in there), strict=True):
        if content is not None and not file_reader.has_content(program.root / one.path, content):
            reader = checked.reader
            found[one.path] = evaluate(one.path, content, reader.school, reader.on).findings
    kept = (one for one in checked.findings if one.path not in found)
    return checked._replace(findings=in_order([*kept, *chain.from_iterable(found.values())]))
