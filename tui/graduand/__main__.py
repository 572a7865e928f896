"""Run graduand: set the language, run the command, and turn errors into a sentence and an exit code."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `typing` alone takes a quarter of the time that --version may take
if TYPE_CHECKING:
    from collections.abc import Sequence


def main() -> None:
    """Run the command that was typed."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from graduand import __version__

        sys.stdout.write(f"graduand {__version__}\n")
        return
    sys.exit(run(arguments))


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; every error becomes one sentence."""
    import gc

    from graduand import language
    from graduand.errors import Exit, Trouble

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A pipe gets UTF-8 whatever the locale; a terminal gets its own encoding.
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
    gc.set_threshold(100_000)  # a command creates many values and few cycles
    language.speak(_language(arguments))
    try:
        from graduand.commands.app import run as run_command

        code = run_command(arguments)
        sys.stdout.flush()
    except Trouble as trouble:
        return _say(str(trouble), trouble.exit_code)
    except KeyboardInterrupt:
        return _say(language._("Interrupted."), Exit.INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FINDINGS
    except Exception as error:  # noqa: BLE001 - any other exception is a bug
        return _bug(error)
    return code


def _language(arguments: Sequence[str]) -> str:
    """Return the language of --lang, the environment or the school, in this order."""
    for number, argument in enumerate(arguments):
        if argument == "--lang" and number + 1 < len(arguments):
            return arguments[number + 1]
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return os.environ.get("GRADUAND_LANG") or _schools_language(arguments) or os.environ.get("LANG", "")[:2]


def _schools_language(arguments: Sequence[str]) -> str:
    from pathlib import Path

    from graduand.errors import Trouble
    from graduand.records.school_language import PATH, peeked_language
    from graduand.storage import file_reader
    from graduand.workspace import root_of

    named = [arguments[number + 1] for number, argument in enumerate(arguments[:-1]) if argument == "--root"]
    try:
        return peeked_language(file_reader.read(root_of(Path(named[0] if named else ".")) / PATH))
    except (Trouble, OSError):
        return ""


def _say(sentence: str, code: int) -> int:
    """Write a sentence to standard error and return the code; during shell completion, nothing is written."""
    if "_GRADUAND_COMPLETE" not in os.environ:
        sys.stderr.write(f"graduand: {sentence}\n")
    return code


def _bug(error: Exception) -> int:
    """Report a bug by a number made from its stack frames, which holds no data of records."""
    import hashlib
    import traceback
    from pathlib import Path

    from graduand.errors import Exit
    from graduand.language import _

    if os.environ.get("GRADUAND_DEBUG"):
        traceback.print_exception(error)
    frames = [
        f"{Path(frame.filename).name}:{frame.name}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    name = hashlib.sha256(f"{type(error).__name__} {frames}".encode()).hexdigest()[:8]
    message = _(
        "This is a bug in graduand, number {name} ({place}); nothing more was changed. Please report the number."
    )
    return _say(message.format(name=name, place=frames[-1] if frames else type(error).__name__), Exit.BUG)


if __name__ == "__main__":
    main()
