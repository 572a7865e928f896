"""Declaration: which words a command takes, as its function declares them; neither Typer nor its time is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Option(NamedTuple):
    """What a command takes by its name."""

    flag: str = ""
    """`--name`; "": that of the parameter."""
    metavar: str | None = None
    help: str = ""


class Argument(NamedTuple):
    """What a command takes by its place."""

    metavar: str | None = None
    help: str = ""


class Word(NamedTuple):
    """One parameter of a command's function."""

    name: str
    hint: Any
    """Its type as it was written; `says` is not in it."""
    says: Option | Argument
    needed: bool
    default: object
    kind: type
    """The type of one value."""
    several: bool

    @property
    def flag(self) -> str:
        """What is typed before the value of an option; "" of an argument."""
        if not isinstance(self.says, Option):
            return ""
        return self.says.flag or f"--{self.name.replace('_', '-')}"


class Entry(NamedTuple):
    """A command: what it takes, its help, and what runs it with the session and the values."""

    words: tuple[Word, ...]
    help: str
    call: Callable[[Any, dict[str, object]], object]


def words_of(command: Callable[..., object]) -> tuple[Word, ...]:
    """Return what a command takes, in the order of its parameters; its session is none of it."""
    return tuple(_words(command))


def _words(command: Callable[..., object]) -> Iterator[Word]:
    code, defaults = command.__code__, command.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount]
    given = dict(zip(reversed(names), reversed(defaults), strict=False))
    for name, annotated in get_type_hints(command, include_extras=True).items():
        if says := getattr(annotated, "__metadata__", ()):
            hint = annotated.__origin__
            kind, several = _kind(hint)
            yield Word(name, hint, says[0], name not in given, given.get(name), kind, several)


def _kind(hint: type) -> tuple[type, bool]:
    """Return the type of one value of a hint such as `list[Path] | None`, and whether there may be several."""
    some = [part for part in getattr(hint, "__args__", ()) if part is not type(None)]
    if getattr(hint, "__origin__", None) is list:
        return some[0], True
    return _kind(some[0]) if some else (hint, False)
