"""Name what a foreign file is that is neither CSV nor a workbook, and how a table is made of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from graduand.language import _

if TYPE_CHECKING:
    from collections.abc import Collection

_SAMPLE: Final = 100_000
"""Bytes in which a file says what it is."""
_JSON: Final = re.compile(rb'\{\s*(?:"|\})|\[\s*[\[{]')
_KEPT: Final = "\t\n\x0b\x0c\r\x1a\x1c\x1d\x1e\x1f"
"""Control characters that tables have."""
_BINARY: Final = 30
"""One control character of so many makes a file no text."""


def other_kind(raw: bytes) -> str:
    """Return what a file is that is no table of text, as a clause; "" when it may be one."""
    if not raw.strip(b'\xef\xbb\xbf\xff\xfe\0 \t\r\n,;|"'):
        return _("it is empty")
    start = raw[:2000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"<"):
        return _markup_kind(raw)
    if _JSON.match(start):
        return _("it is JSON; have the table exported as .xlsx or as “CSV UTF-8”")
    kinds = {
        (b"PK\x03\x04",): _("it is an Excel workbook or an archive; open it and save the sheet as “CSV UTF-8”"),
        (b"\xd0\xcf\x11\xe0",): _(
            "it is an Excel workbook of the old form (.xls); open it and save it as .xlsx or as “CSV UTF-8”"
        ),
        (b"%PDF",): _("it is a PDF; have the table itself exported, as .xlsx or as “CSV UTF-8”"),
        (b"{\\rtf",): _("it is a text document; copy its table into a spreadsheet and save that as .xlsx"),
        (b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ"): _(
            "it is an archive; unpack it and take in the table inside"
        ),
        (b"\x89PNG", b"\xd8\xff", b"GIF8", b"BM", b"II*", b"MM*"): _(
            "it is a picture; have the table itself exported, as .xlsx or as “CSV UTF-8”"
        ),
        (b"SQLite format 3", b"\1Standard", b"PAR1"): _("it is a database; have the table exported as “CSV UTF-8”"),
        (b"version https://git-lfs",): _("it only says where git keeps the file; get it with: git lfs pull"),
        (b"MIME-Version:", b"From:", b"Received:", b"Return-Path:"): _(
            "it is a mail or a saved web page; save the table inside as .xlsx or as “CSV UTF-8”"
        ),
        (b"ID;P", b"TABLE\n0,1", b"TABLE\r\n0,1"): _(
            "it is a spreadsheet of an old form; open it and save it as .xlsx or as “CSV UTF-8”"
        ),
    }
    found = (kind for magics, kind in kinds.items() if start.startswith(magics))
    return next(found, "")


def not_text() -> str:
    """Return that a file is no text, as a clause."""
    return _("it is no text; save the table as .xlsx or as “CSV UTF-8”")


def is_binary(text: str) -> bool:
    """Return whether a decoded file is full of control characters, as no text of any encoding is."""
    start = text[:4000]
    return sum(char < " " and char not in _KEPT for char in start) * _BINARY > len(start)


def _markup_kind(raw: bytes) -> str:
    """Return which kind of web page or XML a file is, as a clause."""
    lower = raw.replace(b"\0", b"").lower()
    start = lower[:_SAMPLE]
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        return _("it is a spreadsheet in the XML of Excel 2003; open it and save it as .xlsx or as “CSV UTF-8”")
    if b"urn:oasis:names:tc:opendocument" in start:
        return _opendocument()
    if b"<table" in lower and b"<form" not in lower:
        return _("it is the table of a web page; open it in a spreadsheet and save it as .xlsx or as “CSV UTF-8”")
    if b"<html" in start or b"<!doctype html" in start:
        return _("it is a web page, perhaps the one that asks you to log in")
    return _("it is XML; have the table exported as .xlsx or as “CSV UTF-8”")


def _opendocument() -> str:
    return _("it is an OpenDocument file (.ods); open it and save it as .xlsx or as “CSV UTF-8”")


def other_archive(names: Collection[str]) -> str:
    """Return what an archive without a workbook is, as a clause; `names` are those of its files."""
    if "xl/workbook.bin" in names:
        return _("it is a binary Excel workbook (.xlsb); open it and save it as .xlsx or as “CSV UTF-8”")
    if "content.xml" in names and "mimetype" in names:
        return _opendocument()
    if any(name.startswith("Index/") or name.endswith("Index.zip") for name in names):
        return _("it is a Numbers file (.numbers); export it as .xlsx or as “CSV UTF-8”")
    if "[Content_Types].xml" in names:
        return _("it is a text document or slides; copy the table into a spreadsheet and save that as .xlsx")
    return _("it is an archive; unpack it and take in the table inside")


def old_document(raw: bytes) -> str:
    """Return what a file in the container of old Office programs is that is no workbook, as a clause; "" if it may be.

    The names of the parts inside stand in the file in UTF-16.
    """

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in raw

    if holds("EncryptedPackage"):
        return _("it is protected by a password; open it, save it without the password, and take that in")
    if holds("__properties_version1.0"):
        return _("it is a mail or a saved web page; save the table inside as .xlsx or as “CSV UTF-8”")
    if holds("WordDocument") or holds("PowerPoint"):
        return _("it is a text document or slides; copy the table into a spreadsheet and save that as .xlsx")
    return ""
