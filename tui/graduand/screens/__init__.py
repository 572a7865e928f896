"""The interface in the terminal, one file a screen; Textual only here."""

from __future__ import annotations

import re

import rich._wrap

# French holds « and : to their words by no-break spaces; the library would break the line there like at any other.
rich._wrap.re_word = re.compile(r"[^\S\u00a0\u202f]*[\S\u00a0\u202f]+[^\S\u00a0\u202f]*")  # noqa: SLF001 - no other way in
