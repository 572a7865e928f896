"""The registry of rules and checks, family by family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.rules import account, addresses, dates, file_format, identity, policy, values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.rules.rule import Check

FAMILIES: Final = (file_format, values, dates, addresses, identity, account, policy)

RULES: Final = {rule.id: rule for family in FAMILIES for rule in family.RULES}
"""In the order of their ids."""

WAIVABLE: Final = frozenset(rule.id for rule in RULES.values() if rule.waivable)
KNOWN: Final = frozenset(RULES)


def checks() -> Iterator[tuple[Sequence[Check], Sequence[Check]]]:
    """Return the checks of each family: `PERSONAL_CHECKS`, of values that few people share, and `CHECKS`, of others.

    Of the others it is remembered in which cases they find nothing; a check of the wrong kind is slow, never skipped.
    """
    for family in FAMILIES:
        yield getattr(family, "PERSONAL_CHECKS", ()), getattr(family, "CHECKS", ())
