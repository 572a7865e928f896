"""The messages that screens send up to the application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from graduand.file_change import SavedFile


@dataclass
class Changed(Message):
    """Files of `records/` were saved, which can be undone, or something was noted: the list is read again."""

    saved: tuple[SavedFile, ...] = ()


class UploadCompiled(Message):
    """An upload was compiled; its card shall be shown."""


@dataclass
class Opened(Message):
    """A record shall be opened, with the cursor on one of its fields ("" is the first)."""

    path: str
    field: str = ""
