"""Combine the settings of an institution with the facts about the importer, for checking records."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fnmatch import translate
from functools import cached_property
from typing import TYPE_CHECKING

from graduand.errors import SchemaBroken
from graduand.language import _, quoted
from graduand.records import academic_list, transition
from graduand.records.record import LEVEL
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
    asks_list: bool = True
    """Whether the public list of academic domains is asked; records of the past are judged without it."""
    shown_levels: tuple[str, ...] = ()
    """The levels of degrees that Handshake itself shows, which win over the importer's list where that is open."""

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
    def stand_ins(self) -> Mapping[str, str]:
        """Keys by the words that stand for them where a file has no better column, folded like `meanings`."""
        return {folded(alias): key for alias, key in self.importer.stand_ins.items() if key in self.fields}

    @cached_property
    def _named(self) -> Domains:
        return Domains(self.institution.other_institutions)

    @cached_property
    def _accepted(self) -> Domains:
        return Domains(self.institution.accepted_domains)

    @cached_property
    def _academic(self) -> Domains:
        return Domains(self.importer.academic_domains)

    def is_accepted(self, domain: str) -> bool:
        """Return whether institution.yaml says that a domain is no other institution's."""
        return domain in self._accepted

    def is_other_institution(self, domain: str) -> bool:
        """Return whether `domain` is another institution's [DOMAIN], as institution.yaml or a pattern says.

        Neither the school's own domains and those that it accepts are, nor those of mail providers.
        """
        if domain in self.own_domains or self.is_accepted(domain):
            return False
        if domain in self._named:
            return True
        if domain in self.importer.mail_providers or domain not in self._academic:
            return False
        return not (self.asks_list and academic_list.is_free_mail(domain))

    def is_listed_institution(self, domain: str) -> bool:
        """Return whether only the public list of academic domains says that `domain` is another institution's."""
        if not self.asks_list or domain in self.own_domains or self.is_accepted(domain):
            return False
        if domain in self.importer.mail_providers or self.is_other_institution(domain):
            return False
        return academic_list.is_listed(domain)


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


def school_of(institution: Institution, importer: Importer, shown_levels: tuple[str, ...] = ()) -> School:
    """Return the school of the two files of `schema/`, and of the levels of degrees that its Handshake shows.

    Raises:
        SchemaBroken: institution.yaml requires a column that the importer does not have.
    """
    region = importer.regions[institution.region]
    columns = {column.key: column for column in importer.columns if column.region in {"", institution.region}}
    year = columns[region.year_column]
    year_values = institution.year_values or region.year_values or year.values
    columns[year.key] = replace(year, values=year_values, is_open=False)
    if LEVEL in columns:
        columns[LEVEL] = _level(columns[LEVEL], institution, importer, shown_levels)
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
        year_values=year_values,
        own_domains=frozenset(institution.own_domains),
        shown_levels=shown_levels,
    )


def asks_for_levels(institution: Institution, importer: Importer) -> bool:
    """Return whether the levels of degrees that Handshake was seen to show make a difference."""
    fields = (one for one in importer.columns if one.key == LEVEL and one.region in {"", institution.region})
    return institution.level_values is None and any(one.is_open for one in fields)


def _level(field: Field, institution: Institution, importer: Importer, shown: tuple[str, ...]) -> Field:
    """Return the column of the level with the values of this school.

    What institution.yaml lists is all; else the values that Handshake was seen to show are added to the region's, and
    where they are another region's list, its words for misspellings hold.
    """
    if institution.level_values is not None:
        return _with_levels(field, institution.level_values, importer, is_open=False)
    return _with_levels(field, shown, importer, is_open=True) if field.is_open and shown else field


def levels_with(field: Field, seen: tuple[str, ...], importer: Importer) -> tuple[str, ...]:
    """Return these values, and the others of the region's list that holds most of them."""
    return tuple(dict.fromkeys((*seen, *_nearest_list(field, seen, importer).values)))


def _nearest_list(field: Field, seen: tuple[str, ...], importer: Importer) -> Field:
    """Return the column, of this region or another, whose list holds most of the values; in doubt this region's."""
    lists = [field, *(one for one in importer.columns if one.key == field.key and one.region != field.region)]
    return max(lists, key=lambda one: len({*seen}.intersection(one.values)))


def _with_levels(field: Field, seen: tuple[str, ...], importer: Importer, *, is_open: bool) -> Field:
    nearest_list = _nearest_list(field, seen, importer)
    known = {*levels_with(field, seen, importer)} if is_open else {*seen}
    return replace(
        field,
        values=tuple(dict.fromkeys((*levels_with(field, seen, importer), *field.values))) if is_open else seen,
        is_open=is_open,
        misspellings={wrong: right for wrong, right in nearest_list.misspellings.items() if right in known},
        counterparts={one: other for one, other in field.counterparts.items() if one not in known and other in known},
    )


def _groups(fields: Mapping[str, Field]) -> set[str]:
    groups = set()
    for key in fields:
        parts = key.split(":")
        groups |= {":".join(parts[:end]) for end in range(1, len(parts))}
    return groups
