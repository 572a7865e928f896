"""Escape texts of records for Markdown, and begin HTML pages."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from graduand.language import spoken, visible

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""The content security policy of pages: no scripts and no external resources."""

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:72em;margin:2em auto;padding:0 1.2em;color:#222;background:#fff}"
    "h1{font-size:1.7em;margin:0}h2{font-size:1.2em;margin:2em 0 .4em}"
    "table{border-collapse:collapse;width:100%}"
    "td,th{border-bottom:1px solid #ccc;padding:.3em .7em .3em 0;text-align:left;vertical-align:top}"
    "td{overflow-wrap:break-word}.warning{border-left:.3em solid #b58900;padding-left:.8em}"
    "@media print{body{margin:0;max-width:none;font-size:10pt}thead{display:table-header-group}tr{break-inside:avoid}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}"
)

_MARKED: Final = re.compile(r"[\\`*_{}\[\]<>|#!~@&]|(?<=:)//|(?<=www)\.", re.IGNORECASE)
"""Characters that have a meaning in Markdown, or on the pages of a forge."""


def plain(text: str) -> str:
    """Return a text with its Markdown characters escaped."""
    return _MARKED.sub(lambda found: "".join(f"\\{char}" for char in found[0]), text)


def code(text: str) -> str:
    """Return a text as inline code in Markdown."""
    shown = visible(text).replace("`", "'").replace("|", "¦")
    return f"`{shown}`"


def head(title: str, style: str = "") -> str:
    """Return the beginning of a self-contained page, up to its body."""
    return (
        f'<!doctype html><html lang="{spoken()}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}{style}</style></head><body>'
    )


def heads(words: tuple[str, ...]) -> str:
    """Return the head of a table."""
    cells = "".join(f'<th scope="col">{escape(word)}</th>' for word in words)
    return f"<thead><tr>{cells}</tr></thead>"
