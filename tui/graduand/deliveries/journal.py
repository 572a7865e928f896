"""The journal of a delivery: what is being sent and what was answered, so that nothing is forgotten or sent twice.

It is written before the first file is sent and removed when the ledger has noted them. What a killed process leaves of
it is noted by the next delivery.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.errors import Busy, NoDelivery, Unreadable
from graduand.language import _, visible
from graduand.ledger.entry import SentFile
from graduand.storage import atomic, file_reader, lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graduand.git.program import Program

_SCHEMA: Final = "graduand/delivery-journal/1"
"""The key of the files; one that is written otherwise has another."""
_SIZE: Final = 256_000_000


class DeliveredFile(NamedTuple):
    """A file that is to be sent, or was."""

    name: str
    """In the folder of the service."""
    listed: SentFile
    """What the ledger lists of it."""
    sha256: str
    """Of the bytes that are sent, as are the next two."""
    size: int
    rows: int
    state: str = ""
    """WAITING, STARTED or SENT."""
    etag: str = ""


WAITING: Final = ""
STARTED: Final = "started"
SENT: Final = "sent"


class DeliveryJournal(NamedTuple):
    """A delivery under way."""

    at: str
    """When it began, as entries have it."""
    main: str
    facts: Mapping[str, Any]
    """What the entry is to say."""
    contents: Mapping[str, bytes]
    """The files of the entry, by name."""
    files: tuple[DeliveredFile, ...]

    def with_file(self, place: int, state: str, etag: str = "") -> DeliveryJournal:
        """Return the journal with another state of one file."""
        files = list(self.files)
        files[place] = files[place]._replace(state=state, etag=etag)
        return self._replace(files=tuple(files))


def _path(program: Program) -> Path:
    return Path(program.folder, "graduand", "delivery", "journal.json")


@contextmanager
def alone(program: Program) -> Iterator[None]:
    """Keep other deliveries of this clone away.

    Raises:
        NoDelivery: one is under way.
        NotWritten: the disk refuses.
    """
    folder = _path(program).parent
    atomic.make_private_folder(folder)
    try:
        with lock.hold(folder, 0):
            yield
    except Busy as busy:
        raise NoDelivery(_("Another delivery from this clone is under way; wait until it has finished.")) from busy


def write_journal(program: Program, journal: DeliveryJournal) -> None:
    """Write the journal, in place of what was there.

    Raises:
        NotWritten: the disk refuses.
    """
    whole = {
        "at": journal.at,
        "main": journal.main,
        "facts": journal.facts,
        "contents": {name: b64encode(raw).decode() for name, raw in journal.contents.items()},
        _SCHEMA: [{**one._asdict(), "listed": one.listed._asdict()} for one in journal.files],
    }
    atomic.write_private(_path(program), json.dumps(whole).encode())


def read_journal(program: Program) -> DeliveryJournal | None:
    """Return what an earlier delivery has left; None when nothing is left.

    Raises:
        NoDelivery: it cannot be read.
    """
    path = _path(program)
    if not path.exists():
        return None
    try:
        says = json.loads(file_reader.read(path, _SIZE))
        files = tuple(
            DeliveredFile(**{**one, "listed": SentFile(**{**listed, "columns": tuple(listed["columns"])})})
            for one in says[_SCHEMA]
            for listed in (one["listed"],)
        )
        contents = {name: b64decode(text) for name, text in says["contents"].items()}
        return DeliveryJournal(says["at"], says["main"], says["facts"], contents, files)
    except (Unreadable, ValueError, TypeError, KeyError, AttributeError) as error:
        message = _(
            "{path} cannot be read: what is left of a delivery that broke off. Look into it for what was sent, note it "
            "by hand if need be, and delete it."
        )
        raise NoDelivery(message.format(path=visible(str(path), 300))) from error


def remove_journal(program: Program) -> None:
    """Remove the journal: the ledger has noted what it says.

    Raises:
        NotWritten: the disk refuses.
    """
    atomic.remove(_path(program))
