"""Parse `schema/institution.yaml`: the domains, policies and limits of the school."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from graduand.errors import SchemaBroken
from graduand.language import LANGUAGES, _, quoted
from graduand.records.nodes import Mapping, Node, Scalar, Sequence
from graduand.records.schema_format import REGIONS, require_known_format, unknown_key
from graduand.records.school_language import PATH
from graduand.records.source import Refused, text_of
from graduand.records.tree import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    _Convert = Callable[["_Reader", str, Node], dict[str, object]]
    """A function that converts the value of one key to attributes of `Institution`."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The most people of whom one upload may do a thing, as a number and as a percentage; None: no limit."""

    count: int | None = None
    percent: int | None = None

    @property
    def spelt(self) -> str:
        """The limit as it is shown: `25 / 5 %`."""
        limits = [str(self.count)] if self.count is not None else []
        return " / ".join([*limits, *([f"{self.percent}\u00a0%"] if self.percent is not None else [])])


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits above which a plan needs approval."""

    deactivations: Limit = Limit(25, 5)
    email_changes: Limit = Limit()
    reactivations: Limit = Limit(25, 5)
    fewer_people: Limit = Limit(None, 10)
    """By how much fewer people a scope may have than in its last upload."""


@dataclass(frozen=True, slots=True)
class Approvals:
    """How many people must have approved a row before it is compiled; who made the change is not counted."""

    needed: int = 1
    """For any row that changes something."""
    closings: int = 2
    """For a row that closes an account."""
    signed: bool = False
    """Whether only signed approvals count."""

    @property
    def most(self) -> int:
        """The greater of the two numbers."""
        return max(self.needed, self.closings)


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """What must have happened before anything is sent."""

    upload_from: str = ""
    """The branch whose commit is compiled, such as `origin/main`; "" for any commit."""
    approvals: Approvals | None = None
    """None: nobody must approve."""


@dataclass(frozen=True, slots=True)
class S3Place:
    """Where the automatic sync fetches its files: a folder of a bucket, into which one may only write [AWS]."""

    bucket: str = "handshake-importer-uploads"
    prefix: str = ""
    """Without a stroke at its ends; "" is not known."""
    region: str = "us-east-1"


@dataclass(frozen=True, slots=True)
class Institution:
    """The settings of the school, with the defaults that the file documents."""

    name: str = ""
    region: str = "eu"
    language: str = "fr"
    own_domains: tuple[str, ...] = ()
    other_institutions: tuple[str, ...] = ()
    accepted_domains: tuple[str, ...] = ()
    keeps_school_email: bool = True
    keeps_sso: bool = True
    send_auth_identifier: str = "changed"
    """Whose sign-on identifier is sent: "changed", of a graduate only where Handshake has another; or "always"."""
    send_days_before: int = 0
    """How many days before its day a graduation may be sent."""
    delivery: str = "manual"
    s3: S3Place = S3Place()
    required_columns: tuple[str, ...] | None = None
    year_values: tuple[str, ...] | None = None
    level_values: tuple[str, ...] | None = None
    deactivation_reasons: tuple[str, ...] = (
        "requested-by-student",
        "required-by-policy",
        "no-personal-email",
        "duplicate-account",
        "deceased",
    )
    after_months: int | None = None
    announce_archiving: bool = False
    """Whether the letter that asks for a personal address announces that the account is archived without one."""
    mailbox_months: int | None = None
    """Months after the end date that the school mailbox lives; None: as `keeps_school_email` says."""
    sso_months: int | None = None
    """The same of the school login."""
    retention_years: int | None = None
    """Years after a person's last event after which the record is due for removal; None: never."""
    inactive_months: int | None = None
    """Months after which the account of a person who left is proposed for closing; None: never."""
    reactivation_reasons: tuple[str, ...] = ("returned", "requested-by-student", "closed-by-mistake")
    limits: Limits = Limits()
    format: int = 1
    review: ReviewPolicy = ReviewPolicy()


def read_institution(raw: bytes, path: str = PATH, *, is_past: bool = False) -> Institution:
    """Return the institution that the bytes of `institution.yaml` describe; one of the past may hold other keys.

    Raises:
        NewerSchema: the file asks for a newer program.
        SchemaBroken: not YAML, an unknown key, or a value that does not fit; with the line.
    """
    return institution_of(tree_of(raw, path), path, is_past=is_past)


def review_policy_in(raw: bytes | None) -> ReviewPolicy:
    """Return the review policy that an earlier `institution.yaml` states, whatever else of it is no longer known.

    What cannot be read states none.
    """
    if raw is None:
        return ReviewPolicy()
    try:
        tree = tree_of(raw)
        kept = [(key, node) for key, node in tree.entries if key.text in {"upload_from", "approvals"}]
        return _Reader(PATH, is_past=True).institution(tree._replace(entries=tuple(kept))).review
    except SchemaBroken:
        return ReviewPolicy()


def tree_of(raw: bytes, path: str = PATH) -> Mapping:
    """Return the bytes of `institution.yaml` as a tree.

    Raises:
        SchemaBroken: not YAML; with the line.
    """
    try:
        return parse(text_of(raw))
    except Refused as refused:
        raise SchemaBroken(path, refused.fault.place.line, refused.fault.message) from refused


def institution_of(tree: Mapping, path: str = PATH, *, is_past: bool = False) -> Institution:
    """Return the institution that a tree describes; one of the past may hold keys that are unknown today.

    Raises:
        NewerSchema: the file asks for a newer program.
        SchemaBroken: an unknown key, or a value that does not fit; with the line.
    """
    require_known_format(tree, path)
    return _Reader(path, is_past=is_past).institution(tree)


_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX: Final = re.compile(r"[A-Za-z0-9!_.*'()-]+(?:/[A-Za-z0-9!_.*'()-]+)*")
"""The characters that are safe in names on S3 [START]."""
_AWS_REGION: Final = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]+")
_MOST_DAYS: Final = 366
"""How long before its day a graduation can be sent at most."""
_NULL: Final = frozenset({"", "~", "null"})


class _Reader:
    """Convert a YAML tree to settings; every error has the line."""

    def __init__(self, path: str, *, is_past: bool) -> None:
        self.path = path
        self._is_past = is_past

    def institution(self, tree: Mapping) -> Institution:
        found = self.nested(_KEYS, tree)
        policy = {name: found.pop(name) for name in ("upload_from", "approvals") if name in found}
        found["review"] = ReviewPolicy(**policy)  # type: ignore[arg-type]
        return Institution(**found)  # type: ignore[arg-type]

    def nested(self, known: dict[str, _Convert], node: Node) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in self._mapping(node).entries:
            if self._is_past and key.text not in known:
                continue
            found |= self._among(known, key)(self, key.text, value)
        return found

    def _mapping(self, node: Node) -> Mapping:
        if isinstance(node, Mapping):
            return node
        raise self.broken(node, _("keys are expected below this one."))

    def _among(self, known: dict[str, _Convert], key: Scalar) -> _Convert:
        if key.text in known:
            return known[key.text]
        raise self.broken(key, unknown_key(key.text, known))

    def broken(self, node: Node, reason: str) -> SchemaBroken:
        return SchemaBroken(self.path, node.place.line, reason)

    def text(self, key: str, node: Node) -> str:
        if isinstance(node, Scalar) and not (node.plain and node.text in _NULL):
            return node.text
        raise self.broken(node, _("{key} needs a text.").format(key=quoted(key)))

    def one_of(self, key: str, node: Node, allowed: tuple[str, ...]) -> str:
        text = self.text(key, node)
        if text in allowed:
            return text
        message = _("{key} is {value}; it can be: {allowed}.")
        raise self.broken(node, message.format(key=quoted(key), value=quoted(text), allowed=", ".join(allowed)))

    def matching(self, key: str, node: Node, pattern: re.Pattern[str], example: str) -> str:
        text = self.text(key, node).strip("/")
        if pattern.fullmatch(text):
            return text
        message = _("{key} is {value}; it is written such as {example}.")
        raise self.broken(node, message.format(key=quoted(key), value=quoted(text), example=example))

    def texts(self, key: str, node: Node) -> tuple[str, ...]:
        if isinstance(node, Sequence):
            return tuple(self.text(key, item) for item in node.items)
        raise self.broken(node, _("{key} needs a list, such as [one, two].").format(key=quoted(key)))

    def count(self, key: str, node: Node) -> int | None:
        if _is_null(node):
            return None
        text = self.text(key, node)
        if re.fullmatch("[0-9]{1,9}", text):
            return int(text)
        raise self.broken(
            node, _("{key} is {value}; it must be a whole number or null.").format(key=quoted(key), value=quoted(text))
        )


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text in _NULL


def _text(reader: _Reader, key: str, node: Node) -> dict[str, object]:
    return {key: reader.text(key, node)}


def _choice(*allowed: str) -> _Convert:
    return lambda reader, key, node: {key: reader.one_of(key, node, allowed)}


def _boolean(reader: _Reader, key: str, node: Node) -> dict[str, object]:
    return {key: reader.one_of(key, node, ("true", "false")) == "true"}


def _domains(reader: _Reader, key: str, node: Node) -> dict[str, object]:
    domains = tuple(text.lower() for text in reader.texts(key, node))
    for domain in domains:
        if not _DOMAIN.fullmatch(domain):
            raise reader.broken(node, _("{value} is no domain, such as valmont.example.").format(value=quoted(domain)))
    return {key: domains}


def _texts_or_null(reader: _Reader, key: str, node: Node) -> dict[str, object]:
    return {key: None if _is_null(node) else reader.texts(key, node)}


def _named(name: str, typed: _Convert) -> _Convert:
    return lambda reader, key, node: {name: next(iter(typed(reader, key, node).values()))}


def _texts(reader: _Reader, key: str, node: Node) -> dict[str, object]:
    return {key: reader.texts(key, node)}


def _count(reader: _Reader, key: str, node: Node) -> dict[str, object]:
    return {key: reader.count(key, node)}


def _days(reader: _Reader, key: str, node: Node) -> dict[str, object]:
    days = reader.count(key, node)
    if days is not None and days > _MOST_DAYS:
        message = _("{key} is {value}; it can be {most} at most.")
        raise reader.broken(node, message.format(key=quoted(key), value=days, most=_MOST_DAYS))
    return {key: days or 0}


def _limit(reader: _Reader, key: str, node: Node) -> dict[str, object]:
    if _is_null(node):
        return {key: Limit()}
    return {key: Limit(**reader.nested({"count": _count, "percent": _count}, node))}  # type: ignore[arg-type]


def _limits(reader: _Reader, _key: str, node: Node) -> dict[str, object]:
    names = ("deactivations", "email_changes", "reactivations", "fewer_people")
    found = reader.nested(dict.fromkeys(names, _limit), node)
    return {"limits": Limits(**found)}  # type: ignore[arg-type]


def _format(reader: _Reader, _key: str, node: Node) -> dict[str, object]:
    return {"format": reader.count("format", node) or 1}


_BRANCH: Final = re.compile(r"(?!.*(?:\.\.|//|@\{|\.lock$|/$|\.$))[^\s~^:?*\[\\/.-][^\s~^:?*\[\\]{0,199}")
"""A name that git accepts for a branch."""


def _branch_or_null(reader: _Reader, key: str, node: Node) -> dict[str, object]:
    if _is_null(node):
        return {key: ""}
    name = reader.text(key, node)
    if not _BRANCH.fullmatch(name):
        message = _("{value} is no branch, such as origin/main.")
        raise reader.broken(node, message.format(value=quoted(name)))
    return {key: name}


_MOST_APPROVALS: Final = 9


def _number(reader: _Reader, key: str, node: Node) -> dict[str, object]:
    number = reader.count(key, node)
    if number is None or number > _MOST_APPROVALS:
        message = _("{key} needs a whole number from 0 to {most}.")
        raise reader.broken(node, message.format(key=quoted(key), most=_MOST_APPROVALS))
    return {key: number}


def _approvals(reader: _Reader, key: str, node: Node) -> dict[str, object]:
    if _is_null(node):
        return {key: None}
    found = reader.nested({"needed": _number, "closings": _number, "signed": _boolean}, node)
    return {key: Approvals(**found)}  # type: ignore[arg-type]


def _bucket(reader: _Reader, key: str, node: Node) -> dict[str, object]:
    return {key: reader.matching(key, node, _BUCKET, "handshake-importer-uploads")}


def _aws_region(reader: _Reader, key: str, node: Node) -> dict[str, object]:
    return {key: reader.matching(key, node, _AWS_REGION, "us-east-1")}


def _prefix(reader: _Reader, key: str, node: Node) -> dict[str, object]:
    return {key: "" if _is_null(node) else reader.matching(key, node, _PREFIX, "importer-production-valmont")}


def _s3(reader: _Reader, key: str, node: Node) -> dict[str, object]:
    found = reader.nested({"bucket": _bucket, "prefix": _prefix, "region": _aws_region}, node)
    return {key: S3Place(**found)}  # type: ignore[arg-type]


_KEYS: Final[dict[str, _Convert]] = {
    "format": _format,
    "requires": lambda _reader, _key, _node: {},  # checked before all other keys
    "name": _text,
    "region": _choice(*REGIONS),
    "language": _choice(*LANGUAGES),
    "own_domains": _domains,
    "other_institutions": _domains,
    "accepted_domains": _domains,
    "keeps_school_email": _boolean,
    "keeps_sso": _boolean,
    "send_auth_identifier": _choice("changed", "always"),
    "graduations": lambda reader, _key, node: reader.nested({"send_days_before": _days}, node),
    "delivery": _choice("manual", "s3"),
    "s3": _s3,
    "required_columns": _texts_or_null,
    "year_values": _texts_or_null,
    "level_values": _texts_or_null,
    "deactivation": lambda reader, _key, node: reader.nested(
        {"reasons": _named("deactivation_reasons", _texts), "after_months": _count}, node
    ),
    "reactivation": lambda reader, _key, node: reader.nested({"reasons": _named("reactivation_reasons", _texts)}, node),
    "outreach": lambda reader, _key, node: reader.nested({"announce_archiving": _boolean}, node),
    "mailbox": lambda reader, _key, node: reader.nested({"months_after_end": _named("mailbox_months", _count)}, node),
    "sso": lambda reader, _key, node: reader.nested({"months_after_end": _named("sso_months", _count)}, node),
    "retention": lambda reader, _key, node: reader.nested({"years": _named("retention_years", _count)}, node),
    "leavers": lambda reader, _key, node: reader.nested({"inactive_months": _count}, node),
    "limits": _limits,
    "upload_from": _branch_or_null,
    "approvals": _approvals,
}
