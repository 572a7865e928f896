"""Run graduand: set the language, run the command, and turn errors into a sentence and an exit code."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `typing` alone takes a quarter of the time that --version may take
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO


def main() -> None:
    """Run the command that was typed."""
    arguments = sys.argv[1:]
    _open_missing_streams()
    if arguments == ["--version"] and sys.stdout:
        from graduand import __version__

        try:
            sys.stdout.write(f"graduand {__version__}\n")
            sys.stdout.flush()
        except OSError:
            sys.exit(run(arguments))
        return
    sys.exit(_refuse_windows(arguments) if sys.platform == "win32" else run(arguments))


def _open_missing_streams() -> None:
    """Open /dev/null in place of closed standard streams, so that no file of ours gets their numbers."""
    from io import StringIO

    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            _nowhere()
    sys.stdin, sys.stderr = sys.stdin or StringIO(), sys.stderr or StringIO()


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
    gc.set_threshold(1_000_000)  # a command creates many values and few cycles
    language.speak(_language(arguments))
    if sys.stdout is None:  # it was closed before the start
        return _say(_no_output(language._("it is closed")), Exit.REPOSITORY)
    try:
        return _run(arguments)
    except Trouble as trouble:
        return _say(str(trouble), trouble.exit_code)
    except KeyboardInterrupt:
        return _say(language._("Interrupted."), Exit.INTERRUPTED)
    except BrokenPipeError:
        _discard(sys.stdout)
        return Exit.FINDINGS
    except Exception as error:  # noqa: BLE001 - whatever else is raised is a bug
        return _failed(error, arguments)


def _run(arguments: Sequence[str]) -> int:
    """Run the command; one that only reads is run again without caches, if it failed over one that is damaged.

    Raises:
        Exception: whatever stopped the command.
    """
    from graduand.commands.app import run as run_command
    from graduand.errors import Trouble

    try:
        code = run_command(arguments)
    except (Trouble, OSError):
        raise
    except Exception:
        if not _READING & {*arguments} or not _remove_caches(arguments):
            raise
        code = run_command(arguments)
    sys.stdout.flush()
    return code


_READING = frozenset({"audit", "check", "compile", "diff", "doctor", "drift", "due", "log", "plan", "text", "uploads"})
"""Commands that write nothing before their end."""


def _remove_caches(arguments: Sequence[str]) -> bool:
    """Remove what is cached of the repository; return whether there was anything."""
    from pathlib import Path

    from graduand.errors import Trouble
    from graduand.git.program import Program
    from graduand.storage.cache_file import remove_cache_files
    from graduand.workspace import root_of

    try:
        return remove_cache_files(Path(Program(root_of(Path(_root(arguments)))).folder, "graduand"))
    except (Trouble, OSError):
        return False


def _root(arguments: Sequence[str]) -> str:
    named = [arguments[number + 1] for number, argument in enumerate(arguments[:-1]) if argument == "--root"]
    return named[0] if named else "."


def _failed(error: Exception, arguments: Sequence[str]) -> int:
    """Say what the system refused, which is no bug, or name the bug."""
    import errno

    from graduand.errors import Exit, reason_of
    from graduand.language import _, visible

    refused = error if isinstance(error, OSError) else error.__cause__ or error.__context__
    if not isinstance(refused, OSError):
        return _bug(error, arguments)
    if refused.errno in {errno.EMFILE, errno.ENFILE}:
        message = _(
            "The system lets graduand open no more files; allow more (ulimit -n 256), then repeat. What was begun is "
            "finished then."
        )
        return _say(message, Exit.REPOSITORY)
    if isinstance(error, OSError) and error.filename is None:
        _discard(sys.stdout)
        return _say(_no_output(reason_of(error)), Exit.REPOSITORY)
    if isinstance(error, OSError):
        message = _("{path} cannot be used: {reason}.")
        return _say(message.format(path=visible(str(error.filename), 200), reason=reason_of(error)), Exit.REPOSITORY)
    return _bug(error, arguments)


def _no_output(reason: str) -> str:
    from graduand.language import _

    return _("The output cannot be written: {reason}. What was saved before stays saved.").format(reason=reason)


def _discard(stream: TextIO) -> None:
    """Send what is still to be written to a stream that takes no more to nowhere, so that Python ends in peace."""
    os.dup2(_nowhere(), stream.fileno())


def _nowhere() -> int:
    """Return the descriptor of a file that takes everything and keeps nothing."""
    return os.open(os.devnull, os.O_WRONLY)


def _refuse_windows(arguments: Sequence[str]) -> int:
    """Say where to run graduand instead of on Windows itself, which lacks the locks and renames of a save."""
    from graduand import language
    from graduand.errors import Exit

    language.speak(_asked_language(arguments) or _system_language())
    message = language._(
        "On Windows graduand runs in WSL (wsl --install, then install graduand in that terminal) or in the "
        "devcontainer of the school's repository, on this computer or in a browser (graduand init --devcontainer and "
        "graduand upgrade --devcontainer, in WSL, write one); on Windows itself it does not."
    )
    return _say(message, Exit.REPOSITORY)


def _language(arguments: Sequence[str]) -> str:
    """Return the language of --lang, the environment or the school, in this order."""
    return _asked_language(arguments) or _schools_language(arguments) or os.environ.get("LANG", "")[:2]


def _asked_language(arguments: Sequence[str]) -> str:
    """Return the language of --lang or GRADUAND_LANG; "" if neither is given."""
    for number, argument in enumerate(arguments):
        if argument == "--lang" and number + 1 < len(arguments):
            return arguments[number + 1]
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return os.environ.get("GRADUAND_LANG", "")


def _system_language() -> str:
    """Return the language of Windows, which sets no LANG: `fr` of the locale `French_France`."""
    import locale

    return (locale.getlocale()[0] or "")[:2].lower()


def _schools_language(arguments: Sequence[str]) -> str:
    from pathlib import Path

    from graduand.errors import Trouble
    from graduand.records.school_language import PATH, peeked_language
    from graduand.storage import file_reader
    from graduand.workspace import root_of

    try:
        return peeked_language(file_reader.read(root_of(Path(_root(arguments))) / PATH))
    except (Trouble, OSError):
        return ""


def _say(sentence: str, code: int) -> int:
    """Write a sentence to standard error and return the code; during shell completion, nothing is written."""
    if "_GRADUAND_COMPLETE" not in os.environ:
        try:
            sys.stderr.write(f"graduand: {sentence}\n")
            sys.stderr.flush()
        except OSError:
            _discard(sys.stderr)
    return code


def _bug(error: Exception, arguments: Sequence[str]) -> int:
    """Report a bug by a number made from its stack frames, which holds no data of records.

    What is cached is removed, as it may be the cause.
    """
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
    if _remove_caches(arguments):
        message = _(
            "This is a bug in graduand, number {name} ({place}); nothing more was changed. What is kept to save time "
            "is removed, as it may be the cause: repeat, and please report the number if that does not help."
        )
    return _say(message.format(name=name, place=frames[-1] if frames else type(error).__name__), Exit.BUG)


if __name__ == "__main__":
    main()
