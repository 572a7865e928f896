"""Remarks: what there is to say about a whole file, in sentences."""

from __future__ import annotations

from collections import Counter
from itertools import compress
from typing import TYPE_CHECKING

from graduand.intake.record_comparison import EMAIL
from graduand.intake.rows import KIND
from graduand.language import _, ngettext, quoted
from graduand.records.record import END
from graduand.records.transition import GRADUATED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.intake.column_mapping import ColumnMapping
    from graduand.intake.options import IntakeOptions
    from graduand.intake.rows import Survey
    from graduand.tables.table import Table


def of_file(
    table: Table, columns: Sequence[ColumnMapping], survey: Survey, meant: Sequence[bool], order: IntakeOptions
) -> Iterator[str]:
    """Return what there is to say about the whole file."""
    if table.above:
        message = ngettext(
            "{count} row above the header was passed over.",
            "{count} rows above the header were passed over.",
            table.above,
        )
        yield message.format(count=table.above)
    if table.formulas:
        message = ngettext(
            "{count} cell is a formula; its last computed value is taken.",
            "{count} cells are formulas; their last computed values are taken.",
            table.formulas,
        )
        yield message.format(count=table.formulas)
    if order.values.get(KIND) == GRADUATED and not order.where and not order.patch:
        yield _("Without --where everybody in the file is taken.")
    if END in order.values and END in survey.columns:
        common = order.values[END]
        ends = Counter(compress(survey.columns[END], meant))
        other = ends.total() - ends[None] - ends[common]
        if other:
            message = ngettext(
                "{count} row has another end date; the one that you gave is taken.",
                "{count} rows have another end date; the one that you gave is taken.",
                other,
            )
            yield message.format(count=other)
    if order.patch and (rest := [column.header for column in columns if column.key not in {"username", EMAIL}]):
        yield _("Of answers, nothing but the address is taken; not: {headers}.").format(
            headers=", ".join(quoted(header, 40) for header in rest)
        )


def of_people(survey: Survey) -> Iterator[str]:
    """Return what there is to say about the rows that were taken."""
    for key, count in survey.dropped.items():
        if count:
            message = ngettext(
                "{key} of {count} row is not taken: it follows from the transition.",
                "{key} of {count} rows is not taken: it follows from the transition.",
                count,
            )
            yield message.format(key=quoted(key), count=count)
    if survey.joined:
        message = ngettext(
            "{count} row was joined with another one of the same person.",
            "{count} rows were joined with others of the same person.",
            survey.joined,
        )
        yield message.format(count=survey.joined)
