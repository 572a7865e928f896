"""The book of rules: every rule by its id."""

from __future__ import annotations

from typing import Final

from graduand.rules import account, addresses, dates, file_format, identity, policy, values

FAMILIES: Final = (file_format, values, dates, addresses, identity, account, policy)

RULES: Final = {rule.id: rule for family in FAMILIES for rule in family.RULES}
"""In the order of their ids."""

WAIVABLE: Final = frozenset(rule.id for rule in RULES.values() if rule.waivable)
KNOWN: Final = frozenset(RULES)
