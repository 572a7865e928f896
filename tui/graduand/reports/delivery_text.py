"""Format a delivery as text or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.language import _, ngettext, visible
from graduand.reports.console import Line, Span, line
from graduand.reports.feed_text import feed_check_text
from graduand.reports.findings_text import groups_text
from graduand.reports.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.deliveries.deliver import Delivered
    from graduand.deliveries.package import Packed


def delivery_text(done: Delivered) -> Iterator[Line]:
    """Return a line for each file, sent or with a dry run to be sent, and what is to be known besides."""
    place = done.place
    for one in done.files:
        rows = ngettext("{count} row", "{count} rows", one.rows).format(count=one.rows)
        size = _("{size} MB").format(size=f"{one.size / 1_000_000:.1f}")
        where = f"s3://{place.bucket}/{place.prefix}/{one.name}" if place else one.name
        yield line(Span(visible(where, 300), "bold"), f"  {rows}, {size}")
        yield line("  ", Span(f"SHA-256 {one.sha256}", "dim"))
    if done.endpoint:
        message = _("! The service is not Amazon's own: {endpoint}")
        yield line(Span(message.format(endpoint=visible(done.endpoint, 200)), "yellow"))
    if not done.has_credentials:
        yield line(Span(_("! No AWS credentials were found here; without them nothing can be sent."), "yellow"))
    if done.entry and not done.is_verified:
        yield line(Span(_("! The answer repeats no checksum, so that it came whole is not proved."), "yellow"))
    package = done.packed.package
    for name in package.by_hand if package else ():
        message = _("{file} goes up by hand; the card says how: upload.md")
        yield line(message.format(file=visible(name, 200)))
    if package and package.is_feed:
        count = sum(one.listed.rows for one in package.files)
        message = ngettext(
            "{count} row differs from what Handshake is known to hold of people with a record, or who were sent; no "
            "other is noted.",
            "{count} rows differ from what Handshake is known to hold of people with a record, or who were sent; no "
            "others are noted.",
            count,
        )
        yield line(message.format(count=count))


def delivered_text(done: Delivered) -> Iterator[Line]:
    """Return what `delivery_text` returns, and that nothing was sent where nothing was."""
    yield from delivery_text(done)
    if not done.entry:
        yield line(_("Nothing was sent (--dry-run)."))


def refused_text(packed: Packed, *, everything: bool, show: bool) -> Iterator[Line]:
    """Return what keeps a package from being delivered."""
    if packed.findings:
        yield from groups_text(packed.findings, everything=everything)
    if packed.checked and packed.stopping:
        stopping = packed.checked._replace(findings=packed.stopping)
        yield from feed_check_text(stopping, everything=everything, show=show, is_uncompared=False)
    yield line(Span(_("Nothing was delivered. Cure this first; graduand feed overlay writes what it can."), "bold red"))


def delivered_json(done: Delivered) -> str:
    """Return one JSON object."""
    place = done.place
    whole = {
        "schema": "graduand/delivery/1",
        "entry": done.entry or None,
        "bucket": place.bucket if place else None,
        "prefix": place.prefix if place else None,
        "endpoint": done.endpoint or None,
        "verified": done.is_verified if done.entry else None,
        "files": [
            {"name": one.name, "sha256": one.sha256, "size": one.size, "rows": one.rows, "etag": one.etag or None}
            for one in done.files
        ],
        "shared": done.shared.state,
    }
    return json_text(whole)
