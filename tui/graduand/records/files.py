"""Files: the files below `records/`, found without following anything that leads elsewhere."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand import disk
from graduand.errors import NotWritten, Unreadable
from graduand.findings import Finding, Severity
from graduand.language import _, visible
from graduand.records.canon import fast_reader
from graduand.records.reading import read
from graduand.records.record import FOLDER
from graduand.records.referee import agrees

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from graduand.records.record import Record
    from graduand.records.school import School

_DEPTH: Final = 3
"""records/<cohort>/<two characters>/: no folder lies deeper."""

_WELCOME: Final = frozenset({"README.md", ".gitkeep", ".gitignore", ".gitattributes"})


class Found(NamedTuple):
    """What lies below `records/`: the records' paths, sorted, and a finding for everything else."""

    paths: tuple[str, ...]
    strays: tuple[Finding, ...]


def find(root: Path) -> Found:
    """Return the records' files below `root`, each path from the root with slashes.

    Raises:
        Unreadable: `records/` itself cannot be listed.
    """
    paths: list[str] = []
    strays: list[Finding] = []
    try:
        for path, entry in _walk(os.fspath(root), "records", 1):
            _sort(path, entry, paths, strays)
    except OSError as error:
        raise Unreadable(error.filename or root / "records", error.strerror or str(error)) from error
    return Found(tuple(sorted(paths)), tuple(sorted(strays)))


def _walk(root: str, folder: str, depth: int) -> Iterator[tuple[str, os.DirEntry[str]]]:
    with os.scandir(f"{root}/{folder}") as entries:
        for entry in entries:
            path = f"{folder}/{entry.name}"
            if depth < _DEPTH and _is_folder(entry):
                yield from _walk(root, path, depth + 1)
            else:
                yield path, entry


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Tell whether records may lie in there; a hidden folder is an editor's or a system's."""
    return entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".") and not entry.name.endswith(".yaml")


def _sort(path: str, entry: os.DirEntry[str], paths: list[str], strays: list[Finding]) -> None:
    if entry.name.endswith(".yaml") and not entry.name.startswith(".") and path.count("/") > 1 and path.isprintable():
        if entry.is_file(follow_symlinks=False):
            paths.append(path)
            return
        message = _("This is no ordinary file but a link, a folder or a device; put the record itself here.")
        strays.append(_stray("GR015", Severity.ERROR, path, message))
    elif entry.name not in _WELCOME:
        message = _("This is no record and is passed over: a record is records/<cohort>/<username>.yaml.")
        strays.append(_stray("GR014", Severity.WARNING, path, message))


def _stray(rule: str, severity: Severity, path: str, message: str) -> Finding:
    return Finding(rule, severity, visible(path, 300), 1, 1, "", "", message)


def load(root: Path | str, path: str) -> bytes | Finding:
    """Return the bytes of the record at `path`, or the finding that says why they cannot be had."""
    try:
        return disk.read(f"{root}/{path}")
    except Unreadable as unreadable:
        return _stray("GR001", Severity.ERROR, path, str(unreadable))


def inside(root: Path, path: str, folder: str = FOLDER) -> bool:
    """Tell whether a file at `path` lies below the folder, `records/` by default, whatever links lead there."""
    return (root / path).parent.resolve().is_relative_to((root / folder).resolve())


def save(root: Path, record: Record, text: str, read_before: bytes | None, school: School) -> None:
    """Write the canonical `text` of `record`, once two readers agree that it says just this record.

    `read_before` is what the file held when it was read; None: there is no such file yet.

    Raises:
        Busy: another graduand is writing.
        ChangedOnDisk: the file is no longer what was read, or is gone.
        InTheWay: a file was to be new, and there is one already.
        NotWritten: the disk refused, the text does not read back as the record, or its path leads
            out of `records/`.
    """
    if not inside(root, record.path):
        raise NotWritten(record.path, _("it would lie outside {folder}").format(folder=f"{FOLDER}/"))
    prove(record, text, school)
    target = root / record.path
    with disk.locked(root):
        if read_before is None:
            disk.create(target, text)
        else:
            disk.replace(target, text, read_before)


def prove(record: Record, text: str, school: School) -> None:
    """Let nothing pass that two readers do not read as just this record.

    Raises:
        NotWritten: one of them reads something else.
    """
    raw = text.encode(errors="surrogatepass")
    if read(record.path, raw, school).record != record or not agrees(text, record, school):
        raise NotWritten(record.path, _("the text would not read back as it is"))


_LETTER: Final = "A-Za-zÀ-ÖØ-öø-ÿĀ-žẀ-\u1eff"
_SIMPLE: Final = re.compile(
    r"(?:# yaml-language-server: \$schema=(?:\.\./)+schema/transition\.schema\.json\n)?"
    r"(?: *(?:- )?(?:[a-z_]+:(?: |(?=\n)))?"
    rf"(?:\"[^\"\\\n]*\"|[{_LETTER}](?:[{_LETTER}0-9@._’'+/&(),;-]| (?! ))*(?<! )"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-4](?:\.[0-9]{1,2})?)?\n)*"
)
"""Lines in which no reader of YAML finds anything but words, texts in quotes, dates and grades."""

_MANY: Final = 50
"""Texts from which on the fast road repays the making of its pattern."""


def prove_all(pairs: Iterable[tuple[Record, str]], school: School) -> None:
    """Prove many texts as `prove` does one; simple ones need no second reader, for there is nothing to see otherwise.

    Raises:
        NotWritten: a text reads back as something else.
    """
    several = tuple(pairs)
    fast = fast_reader(school) if len(several) >= _MANY else lambda _path, _raw: None
    for record, text in several:
        if fast(record.path, text.encode(errors="surrogatepass")) != record or not _SIMPLE.fullmatch(text):
            prove(record, text, school)
