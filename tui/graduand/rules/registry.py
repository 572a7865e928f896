"""The registry of rules and checks, family by family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.rules import account, addresses, dates, file_format, handshake_state, identity, policy, sync_feed, values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.rules.rule import Check, OwnCheck

FAMILIES: Final = (file_format, values, dates, addresses, identity, account, policy, handshake_state, sync_feed)

RULES: Final = {rule.id: rule for family in FAMILIES for rule in family.RULES}
"""In the order of their ids."""

WAIVABLE: Final = frozenset(rule.id for rule in RULES.values() if rule.waivable)
KNOWN: Final = frozenset(RULES)


def checks() -> tuple[Sequence[OwnCheck], Sequence[Check]]:
    """Return the families' `OWN_CHECKS`, which are run on each record, and their `CHECKS`, which are remembered.

    Of those it is remembered in which cases they find nothing; one that meets too many cases is slow, never skipped.
    """
    own = [check for family in FAMILIES for check in getattr(family, "OWN_CHECKS", ())]
    return own, [check for family in FAMILIES for check in getattr(family, "CHECKS", ())]
