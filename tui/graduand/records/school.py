"""Combine the settings of an institution with the facts about the importer, for checking records."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cached_property
from typing import TYPE_CHECKING

from graduand.errors import SchemaBroken
from graduand.language import _, quoted
from graduand.records import transition
from graduand.records.school_language import PATH as INSTITUTION_PATH
from graduand.similar import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.records.field import Field
    from graduand.records.importer import Importer, Region
    from graduand.records.institution import Institution


@dataclass(frozen=True, eq=False)
class School:
    """The fields and policies of one school."""

    institution: Institution
    importer: Importer
    region: Region
    columns: Mapping[str, Field]
    """The importer's columns in this region, by header, in canonical order."""
    fields: Mapping[str, Field]
    """The columns and the keys of `transition`, in canonical order."""
    groups: frozenset[str]
    """Keys that contain other keys."""
    required_columns: tuple[str, ...]
    year_values: tuple[str, ...]
    own_domains: frozenset[str] = field(default_factory=frozenset)

    @property
    def year(self) -> str:
        """The header of the year column in this region."""
        return self.region.year_column

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys of `fields` and of `groups`."""
        return (*self.fields, *sorted(self.groups))

    @cached_property
    def meanings(self) -> Mapping[str, str]:
        """Keys by their aliases and themselves, without case, accents and punctuation."""
        years = {region.year_column for region in self.importer.regions.values()}
        aliases = {
            folded(alias): self.year if header in years else header for alias, header in self.importer.aliases.items()
        }
        known = {alias: header for alias, header in aliases.items() if header in self.fields}
        return known | {folded(key): key for key in self.keys}

    @cached_property
    def _academic(self) -> Domains:
        return Domains((*self.institution.other_institutions, *self.importer.academic_domains))

    def is_other_institution(self, domain: str) -> bool:
        """Return whether addresses of `domain` belong to another institution [DOMAIN]."""
        return domain not in self.own_domains and domain in self._academic


class Domains:
    """A set of domains, given as patterns; each includes its subdomains."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self._plain = frozenset(pattern for pattern in patterns if "*" not in pattern and "?" not in pattern)
        odd = [translate(pattern) for pattern in patterns if pattern not in self._plain]
        self._odd = re.compile("|".join(odd) or r"(?!)")
        self._known: dict[str, bool] = {}

    def __contains__(self, domain: str) -> bool:
        if domain not in self._known:
            labels = domain.split(".")
            above = (".".join(labels[index:]) for index in range(len(labels)))
            self._known[domain] = any(name in self._plain or self._odd.match(name) for name in above)
        return self._known[domain]


def school_of(institution: Institution, importer: Importer) -> School:
    """Return the school of the two files of `schema/`.

    Raises:
        SchemaBroken: institution.yaml requires a column that the importer does not have.
    """
    region = importer.regions[institution.region]
    columns = {column.key: column for column in importer.columns if column.region in {"", institution.region}}
    fields = columns | {entry.key: entry for entry in transition.FIELDS}
    required = institution.required_columns if institution.required_columns is not None else region.required_columns
    for header in required:
        if header not in columns:
            message = _("required_columns names {header}, which is no column of the importer.")
            raise SchemaBroken(INSTITUTION_PATH, 1, message.format(header=quoted(header)))
    return School(
        institution=institution,
        importer=importer,
        region=region,
        columns=columns,
        fields=fields,
        groups=frozenset(_groups(fields)),
        required_columns=required,
        year_values=institution.year_values or region.year_values or columns[region.year_column].values,
        own_domains=frozenset(institution.own_domains),
    )


def _groups(fields: Mapping[str, Field]) -> set[str]:
    groups = set()
    for key in fields:
        parts = key.split(":")
        groups |= {":".join(parts[:end]) for end in range(1, len(parts))}
    return groups
