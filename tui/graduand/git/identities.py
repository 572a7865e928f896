"""Whose addresses are one person's, as `.mailmap` and the file of allowed signers say."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from graduand.git.allowed_signers import ALLOWED, read_allowed
from graduand.git.events import address_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graduand.git.program import Program

MAILMAP: Final = ".mailmap"
_ADDRESS: Final = re.compile(r"<([^<>]*)>")


class Identities:
    """Tells by their addresses whether two names are one person's; a name with no address is told by itself."""

    def __init__(self, groups: Iterable[Sequence[str]] = ()) -> None:
        """Take each group of addresses for one person's."""
        self._first: dict[str, str] = {}
        members: dict[str, set[str]] = {}
        for group in groups:
            joined = {address.casefold() for address in group}
            for address in [*joined]:
                joined |= members.get(self._first.get(address, address), set())
            name = min(joined)
            members[name] = joined
            self._first |= dict.fromkeys(joined, name)

    def of(self, who: str) -> str:
        """Return the address by which the person of `Name <address>` is told from others."""
        address = address_of(who)
        return self._first.get(address, address)


def read_identities(program: Program, commits: Iterable[str]) -> Identities:
    """Return whose addresses are one person's by what any of some commits says: leaving a line out parts nobody."""
    listed = [*dict.fromkeys(filter(None, commits))]
    mailmaps = [*program.blobs(f"{commit}:{MAILMAP}" for commit in listed)]
    signers = [*program.blobs(f"{commit}:{program.prefix}{ALLOWED}" for commit in listed)]
    return Identities(
        [
            *(group for raw in mailmaps if raw for group in _groups(raw)),
            *_by_key(raw for raw in signers if raw),
        ]
    )


def _by_key(files: Iterable[bytes]) -> Iterator[Sequence[str]]:
    """Yield the addresses of each line of files of allowed signers, and of all lines with the same key."""
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for signer in (one for raw in files for one in read_allowed(raw) if one.principals):
        yield signer.principals
        if signer.fingerprint:
            keys[signer.fingerprint] |= {*signer.principals}
    yield from map(sorted, keys.values())


def _groups(raw: bytes) -> Iterator[list[str]]:
    """Yield the addresses of each line of a mailmap: `Name <address> [Name <address>]`."""
    for line in raw.decode(errors="replace").splitlines():
        found = [address.strip() for address in _ADDRESS.findall(line.partition("#")[0])]
        if len(found) > 1:
            yield found
