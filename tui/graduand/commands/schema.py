"""graduand schema: the JSON Schema of a record, for editors and other tools, made from schema/handshake.yaml."""

from __future__ import annotations

from typing import Annotated

import typer

from graduand.commands.session import say, session_of
from graduand.errors import Exit
from graduand.language import N_, _
from graduand.workspace import JSON_SCHEMA

HELP = N_("Write schema/transition.schema.json, with which editors check a record while it is typed.")


def schema(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help=N_("Only say whether it is up to date; change nothing."))
    ] = False,
) -> None:
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
