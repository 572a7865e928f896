"""Open a file at a line in the editor that the user has chosen, in place of the interface until it ends."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.app import SuspendNotSupported

from graduand.errors import reason_of
from graduand.language import _, quoted, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType
    from typing import Any

    from textual.app import App

_PLUS: Final = ("+{line}", "{file}")
_COLON: Final = ("{file}:{line}",)
_AT_LINE: Final = {
    **dict.fromkeys(("vi", "vim", "nvim", "view", "ex", "nano", "pico", "emacs", "emacsclient", "micro", "kak"), _PLUS),
    **dict.fromkeys(("joe", "jed", "ne", "mg", "mcedit"), _PLUS),
    **dict.fromkeys(("hx", "helix"), _COLON),
    **dict.fromkeys(("code", "codium", "code-insiders", "cursor"), ("--wait", "--goto", "{file}:{line}")),
    **dict.fromkeys(("subl", "zed"), ("--wait", "{file}:{line}")),
}
"""By the name of an editor's program: the words that open a file at a line, and stay until it is closed."""

_VARIABLES: Final = ("VISUAL", "EDITOR")


def editor_words(path: Path, line: int, environment: Mapping[str, str]) -> list[str]:
    """Return the command that opens a file at a line; nothing where no editor is set.

    Raises:
        ValueError: a quotation mark of the variable is not closed.
    """
    chosen = next((environment[name] for name in _VARIABLES if environment.get(name, "").strip()), "")
    program, *options = shlex.split(chosen) or [""]
    if not program:
        return []
    last = _AT_LINE.get(Path(program).name, ("{file}",))
    return [program, *options, *(word.format(file=path, line=line) for word in last)]


def edit_file(app: App[Any], path: Path, line: int) -> str:
    """Let the user edit a file, and wait until the editor ends; return the sentence on what went wrong, or ""."""
    try:
        words = editor_words(path, line, os.environ)
    except ValueError:
        return _("VISUAL or EDITOR has a quotation mark too many; correct it, and start graduand again.")
    if not words:
        return _("No editor is set. Set the variable VISUAL (such as: export VISUAL=nano), and start graduand again.")
    try:
        with app.suspend(), _not_interrupted():
            code = subprocess.run(words, check=False).returncode  # noqa: S603 - no shell, and the user's own editor
    except SuspendNotSupported:
        return _("This terminal cannot be lent to an editor; open {path}, line {line}.").format(path=path, line=line)
    except OSError as error:
        message = _("{program} of VISUAL or EDITOR cannot be started: {reason}.")
        return message.format(program=quoted(words[0]), reason=reason_of(error))
    return _("{program} ended with an error ({code}).").format(program=visible(words[0]), code=code) if code else ""


@contextmanager
def _not_interrupted() -> Iterator[None]:
    """Leave Ctrl+C to the editor, which does not inherit a handler as it would inherit that nothing is heard."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        """Do nothing."""

    before = signal.signal(signal.SIGINT, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
