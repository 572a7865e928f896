"""graduand init, doctor and schema: create a data repository, diagnose it, and write its JSON Schema."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from graduand.commands.parameters import Devcontainer, InstallFrom, JsonLines
from graduand.commands.session import ask, say, session_of
from graduand.errors import Exit
from graduand.language import LANGUAGES, N_, _, spoken, visible
from graduand.workspace import JSON_SCHEMA, today

INIT_HELP = N_("Make a new data repository: records/, schema/, Makefile, git.")


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
    install_from: InstallFrom = "",
    devcontainer: Devcontainer = False,
) -> None:
    from graduand.records.institution import Institution
    from graduand.setup.init import init_repository
    from graduand.setup.install_source import VENDORED, own_origin
    from graduand.setup.seeds import RepositoryOptions

    del context  # its options are those of an existing repository
    options = RepositoryOptions(
        name=name or ask(_("Name of the school"), ""),
        region=region or ask(_("Region of Handshake, eu or us"), Institution().region),
        language=lang or ask(_("Language, one of {languages}").format(languages=", ".join(LANGUAGES)), spoken()),
        domains=tuple(domain or ask(_("Domains of the school's addresses, separated by blanks"), "").split()),
        devcontainer=devcontainer,
    )
    question = _("Where CI installs graduand from: a wheel (…whl#sha256=…), a commit (git+https://…@…) or “vendored”")
    source = install_from or ask(question, own_origin() or VENDORED)
    created = init_repository(folder, options, source)
    say(_("{folder} is ready.").format(folder=visible(str(folder), 200)))
    if created.doubt:
        say(created.doubt)
    if not options.domains:
        say(
            _(
                "Write the domains of the school's addresses into schema/institution.yaml before the "
                "first record: own_domains."
            )
        )
    if not created.committed:
        say(
            _(
                "Nothing is committed yet: tell git who you are (git config --global user.name …, "
                "user.email …), then: git commit"
            )
        )
    say(
        _(
            "Next: take a class in (graduand intake FILE.csv --cohort 2026-summer --kind graduated), open the "
            "interface (graduand), or write a record (records/README.md shows one); then: graduand check"
        )
    )


DOCTOR_HELP = N_("Check this computer: git, a name for commits, an up-to-date schema.")


def doctor(
    context: typer.Context,
    fix: Annotated[bool, typer.Option("--fix", help=N_("Set this clone up first, as graduand setup does."))] = False,
    as_json: JsonLines = False,
) -> None:
    from graduand.reports.console import Span, line, show
    from graduand.reports.json_text import json_text
    from graduand.setup.clone import set_clone_up, set_up_sentence
    from graduand.setup.doctor import diagnose

    session = session_of(context)
    workspace = session.workspace()
    if fix and (changed := set_clone_up(workspace)):
        say(set_up_sentence(changed))
    diagnoses = tuple(diagnose(workspace, today()))
    if as_json:
        lines = (json_text({"schema": "graduand/symptom/1", **diagnosis._asdict()}) for diagnosis in diagnoses)
        sys.stdout.writelines(f"{text}\n" for text in lines)
    else:
        for diagnosis in diagnoses:
            sign = Span("✗ ", "bold red") if diagnosis.cure else Span("✓ ", "green")
            show([line(sign, diagnosis.said, *([f"\n  → {diagnosis.cure}"] if diagnosis.cure else []))], session.colour)
    if any(diagnosis.cure for diagnosis in diagnoses):
        raise typer.Exit(Exit.FINDINGS)


SCHEMA_HELP = N_(
    "Write schema/transition.schema.json, with which editors check a record while it is typed; or print the JSON "
    "Schema of what commands print."
)


def schema(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help=N_("Only say whether it is up to date; change nothing."))
    ] = False,
    of_output: Annotated[
        bool,
        typer.Option(
            "--json-output", help=N_("Print the JSON Schema of all that --json prints, and of the ledger's entries.")
        ),
    ] = False,
) -> None:
    if of_output:
        from graduand.records.shipped import output_schema

        sys.stdout.write(output_schema().read_text(encoding="utf-8"))
        return
    session = session_of(context)
    workspace = session.workspace()
    wanted, there = workspace.json_schema()
    if wanted == there:
        say(_("{path} is fresh.").format(path=JSON_SCHEMA))
    elif check:
        say(_("{path} is stale; graduand schema writes it anew.").format(path=JSON_SCHEMA))
        raise typer.Exit(Exit.FINDINGS)
    else:
        workspace.write_json_schema()
        say(_("{path} is written.").format(path=JSON_SCHEMA))
