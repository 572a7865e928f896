"""Define fields: the columns of Handshake and the keys of `transition`, with limits, texts and sources."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute
from typing import TYPE_CHECKING

from graduand.records.kinds import FieldKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.language import Words


@dataclass(frozen=True, slots=True)
class Field:
    """The description of one key of a record; for a column, `key` is the importer's own header."""

    key: str
    kind: FieldKind
    label: Words
    help: Words
    max: int = 255
    """Characters; of a list, in each item."""
    values: tuple[str, ...] = ()
    """The texts allowed; for lists, in each item. Empty: any text."""
    is_open: bool = False
    """Whether other texts may be right too, since no page of Handshake says that `values` are all."""
    misspellings: Mapping[str, str] = attribute(default_factory=dict)
    """Known misspellings, and the value that each means."""
    counterparts: Mapping[str, str] = attribute(default_factory=dict)
    """Values of the other region's list, and the value of this one that each corresponds to."""
    item: FieldKind = FieldKind.TEXT
    """The kind of each item of a list."""
    clear: bool = False
    """Whether the importer's word for "wipe" is allowed."""
    clear_certainty: str = "documented"
    unique: bool = False
    sensitive: bool = False
    """Whether Handshake accepts changes only in a manual upload that announces them [SENS]."""
    region: str = ""
    """The only region with this column; empty: every region."""
    example: str = ""
    certainty: str = "documented"
    sources: tuple[str, ...] = ()
    checked_on: str = ""

    @property
    def exported(self) -> bool:
        """Whether the field is a column of the import file."""
        return not self.key.startswith("transition:")

    @property
    def group(self) -> str:
        """The key of the group that contains this one in the YAML; empty at the top."""
        return self.key.rpartition(":")[0]

    @property
    def name(self) -> str:
        """The last part of the key, as written in the YAML."""
        return self.key.rpartition(":")[2]
