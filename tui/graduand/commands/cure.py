"""graduand cure: what can be put right without asking anybody, shown first, then in one commit."""

from __future__ import annotations

import sys
from typing import Annotated

from graduand.commands.parameters import Argument, Option
from graduand.commands.session import Session, say, say_resumed
from graduand.errors import Usage
from graduand.language import N_, _, quoted
from graduand.reports.console import show as show_lines
from graduand.reports.progress import progress
from graduand.workspace import today

HELP = N_("Put right what is wrong in one way only: shows what would change, and does it with --apply.")


def cure(
    session: Session,
    rules: Annotated[
        list[str] | None,
        Argument(metavar="[GR109]...", help=_("Only what these rules find; all that has a cure by default.")),
    ] = None,
    cohort: Annotated[str, Option(help=_("Only this cohort."))] = "",
    apply: Annotated[bool, Option("--apply", help=_("Write the records, and commit them."))] = False,
    no_commit: Annotated[bool, Option("--no-commit", help=_("Save only; commit yourself."))] = False,
    as_json: Annotated[bool, Option("--json", help=_("One JSON object for each record."))] = False,
    show: Annotated[bool, Option("--show", help=_("Show addresses whole."))] = False,
    everything: Annotated[bool, Option("--all", help=_("Show every record, not the first ten."))] = False,
) -> None:
    from graduand.editing import cures
    from graduand.editing.commit_message import saved_words
    from graduand.reports.cures_text import as_json as json_of
    from graduand.reports.cures_text import cures_text
    from graduand.reports.labels import terms_of
    from graduand.rules.fixes import CURABLE

    workspace = session.workspace()
    wanted = _rules(rules or [], CURABLE)
    checked = workspace.check_within(workspace.scope((), cohort), today(), progress())
    cured = cures.cures(workspace, [one for one in checked.findings if one.rule in wanted], today(), progress())
    if as_json:
        sys.stdout.writelines(f"{one}\n" for one in json_of(cured))
    else:
        show_lines(cures_text(cured, terms_of(workspace), everything=everything, show=show), session.colour)
    if not apply or not cured.cures:
        say(_("Nothing is written; --apply does it.") if cured.cures else _("There is nothing to cure."))
        return
    saved = cures.apply(workspace, cured.cures, commit=not no_commit, tell=say_resumed)
    say(saved_words(saved))


def _rules(words: list[str], curable: frozenset[str]) -> frozenset[str]:
    wanted = frozenset(word.upper() for word in words)
    for word in sorted(wanted - curable):
        message = _("What {rule} finds is for a person to decide; these rules have a cure: {known}.")
        raise Usage(message.format(rule=quoted(word), known=", ".join(sorted(curable))))
    return wanted or curable
