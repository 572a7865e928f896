"""Uploads and results that versions before the ledger noted in tags, and that are not read into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.errors import FormerUploads
from graduand.git.upload_tags import read_tags

if TYPE_CHECKING:
    from graduand.git.upload_tags import UploadTag
    from graduand.ledger.ledger import Ledger

TAG: Final = "from_tag"
"""The fact of an entry that names the tag that it was read from."""


def unread_tags(ledger: Ledger) -> tuple[UploadTag, ...]:
    """Return the tags that the ledger does not know, in the order of noting; a result needs its upload's."""
    unread = ledger.tags - {entry.text(TAG) for entry in ledger.entries} if ledger.tags else ledger.tags
    if not unread:
        return ()
    tags = read_tags(ledger.program)
    uploads = {tag.name for tag in tags if tag.is_upload}
    return tuple(tag for tag in tags if tag.name in unread and (tag.is_upload or tag.says.get("upload") in uploads))


def require_read(ledger: Ledger) -> None:
    """Check that the ledger knows all that is noted in tags.

    Raises:
        FormerUploads: it does not.
    """
    if unread := unread_tags(ledger):
        raise FormerUploads(len(unread))
