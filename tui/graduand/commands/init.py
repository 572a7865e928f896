"""graduand init: a data repository of one's own, ready for the first record."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from graduand.commands.session import say
from graduand.language import LANGUAGES, N_, _, spoken, visible

HELP = N_("Make a new data repository: records/, schema/, Makefile, git.")


def init(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(metavar=N_("FOLDER"), readable=False, help=N_("A folder that does not exist yet or is empty.")),
    ],
    name: Annotated[str, typer.Option(metavar=N_("NAME"), help=N_("The school's name."))] = "",
    region: Annotated[
        str, typer.Option(metavar="eu|us", help=N_("The region of the school's Handshake: eu or us."))
    ] = "",
    domain: Annotated[
        list[str] | None,
        typer.Option(metavar=N_("DOMAIN"), help=N_("A domain of the school's own e-mail addresses; may be repeated.")),
    ] = None,
    lang: Annotated[str, typer.Option(metavar="|".join(LANGUAGES), help=N_("The school's language."))] = "",
) -> None:
    from graduand.records.institution import Institution
    from graduand.setup.init import Charter, found

    del context  # the options before the command are about a repository
    asking = sys.stdin.isatty() and sys.stderr.isatty()
    charter = Charter(
        name=name or _ask(asking, _("Name of the school"), ""),
        region=region or _ask(asking, _("Region of Handshake, eu or us"), Institution().region),
        language=lang
        or _ask(asking, _("Language, one of {languages}").format(languages=", ".join(LANGUAGES)), spoken()),
        domains=tuple(domain or _ask(asking, _("Domains of the school's addresses, separated by blanks"), "").split()),
    )
    founded = found(folder, charter)
    say(_("{folder} is ready.").format(folder=visible(str(folder), 200)))
    if not charter.domains:
        say(
            _(
                "Write the domains of the school's addresses into schema/institution.yaml before the "
                "first record: own_domains."
            )
        )
    if not founded.committed:
        say(
            _(
                "Nothing is committed yet: tell git who you are (git config --global user.name …, "
                "user.email …), then: git commit"
            )
        )
    say(
        _(
            "Next: put a record into records/<cohort>/<username>.yaml (records/README.md shows one), "
            "then: graduand check"
        )
    )


def _ask(asking: bool, question: str, default: str) -> str:
    """Ask at the terminal; not by Typer, which would write to standard output."""
    if not asking:
        return default
    sys.stderr.write(f"{question} [{default}]: " if default else f"{question}: ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer:
        raise KeyboardInterrupt
    return answer.strip() or default
