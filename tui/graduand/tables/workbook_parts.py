"""Read the XML parts of an Excel workbook (ECMA-376, transitional or strict), within limits of size and memory."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.parsers import expat

from graduand.errors import Usage
from graduand.language import _
from graduand.tables.number_format import is_date_format

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Collection, Mapping, Sequence

BYTES: Final = 500_000_000
"""Bytes to which one part may unpack; they are counted while it unpacks, whatever the archive says."""
CELLS: Final = 5_000_000
"""Cells of the largest sheet."""
TEXTS: Final = 3_000_000
"""Items of the largest list of texts."""
_PARTS: Final = 100_000
"""Sheets, relations, styles and names of elements that one workbook may have."""
CHARACTERS: Final = 64_000_000
"""Characters of all texts of a part together: as many as the largest CSV file may hold."""

_CHUNK: Final = 256 * 1024
_FINAL: Final = True
_TAG: Final = 1_000_000
"""Bytes of the longest tag."""
_DEPTH: Final = 1_000
"""Elements that may lie in each other, per chunk."""
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""A character that XML cannot hold, such as _x000D_ (ECMA-376 part 1, 22.9.2.19)."""


class TooLarge(Usage):
    """A workbook that unfolds to more than can be read."""

    def __init__(self) -> None:
        message = _(
            "The workbook unfolds to more cells or text than can be read ({cells} cells, {size} MB of text); "
            "delete the empty part of the sheet, or save it as “CSV UTF-8”."
        )
        super().__init__(message.format(cells=CELLS, size=CHARACTERS // 1_000_000))


class Damaged(Exception):
    """A part that is no sound XML, or is not what a workbook may hold."""


class Part:
    """Base of the readers of one part; a subclass handles the elements by local name."""

    def __init__(self) -> None:
        self._expat = expat.ParserCreate()
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.StartDoctypeDeclHandler = _refuse_doctype
        self._names: dict[str, str] = {}
        self._depth = 0
        self._elements = 0
        self._pieces: list[str] = []
        self._characters = 0

    def read(self, archive: zipfile.ZipFile, name: str) -> None:
        """Read the part of that name.

        Raises:
            Damaged: it is no sound XML.
            TooLarge: it is beyond the limits.
        """
        size = 0
        try:
            with archive.open(name) as unpacked:
                while chunk := unpacked.read(_CHUNK):
                    size += len(chunk)
                    self._expat.Parse(chunk)
                    self._refuse_large(size)
                self._expat.Parse(b"", _FINAL)
        except expat.ExpatError as error:
            raise Damaged from error

    def _refuse_large(self, size: int) -> None:
        waiting = size - self._expat.CurrentByteIndex
        if size > BYTES or waiting > _TAG + _CHUNK or self._depth > _DEPTH or self._elements > CELLS * 4:
            raise TooLarge

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Handle the begin of an element."""

    def end(self, name: str) -> None:
        """Handle the end of an element."""

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        self.start(self._names.get(tag) or self._local(tag), attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self.end(self._names.get(tag) or self._local(tag))

    def _local(self, tag: str) -> str:
        name = self._names[tag] = tag.rpartition(":")[2]
        _refuse_many(self._names)
        return name

    def begin_text(self) -> None:
        """Collect the text from here on."""
        self._expat.CharacterDataHandler = self._text

    def end_text(self) -> None:
        """Stop collecting text."""
        self._expat.CharacterDataHandler = None

    def _text(self, text: str) -> None:
        self._pieces.append(text)
        self._characters += len(text)
        if self._characters > CHARACTERS:
            raise TooLarge

    def collected(self) -> str:
        """Return the text collected since the last call, with escaped characters."""
        text = "".join(self._pieces)
        self._pieces.clear()
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _refuse_many(parts: Collection[object]) -> None:
    """Refuse a workbook with more parts of one kind than any has.

    Raises:
        TooLarge: there are too many.
    """
    if len(parts) > _PARTS:
        raise TooLarge


def _refuse_doctype(*_arguments: object) -> None:
    raise Damaged


class _Relations(Part):
    """The targets of a part's relations, by identifier, with their types."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.targets[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))
            _refuse_many(self.targets)


class _Book(Part):
    """The sheets of a workbook in their order, and its calendar."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str, bool]] = []
        self.from_1904 = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            visible = attributes.get("state", "visible") == "visible"
            self.sheets.append((attributes.get("name", ""), relation, visible))
            _refuse_many(self.sheets)
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "0") in {"1", "true"}


class _Texts(Part):
    """The shared texts of a workbook, without the signs of their pronunciation."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._phonetic = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        del attributes
        if name == "t" and not self._phonetic:
            self.begin_text()
        elif name == "rPh":
            self._phonetic = True

    def end(self, name: str) -> None:
        if name == "t":
            self.end_text()
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            self.texts.append(self.collected())
            if len(self.texts) > TEXTS:
                raise TooLarge


class NumberFormat(NamedTuple):
    """How a cell shows a number."""

    code: str
    is_date: bool


_BUILT_IN: Final = {17: "mmm-yy"}
"""The built-in format of days that does not show the day (ECMA-376 part 1, 18.8.30)."""


class _Styles(Part):
    """The number format of each cell style."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: list[int] = []
        self.codes: dict[int, str] = {}
        self._in_cells = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            self.numbers.append(int(attributes.get("numFmtId", "0")))
            _refuse_many(self.numbers)
        elif name == "numFmt":
            self.codes[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
            _refuse_many(self.codes)

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False

    def formats(self) -> list[NumberFormat]:
        codes = ((number, self.codes.get(number, _BUILT_IN.get(number, ""))) for number in self.numbers)
        return [NumberFormat(code, is_date_format(number, code)) for number, code in codes]


class Sheet(NamedTuple):
    """A sheet with cells."""

    name: str
    part: str
    visible: bool


class Workbook(NamedTuple):
    """What the cells of all sheets need."""

    sheets: tuple[Sheet, ...]
    texts: Sequence[str]
    formats: Sequence[NumberFormat]
    from_1904: bool


def open_workbook(archive: zipfile.ZipFile) -> Workbook | None:
    """Return the workbook in an archive; None when the archive holds none.

    Raises:
        Damaged: a part is no sound XML.
        TooLarge: a part is beyond the limits.
    """
    names = frozenset(archive.namelist())
    root = _relations(archive, names, "")
    start = next((target for kind, target in root.values() if kind == "officeDocument"), "xl/workbook.xml")
    if start not in names:
        return None
    book = _Book()
    book.read(archive, start)
    relations = _relations(archive, names, start)
    found = [(name, *relations.get(relation, ("", "")), visible) for name, relation, visible in book.sheets]
    sheets = tuple(Sheet(name, target, visible) for name, kind, target, visible in found if kind == "worksheet")
    parts = {kind: target for kind, target in relations.values() if target in names}
    texts, styles = _Texts(), _Styles()
    for kind, part in (("sharedStrings", texts), ("styles", styles)):
        if kind in parts:
            part.read(archive, parts[kind])
    return Workbook(sheets, texts.texts, styles.formats(), book.from_1904)


def _relations(archive: zipfile.ZipFile, names: frozenset[str], part: str) -> dict[str, tuple[str, str]]:
    """Return the relations of a part: by identifier the type and the name of the part that it leads to."""
    folder, file = posixpath.split(part)
    name = posixpath.join(folder, "_rels", f"{file}.rels")
    if name not in names:
        return {}
    found = _Relations()
    found.read(archive, name)
    return {
        key: (kind, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))
        for key, (kind, target) in found.targets.items()
    }
