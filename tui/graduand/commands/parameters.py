"""Define the parameters that several commands share, with their help and shell completion.

Help and metavars are translated when a command is built, because the language is set after this module is imported.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from graduand.commands.completion import complete_cohort
from graduand.handshake.effect import Effect
from graduand.language import N_
from graduand.reports.size_limit import MarkdownTarget


class OutputFormat(StrEnum):
    """The formats of output; each command supports some of them."""

    text = "text"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    html = "html"
    github = "github"
    junit = "junit"
    sarif = "sarif"


RecordPaths = Annotated[
    list[Path] | None,
    typer.Argument(metavar=N_("[PATH]…"), readable=False, help=N_("Files or folders below records/; by default all.")),
]
Cohort = Annotated[
    str, typer.Option(metavar=N_("COHORT"), autocompletion=complete_cohort, help=N_("Only this cohort."))
]
Day = Annotated[str, typer.Option(metavar=N_("YYYY-MM-DD"), help=N_("The day for which to ask; today by default."))]
UploadDay = Annotated[
    str,
    typer.Option(
        metavar=N_("YYYY-MM-DD"), help=N_("The day of the upload, which decides what is held back; today by default.")
    ),
]
OnlyEffects = Annotated[
    list[Effect] | None,
    typer.Option(help=N_("Only people to whom this happens, and nothing more severe; may be repeated.")),
]
Offline = Annotated[bool, typer.Option("--offline", help=N_("Do not ask the remote for the ledger."))]
NoPush = Annotated[bool, typer.Option("--no-push", help=N_("Do not share the entry; it stays in this clone."))]
RetryExcluded = Annotated[
    bool,
    typer.Option("--retry-excluded", help=N_("Also people whose account Handshake said to be excluded from sync.")),
]
Unreviewed = Annotated[
    str,
    typer.Option(
        metavar=N_("REASON"),
        help=N_("Send what is not on the upload branch (upload_from), for this reason; it is noted."),
    ),
]
Early = Annotated[
    bool,
    typer.Option("--early", help=N_("Also graduations and departures whose day has not come; the manifest says so.")),
]
OnlyChanged = Annotated[
    bool, typer.Option("--changed", help=N_("Only people with changes that Handshake does not have yet."))
]
SkipErrors = Annotated[
    bool, typer.Option("--skip-errors", help=N_("Leave out the people whose records have errors, and list them."))
]
MarkdownFor = Annotated[
    MarkdownTarget, typer.Option("--for", help=N_("Where the Markdown must fit: a comment, or the summary of a job."))
]
BuildFolder = Annotated[
    Path | None,
    typer.Option(
        metavar=N_("FOLDER"), readable=False, help=N_("The folder for the files; build/ beside records/ by default.")
    ),
]
JsonFormat = Annotated[bool, typer.Option("--json", help=N_("The same as --format json."))]
JsonLines = Annotated[bool, typer.Option("--json", help=N_("Print JSON, one object a line."))]
JsonObject = Annotated[bool, typer.Option("--json", help=N_("Print one JSON object."))]
JsonManifest = Annotated[bool, typer.Option("--json", help=N_("Print the manifest, which is JSON."))]
ShowAddresses = Annotated[bool, typer.Option("--show", help=N_("Show e-mail addresses in full."))]
ShowAll = Annotated[bool, typer.Option("--all", help=N_("List everyone, not only the first ten of each kind."))]
DateForms = Annotated[
    list[str] | None,
    typer.Option("--dates", metavar=N_("COLUMN=FORM"), help=N_("How dates are written: dd/mm/yyyy or mm/dd/yyyy.")),
]
Encoding = Annotated[
    str, typer.Option(metavar=N_("ENCODING"), help=N_("The encoding of the file, if graduand guesses it wrong."))
]
Separator = Annotated[
    str, typer.Option(metavar=N_("SEPARATOR"), help=N_("The separator of the cells, if graduand guesses it wrong."))
]
Sheet = Annotated[str, typer.Option(metavar=N_("SHEET"), help=N_("The sheet of a workbook."))]
HeaderRow = Annotated[
    int,
    typer.Option(
        metavar=N_("ROW"),
        min=0,
        help=N_("The row that holds the names of the columns, if graduand does not find it."),
    ),
]
InstallFrom = Annotated[
    str,
    typer.Option(
        "--install-from",
        metavar=N_("WHERE"),
        help=N_(
            "Where CI installs graduand from: a wheel (https://….whl#sha256=…), a commit (git+https://…@COMMIT), or "
            "vendored: a copy of this one in the repository."
        ),
    ),
]
Devcontainer = Annotated[
    bool,
    typer.Option(
        "--devcontainer",
        help=N_("Also .devcontainer/: a colleague works in a container, in a browser too, and installs nothing."),
    ),
]
NoCommit = Annotated[bool, typer.Option("--no-commit", help=N_("Save without a commit; you commit later."))]
NoCache = Annotated[bool, typer.Option("--no-cache", help=N_("Read every file again, and write no cache."))]
CommitMessage = Annotated[
    str,
    typer.Option("--message", metavar=N_("TEXT"), help=N_("The message of the commit; graduand's own by default.")),
]
CommitTrailers = Annotated[
    list[str] | None,
    typer.Option("--trailer", metavar=N_("KEY: VALUE"), help=N_("A line below the message; may be repeated.")),
]
