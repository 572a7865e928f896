"""Rules GR3: e-mail addresses; the main one is the login of the account."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from graduand.language import N_, _, quoted
from graduand.records.kinds import CLEAR, FieldKind, matches
from graduand.records.record import ADVISER, EMAIL, MORE_EMAILS, domain_of
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
        N_("Use a personal address, or keep the school's own; if the domain is no school's, waive this rule."),
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
        N_("A mistyped mail provider"),
        N_("The domain is one letter away from a well-known one; nobody would get the mail."),
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
    if _suspicion(record.domain, school)[0]:
        yield from judge_domain(EMAIL, record.text(EMAIL), school)
    if record.returned and (address := record.text(EMAIL)):
        message = _("{address} is a personal address, and the person returns.")
        yield Flaw("GR305", EMAIL, message.format(address=quoted(address)))


def check_adviser(record: Record, school: School, _on: str) -> Iterator[Flaw]:
    """Return a flaw when the adviser's address is not at the school."""
    address = record.text(ADVISER)
    if address != CLEAR and matches(FieldKind.EMAIL, address) and domain_of(address) not in school.own_domains:
        message = _("{address} is at none of the school's domains.")
        yield Flaw("GR308", ADVISER, message.format(address=quoted(address)))


def check_additional(record: Record, school: School, _on: str) -> Iterator[Flaw]:
    """Return what is wrong with the additional addresses."""
    addresses = record.texts(MORE_EMAILS)
    if not addresses:
        return
    main = record.text(EMAIL).casefold()
    for index, address in enumerate(addresses):
        yield from judge_domain(f"{MORE_EMAILS}:{index}", address, school)
        if address.casefold() == main:
            message = _("{address} is the main address already.")
            yield Flaw("GR306", f"{MORE_EMAILS}:{index}", message.format(address=quoted(address)))
    for index, address in dying(record, school):
        message = _("{address} ends with the school's mailbox.")
        yield Flaw("GR310", f"{MORE_EMAILS}:{index}", message.format(address=quoted(address)))


CHECKS: Final = (check_main, check_adviser, check_additional)


def dying(record: Record, school: School) -> Iterator[tuple[int, str]]:
    """Return the additional addresses, with their numbers, that a graduate loses with the school's mailbox."""
    texts = record.texts(MORE_EMAILS)
    if texts and loses_mailbox(record, school):
        yield from (one for one in enumerate(texts) if domain_of(one[1]) in school.own_domains)


def judge_domain(key: str, address: str, school: School) -> Iterator[Flaw]:
    """Return what is wrong with the domain of a person's address under a key."""
    if not matches(FieldKind.EMAIL, address):
        return
    domain = domain_of(address)
    rule, other = _suspicion(domain, school)
    if rule == "GR302":
        message = _("{address} belongs to another institution ({domain}); the row would be skipped.")
        yield Flaw(rule, key, message.format(address=quoted(address), domain=domain))
    elif rule == "GR304":
        message = _("{domain} lies below {own} and is not among the school's domains.")
        yield Flaw(rule, key, message.format(domain=quoted(domain), own=quoted(other)))
    elif rule:
        yield Flaw(rule, key, _("{domain} looks like {meant}.").format(domain=quoted(domain), meant=quoted(other)))


@lru_cache(maxsize=16_384)
def _suspicion(domain: str, school: School) -> tuple[str, str]:
    """Return the rule that an address at `domain` breaks and the domain it is compared with; "" for none."""
    if domain in school.own_domains:
        return "", ""
    above = next((own for own in sorted(school.own_domains) if domain.endswith(f".{own}")), "")
    if above and not any(f".{domain}".endswith(f".{other}") for other in school.institution.other_institutions):
        return "GR304", above
    if school.is_other_institution(domain):
        return "GR302", ""
    known_domains = (*school.importer.mail_providers, *sorted(school.own_domains))
    meant = next((known for known in known_domains if _one_off(domain, known)), "")
    return ("GR309", meant) if meant else ("", "")


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
