"""Rules GR3: e-mail addresses; the main one is the login of the account."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.language import N_, _, quoted, visible
from graduand.records import academic_list
from graduand.records.kinds import CLEAR, FieldKind, matches
from graduand.records.record import ADVISER, CONTINUES_AT, EMAIL, MORE_EMAILS, domain_of
from graduand.rules.policy import loses_mailbox
from graduand.rules.rule import Flaw, error, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.records.record import Record
    from graduand.records.school import School

RULES: Final = (
    error(
        "GR301",
        N_("Not an e-mail address"),
        N_("The address is the login; with a wrong one the person is locked out."),
        N_("Write one address, such as chloe.dupont@mail.example."),
        "IMP",
    ),
    error(
        "GR302",
        N_("Another institution's address"),
        N_("The importer skips the row with a warning: that institution opens an account of its own for the person."),
        N_(
            "Use a personal address, or keep the school's own. If the domain is no institution's, put it into "
            "accepted_domains of institution.yaml, once for everybody."
        ),
        "DOMAIN",
        "ALU",
        waivable=True,
    ),
    warning(
        "GR304",
        N_("A subdomain that is not among the school's domains"),
        N_("Handshake knows only the domains in the importer's settings; rows with others are skipped."),
        N_("Add the domain to own_domains once Support has added it to the settings, or correct the address."),
        "DOMAIN",
    ),
    warning(
        "GR305",
        N_("A student with a personal address"),
        N_("A person who returns gets the school's address back if it was changed at graduation."),
        N_("Write the school address, or waive this rule if the person has none."),
        "ALU",
    ),
    error(
        "GR306",
        N_("The same address twice"),
        N_("An additional address adds nothing when it is the main one."),
        N_("Delete it from additional_email_addresses."),
        "IMP",
    ),
    warning(
        "GR308",
        N_("An adviser at another address"),
        N_("The column takes the address of a career-services user of this school."),
        N_("Write the adviser's address at the school."),
        "IMP",
    ),
    warning(
        "GR309",
        N_("A mistyped domain"),
        N_("The domain is one letter away from a well-known one or the school's own; nobody would get the mail."),
        N_("Ask the person, then correct the address; if it is right, waive this rule."),
    ),
    warning(
        "GR310",
        N_("An additional address that dies with the mailbox"),
        N_("The person loses the school's mailbox; whoever is given the address next could reset the password."),
        N_("Delete it from additional_email_addresses, and take it out of the profile in Handshake."),
        "BEST",
    ),
)


def check_main(record: Record, school: School, _on: str) -> Iterator[Flaw]:
    """Return what is wrong with the domain of the main address."""
    if record.domain in school.own_domains:
        return
    continues_at = record.text(CONTINUES_AT)
    if continues_at or _suspicion(record.domain, school).rule:
        yield from judge_domain(EMAIL, record.text(EMAIL), school, continues_at)
    if record.returned and (address := record.text(EMAIL)):
        message = _("{address} is a personal address, and the person returns.")
        yield Flaw("GR305", EMAIL, message.format(address=quoted(address)))


def check_adviser(record: Record, school: School, _on: str) -> Iterator[Flaw]:
    """Return a flaw when the adviser's address is not at the school."""
    address = record.text(ADVISER)
    if address != CLEAR and matches(FieldKind.EMAIL, address) and domain_of(address) not in school.own_domains:
        message = _("{address} is at none of the school's domains.")
        yield Flaw("GR308", ADVISER, message.format(address=quoted(address)))


def check_additional(record: Record, school: School, on: str) -> Iterator[Flaw]:
    """Return what is wrong with the additional addresses."""
    addresses = record.texts(MORE_EMAILS)
    if not addresses:
        return
    main = record.text(EMAIL).casefold()
    for index, address in enumerate(addresses):
        yield from judge_domain(f"{MORE_EMAILS}:{index}", address, school, record.text(CONTINUES_AT))
        if address.casefold() == main:
            message = _("{address} is the main address already.")
            yield Flaw("GR306", f"{MORE_EMAILS}:{index}", message.format(address=quoted(address)))
    for index, address in dying(record, school, on):
        message = _("{address} ends with the school's mailbox.")
        yield Flaw("GR310", f"{MORE_EMAILS}:{index}", message.format(address=quoted(address)))


CHECKS: Final = (check_main, check_adviser, check_additional)


def dying(record: Record, school: School, on: str) -> Iterator[tuple[int, str]]:
    """Return the additional addresses, with their numbers, that a graduate loses with the school's mailbox."""
    texts = record.texts(MORE_EMAILS)
    if texts and loses_mailbox(record, school, on):
        yield from (one for one in enumerate(texts) if domain_of(one[1]) in school.own_domains)


def judge_domain(key: str, address: str, school: School, continues_at: str = "") -> Iterator[Flaw]:
    """Return what is wrong with the domain of a person's address under a key.

    `continues_at` is the institution that the person goes on to, whose address is never taken.
    """
    if not matches(FieldKind.EMAIL, address):
        return
    domain = domain_of(address)
    rule, other, names = _suspicion(domain, school)
    if continues_at and _is_gone_to(domain, continues_at, school):
        message = _("{address} is of {institution}, where the person goes on; the row would be skipped.")
        yield Flaw("GR302", key, message.format(address=quoted(address), institution=quoted(continues_at)))
    elif rule == "GR302" and names is not None:
        message = _(
            "{domain} is another institution's by the list of {library} ({names}); rows with its addresses would be "
            "skipped. If it is none, put into institution.yaml: {setting}"
        )
        version = f"{academic_list.LIBRARY} {academic_list.list_version()}".rstrip()
        setting = f"accepted_domains: [{domain}]"
        known = ", ".join(visible(name, 80) for name in names[:_NAMED]) or f".{domain.rpartition('.')[2]}"
        said = message.format(domain=quoted(domain), library=version, names=known, setting=setting)
        yield Flaw(rule, key, said + _hint(other))
    elif rule == "GR302":
        message = _("{address} belongs to another institution ({domain}); the row would be skipped.")
        yield Flaw(rule, key, message.format(address=quoted(address), domain=domain) + _hint(other))
    elif rule == "GR304":
        message = _("{domain} lies below {own} and is not among the school's domains.")
        yield Flaw(rule, key, message.format(domain=quoted(domain), own=quoted(other)))
    elif rule:
        yield Flaw(rule, key, _("{domain} looks like {meant}.").format(domain=quoted(domain), meant=quoted(other)))


def _hint(own: str) -> str:
    """Return the question whether a domain of the school's own was meant, of which one letter differs."""
    return _(" Did you mean {close}?").format(close=quoted(own)) if own else ""


_NAMED: Final = 2
"""Names of a listed institution that a message tells."""


class _Suspicion(NamedTuple):
    rule: str = ""
    """The rule that an address at a domain breaks; "" for none."""
    other: str = ""
    """The domain that it is compared with."""
    names: tuple[str, ...] | None = None
    """The names of the institution, where only the public list says that it is one."""


@lru_cache(maxsize=16_384)
def _suspicion(domain: str, school: School) -> _Suspicion:
    if domain in school.own_domains:
        return _Suspicion()
    above = next((own for own in sorted(school.own_domains) if domain.endswith(f".{own}")), "")
    if above and not any(f".{domain}".endswith(f".{other}") for other in school.institution.other_institutions):
        return _Suspicion("GR304", above)
    own = next((own for own in sorted(school.own_domains) if _one_off(domain, own)), "")
    if school.is_other_institution(domain):
        return _Suspicion("GR302", own)
    if domain in school.importer.mail_providers or school.is_accepted(domain):
        return _Suspicion()
    if school.is_listed_institution(domain):
        return _Suspicion("GR302", own, academic_list.names_at(domain))
    meant = next((known for known in school.importer.mail_providers if _one_off(domain, known)), own)
    return _Suspicion("GR309", meant) if meant else _Suspicion()


def _is_gone_to(domain: str, institution: str, school: School) -> bool:
    """Return whether a domain is of the institution that a person goes on to; never where it is a provider's."""
    if domain in school.own_domains or domain in school.importer.mail_providers or not school.asks_list:
        return False
    return academic_list.is_of(institution, domain)


def _one_off(domain: str, known: str) -> bool:
    """Return whether one letter added, left out, changed or swapped with the next makes `known` of `domain`."""
    if domain == known or abs(len(domain) - len(known)) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(domain, known, strict=False)) if a != b), min(len(domain), len(known))
    )
    left, right = domain[start:], known[start:]
    return (
        left[1:] == right[1:]
        or left[1:] == right
        or left == right[1:]
        or (left[:2] == right[1::-1] and left[2:] == right[2:])
    )
