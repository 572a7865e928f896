"""Escape texts of records for Markdown, and begin HTML pages."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from graduand.language import spoken, visible

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""The content security policy of pages: no scripts and no external resources."""

_STYLE: Final = (
    ":root{--text:#222;--page:#fff;--dim:#555;--line:#ccc;--warning:#b58900;--closed:#9b1c1c;--reopened:#1b6e4a}"
    "@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;--text:#e4e4e4;--page:#17191d;--dim:#aab0b8;"
    "--line:#454b54;--warning:#d9b13b;--closed:#ff8f84;--reopened:#62c796}}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:72em;margin:2em auto;padding:0 1.2em;"
    "color:var(--text);background:var(--page)}"
    "h1{font-size:1.7em;line-height:1.25;margin:0}h2{font-size:1.2em;margin:2em 0 .4em;break-after:avoid}"
    "table{border-collapse:collapse;width:100%}caption{text-align:left;color:var(--dim);padding-bottom:.3em}"
    "td,th{border-bottom:1px solid var(--line);padding:.3em .7em .3em 0;text-align:left;vertical-align:top}"
    "tbody th{font-weight:inherit}td,th{overflow-wrap:break-word}code{overflow-wrap:anywhere}"
    "p code{display:inline-block;max-width:100%}"
    ".number{text-align:right}.warning{border-left:.3em solid var(--warning);padding-left:.8em}"
    # Narrow: a table scrolls by itself, and whom a row is about stays in sight. Wide: its head stays in sight.
    ".scroll{overflow-x:auto}.scroll table{min-width:60em;table-layout:fixed;font-size:.9em}"
    ".scroll th{position:sticky;background:var(--page)}.scroll tbody th{left:0}"
    "@media (min-width:60em){caption{white-space:nowrap}.scroll{overflow:visible}.scroll thead th{top:0}}"
    '@page{margin:15mm 12mm;@bottom-right{content:counter(page) "/" counter(pages);font:8pt sans-serif}}'
    "@media print{body{margin:0;padding:0;max-width:none;font-size:10pt}thead{display:table-header-group}"
    "tr,.warning{break-inside:avoid}.scroll{overflow:visible}.scroll th{position:static}"
    ".scroll table{min-width:0;font-size:7.5pt;line-height:1.35}"
    "details::details-content{content-visibility:visible;display:block}details>summary{display:none}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}"
)
"""The look of a page: light or dark as its reader has it, on paper always light."""

_MARKED: Final = re.compile(r"[\\`*_{}\[\]<>|#!~@&$]|(?<=:)//|(?<=www)\.|:(?=[a-z_+-][\w+-]*:)", re.IGNORECASE)
"""Characters that have a meaning in Markdown, or on the pages of a forge."""
_APART: Final = frozenset("@#$:")
"""Those of which a forge makes a mention, a reference, a formula or a picture whether they are escaped or not."""

NUMBER: Final = ' class="number"'
"""The attribute of a cell that holds a number."""


def plain(text: str) -> str:
    """Return a text with its Markdown characters escaped; an empty comment parts what a forge would read together."""
    return _MARKED.sub(lambda found: "".join(map(_escaped, found[0])), text)


def _escaped(char: str) -> str:
    return f"\\{char}<!-- -->" if char in _APART else f"\\{char}"


def code(text: str) -> str:
    """Return a text as inline code in Markdown."""
    shown = visible(text).replace("`", "'").replace("|", "¦")
    return f"`{shown}`"


def head(title: str, style: str = "") -> str:
    """Return the beginning of a self-contained page, up to its body."""
    return (
        f'<!doctype html><html lang="{spoken()}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}{style}</style></head><body>"
    )


def table(caption: str, words: Sequence[str], rows: Iterable[str]) -> Iterator[str]:
    """Return the lines of a wide table, whose rows are given as HTML, in a region that can be scrolled by keyboard."""
    said = escape(caption)
    yield f'<div class="scroll" role="region" aria-label="{said}" tabindex="0"><table><caption>{said}</caption>'
    yield f"{heads(words)}<tbody>"
    yield from rows
    yield "</tbody></table></div>"


def heads(words: Iterable[str], numbers: Container[str] = ()) -> str:
    """Return the head of a table; the columns of numbers are aligned to the right."""
    cells = (f'<th scope="col"{NUMBER if word in numbers else ""}>{escape(word)}</th>' for word in words)
    return f"<thead><tr>{''.join(cells)}</tr></thead>"
