"""Field: one column of Handshake, or one key of `transition`, with all that is known about it."""

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
    """What may stand under one key of a record; of a column, `key` is the importer's own header."""

    key: str
    kind: FieldKind
    label: Words
    help: Words
    max: int = 255
    """Characters; of a list, in each item."""
    values: tuple[str, ...] = ()
    """The only texts allowed, where the list is closed; of a list, for each item."""
    values_of: str = ""
    """The one region whose list `values` is; elsewhere other texts may be right. Empty: every region."""
    misspellings: Mapping[str, str] = attribute(default_factory=dict)
    """What people type, and the exact value that they mean."""
    item: FieldKind = FieldKind.TEXT
    """Of a list, the kind of each item."""
    clear: bool = False
    """Whether the importer's word for "wipe" may stand here."""
    clear_certainty: str = "documented"
    unique: bool = False
    sensitive: bool = False
    """Whether Handshake takes a change only from a manual job that announces it [SENS]."""
    region: str = ""
    """The one region that has this column; empty: every region."""
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
        """The key under which this one nests in the YAML; empty at the top."""
        return self.key.rpartition(":")[0]

    @property
    def name(self) -> str:
        """The last part of the key, as it stands in the YAML."""
        return self.key.rpartition(":")[2]
