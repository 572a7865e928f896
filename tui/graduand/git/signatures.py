"""Check the signatures of commits: always by a given file of allowed signers, and by the user's own programs."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import GitRefused
from graduand.git.allowed_signers import read_allowed
from graduand.git.events import Signature, SignatureState
from graduand.git.first_parent import QUIET
from graduand.git.revision import Revision, Stamp
from graduand.storage import atomic
from graduand.storage.cache_file import CacheFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graduand.git.program import Program

_CHECKERS: Final = {"gpg.program": "gpg", "gpg.ssh.program": "ssh-keygen", "gpg.x509.program": "gpgsm"}
"""The settings that name the programs which check signatures, and git's defaults."""
_AT_ONCE: Final = 1_000
"""Commits that one process is asked about; their names are its arguments."""
_FORM: Final = "graduand/signatures/1"


_STATES: Final = {"G": SignatureState.GOOD} | dict.fromkeys("UEN", SignatureState.UNKNOWN)
"""By git's letters; any other letter is bad. Only signed commits are asked about: N says that git could not tell."""


class CommitHeader(NamedTuple):
    """Who made a commit, and whether it has a signature."""

    author: Stamp
    committer: Stamp
    is_signed: bool


def read_headers(program: Program, commits: Iterable[str]) -> dict[str, CommitHeader]:
    """Return the headers of commits; a commit that is not here is left out."""
    listed = list(dict.fromkeys(commits))
    found = {}
    for commit, raw in zip(listed, program.blobs(listed), strict=True):
        if raw is not None:
            head = raw.partition(b"\n\n")[0].decode(errors="surrogateescape")
            revision = Revision(commit, f"commit {commit}\n{head}\n\n", ())
            found[commit] = CommitHeader(revision.author, revision.committer, revision.signed)
    return found


def check(program: Program, wanted: Mapping[str, bytes]) -> dict[str, Signature]:
    """Return the signature of each commit, by its file of allowed signers; commits that are not here are left out.

    A verdict by a key for SSH depends on nothing else, and is remembered.
    """
    signed = {name for name, header in read_headers(program, wanted).items() if header.is_signed}
    by_file: defaultdict[bytes, list[str]] = defaultdict(list)
    for commit in wanted:
        if commit in signed:
            by_file[wanted[commit]].append(commit)
    found = dict.fromkeys(wanted, Signature(SignatureState.NONE))
    if not by_file:
        return found
    checker = _Checker(program)
    for raw, commits in by_file.items():
        verdicts = checker.verdicts(raw, commits)
        keys: defaultdict[str, list[str]] = defaultdict(list)
        for signer in read_allowed(raw):
            if not signer.flaw:
                keys[signer.fingerprint] += signer.principals
        found |= {commit: _signature(verdict, keys) for commit, verdict in verdicts.items()}
    checker.remember()
    return found


_Verdict = tuple[str, str, str]
"""Git's letter, the signer and the fingerprint of the key."""


class _Checker:
    """Asks git about signatures, and remembers its verdicts."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._programs = tuple(_checkers(program))
        place = Path(program.folder, "graduand", "signatures")
        self._file = CacheFile[dict[str, _Verdict]](place, _FORM, *self._programs, shape=dict[str, _Verdict])
        self._known = self._file.read() or {}
        self._new: dict[str, _Verdict] = {}

    def verdicts(self, allowed: bytes, commits: Iterable[str]) -> dict[str, _Verdict]:
        """Return git's verdicts on commits by a file of allowed signers."""
        name = hashlib.sha256(allowed).hexdigest()
        found, asked = {}, []
        for commit in commits:
            known = self._known.get(f"{commit} {name}")
            if known:
                found[commit] = known
            else:
                asked.append(commit)
        if asked:
            fresh = dict(_verdicts(self._program, self._programs, asked, _written(self._program, allowed, name)))
            self._new |= {f"{one} {name}": said for one, said in fresh.items() if said[2].startswith("SHA256:")}
            found |= fresh
        return found

    def remember(self) -> None:
        """Write the new verdicts by keys for SSH: others may change with the user's keys."""
        if self._new:
            self._file.write(self._known | self._new)


def _signature(verdict: _Verdict, keys: Mapping[str, Sequence[str]]) -> Signature:
    letter, signer, key = verdict
    state = _STATES.get(letter, SignatureState.BAD)
    if not key.startswith("SHA256:"):
        return Signature(state, signer, key, (signer,) if signer else ())
    principals = tuple(dict.fromkeys(keys.get(key, ())))
    if state is SignatureState.GOOD and not principals:  # only a line that names nobody has the key
        state = SignatureState.UNKNOWN
    return Signature(state, ", ".join(principals), key, principals)


def _written(program: Program, raw: bytes, name: str) -> Path:
    """Return where a file of allowed signers lies for git to read."""
    place = Path(program.folder, "graduand", "allowed-signers", name[:24])
    atomic.write_private(place, raw, sync=False)
    return place


def _verdicts(
    program: Program, programs: Sequence[str], commits: Sequence[str], allowed: Path
) -> Iterator[tuple[str, _Verdict]]:
    """Yield for each commit git's letter, the signer and the fingerprint of the key."""
    settings = {
        "gpg.ssh.allowedSignersFile": str(allowed),
        "gpg.ssh.revocationFile": "",
        "gpg.minTrustLevel": "undefined",
    }
    words = (*programs, *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")))
    form = "--format=%H%x00%G?%x00%GS%x00%GF%x00%GK"
    for start in range(0, len(commits), _AT_ONCE):
        part = commits[start : start + _AT_ONCE]
        listing = program.read(*words, *QUIET, "log", "--no-walk=unsorted", form, "--end-of-options", *part, "--")
        for line in filter(None, listing.split("\n")):
            commit, letter, signer, fingerprint, key = line.split("\0")
            yield commit, (letter, signer, fingerprint or key)


def _checkers(program: Program) -> Iterator[str]:
    """Yield options by which git runs the user's own programs, whatever the repository is set to."""
    names = "|".join(name.replace(".", r"\.") for name in _CHECKERS)
    try:
        fields = program.read("config", "--show-scope", "-z", "--get-regexp", f"^({names})$").split("\0")
    except GitRefused:  # none is set
        fields = []
    chosen = dict(_CHECKERS)
    for scope, setting in zip(fields[::2], fields[1::2], strict=False):
        name, _line_end, value = setting.partition("\n")
        if scope in {"system", "global"}:
            chosen[name] = value
    for name, value in chosen.items():
        yield from ("-c", f"{name}={value}")


def commits_of(program: Program, *folders: str) -> tuple[str, ...]:
    """Return the commits of the branch that is checked out which touch a folder, newest first."""
    try:
        listing = program.read("rev-list", "--full-history", "--end-of-options", "HEAD", "--", *folders)
    except GitRefused:
        return ()  # nothing is committed yet
    return tuple(listing.split())


def replaced(program: Program) -> tuple[str, ...]:
    """Return the references that replace committed objects by others."""
    return tuple(program.read("for-each-ref", "--format=%(refname)", "refs/replace").split())
