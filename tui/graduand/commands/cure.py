"""graduand cure: preview and apply the corrections that can be made in one way only."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from graduand.commands.completion import complete_rule_with_fix
from graduand.commands.parameters import Cohort, CommitMessage, CommitTrailers, NoCommit, ShowAddresses
from graduand.commands.session import say, say_resumed, session_of
from graduand.errors import Usage
from graduand.language import N_, _, quoted
from graduand.reports.console import progress
from graduand.reports.console import show as show_lines
from graduand.workspace import today

CURE_HELP = N_("Correct what can only be corrected in one way: shows the changes first, and makes them with --apply.")


def cure(
    context: typer.Context,
    rules: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[GR109]…",
            autocompletion=complete_rule_with_fix,
            help=N_("Only findings of these rules; by default all rules with a correction, but GR129."),
        ),
    ] = None,
    cohort: Cohort = "",
    apply: Annotated[bool, typer.Option("--apply", help=N_("Change the records, and commit."))] = False,
    no_commit: NoCommit = False,
    message: CommitMessage = "",
    trailer: CommitTrailers = None,
    as_json: Annotated[bool, typer.Option("--json", help=N_("Print JSON, one object for each record."))] = False,
    show: ShowAddresses = False,
    everything: Annotated[bool, typer.Option("--all", help=N_("List every record, not only the first ten."))] = False,
) -> None:
    from graduand.editing import cures
    from graduand.editing.transaction import saved_message
    from graduand.reports.cures_text import cures_json as json_of
    from graduand.reports.cures_text import cures_text
    from graduand.reports.labels import terms_of
    from graduand.rules.fixes import ASKED_FOR, CURABLE

    session = session_of(context)
    workspace = session.writing_workspace(message, trailer)
    wanted = _rules(rules or [], CURABLE) if rules else CURABLE - ASKED_FOR
    checked = workspace.check(today(), workspace.scope((), cohort), progress())
    cured = cures.find_cures(workspace, [one for one in checked.findings if one.rule in wanted], today(), progress())
    if as_json:
        sys.stdout.writelines(f"{one}\n" for one in json_of(cured))
    else:
        show_lines(cures_text(cured, terms_of(workspace), everything=everything, show=show), session.colour)
    if not apply or not cured.cures:
        say(_("Nothing is written; --apply does it.") if cured.cures else _("There is nothing to cure."))
        return
    saved = cures.apply(workspace, cured.cures, commit=not no_commit, on_resumed=say_resumed)
    say(saved_message(saved, wanted=not no_commit))


def _rules(words: list[str], curable: frozenset[str]) -> frozenset[str]:
    wanted = frozenset(word.upper() for word in words)
    for word in sorted(wanted - curable):
        message = _("What {rule} finds is for a person to decide; these rules have a cure: {known}.")
        raise Usage(message.format(rule=quoted(word), known=", ".join(sorted(curable))))
    return wanted
