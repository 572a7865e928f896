"""graduand schema: the JSON Schema of a record, for editors and other tools, made from schema/handshake.yaml."""

from __future__ import annotations

from typing import Annotated

from graduand.commands.parameters import Option
from graduand.commands.session import Ended, Session, say
from graduand.errors import Exit
from graduand.language import N_, _
from graduand.workspace import JSON_SCHEMA

HELP = N_("Write schema/transition.schema.json, which tells editors what a record may hold.")


def schema(
    session: Session,
    check: Annotated[bool, Option("--check", help=_("Only say whether it is fresh; change nothing."))] = False,
) -> None:
    workspace = session.workspace()
    wanted, there = workspace.json_schema()
    if wanted == there:
        say(_("{path} is fresh.").format(path=JSON_SCHEMA))
    elif check:
        say(_("{path} is stale; graduand schema writes it anew.").format(path=JSON_SCHEMA))
        raise Ended(Exit.FINDINGS)
    else:
        workspace.write_json_schema()
        say(_("{path} is written.").format(path=JSON_SCHEMA))
