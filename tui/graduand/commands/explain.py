"""graduand explain: print the explanation of a rule or a column, with an example and sources."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from graduand.commands.completion import complete_rule_or_column
from graduand.commands.parameters import JsonObject
from graduand.commands.session import session_of
from graduand.errors import Usage
from graduand.language import N_, _, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.records.field import Field

TRANSITIONS = "transitions"
_BLOCKS = ("primary_education", "transition")

EXPLAIN_HELP = N_(
    "Explain a rule (GR301) or a column (disabled): the reason, the correction, an example, and the source. "
    "“transitions” shows which case needs which keys."
)


def explain(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar=N_("GR301|COLUMN"),
            autocompletion=complete_rule_or_column,
            help=N_("The id of a rule, the name of a column, or “transitions”."),
        ),
    ],
    as_json: JsonObject = False,
) -> None:
    from graduand.reports.console import show
    from graduand.reports.explain_text import case_text, field_text, rule_text
    from graduand.rules.registry import RULES
    from graduand.rules.rule_cases import read_cases
    from graduand.similar import nearest

    session = session_of(context)
    workspace = session.workspace()
    if what == TRANSITIONS:
        _show_chart(workspace.stated_school.year, session.colour, as_json=as_json)
        return
    rule, key = RULES.get(what.upper()), _key(workspace.stated_school.fields, what)
    if not (rule or key):
        close = nearest(what, [*RULES, *workspace.stated_school.fields])
        hint = _(" Did you mean {close}?").format(close=quoted(close)) if close else ""
        raise Usage(_("There is no rule and no column {what}.").format(what=quoted(what)) + hint)
    case = read_cases(rule.id)[0] if rule else None
    field = workspace.school.fields[key] if key else None
    if as_json:
        from graduand.reports.explain_text import explanation_json

        sys.stdout.write(explanation_json(rule, field, workspace.importer, case))
    elif rule and case:
        show([*rule_text(rule, workspace.importer), *case_text(case)], session.colour)
    elif field is not None:
        show(field_text(field, workspace.importer), session.colour)


def _key(fields: Mapping[str, Field], what: str) -> str:
    """Return the key that is meant, which may leave out the block that the chart of transitions leaves out; or ""."""
    return next((key for key in (what, *(f"{block}:{what}" for block in _BLOCKS)) if key in fields), "")


def _show_chart(year: str, colour: str, *, as_json: bool) -> None:
    from graduand.reports.console import show
    from graduand.reports.transitions_text import chart_json, chart_text

    if as_json:
        sys.stdout.write(chart_json(year))
    else:
        show(chart_text(year), colour)
