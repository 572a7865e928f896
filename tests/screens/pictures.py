"""make pictures: the screens of the guide in each language, drawn by the program itself on the shipped records."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from graduand.language import LANGUAGES, speak, spoken
from graduand.screens.app import GraduandApp
from graduand.workspace import Workspace
from tests.repository import HOUSE, TODAY, shipped
from tests.screens.terminal import press, settled, story, type_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.pilot import Pilot

    Story = Callable[[Pilot[Any]], Awaitable[None]]

FOLDER: Final = HOUSE / "docs" / "pictures"
SIZE: Final = (112, 30)
_FONTS: Final = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)
"""Of a font from elsewhere the pictures have no need."""
_NUMBER: Final = re.compile(r"terminal-\d+")
MAEL: Final = "records/2026-spring/00412398.yaml"


async def people(pilot: Pilot[Any]) -> None:
    """Somebody is looked for, two are marked."""
    await press(pilot, "down", "space", "space", "slash")
    await type_in(pilot, f"{'promotion' if spoken() == 'fr' else 'cohort'}:2025 ")
    await press(pilot, "enter")


async def person(pilot: Pilot[Any]) -> None:
    """Find a person, and open the record."""
    await press(pilot, "slash")
    await type_in(pilot, "mael")
    await press(pilot, "enter", "enter")
    await pilot.pause(0.5)
    await settled(pilot)


async def edit(pilot: Pilot[Any], key: str) -> None:
    """Open a person's field to be typed into."""
    await person(pilot)
    while (field := getattr(pilot.app.focused, "field", None)) is None or field.key != key:
        await press(pilot, "down")
    await press(pilot, "enter")


async def form(pilot: Pilot[Any]) -> None:
    """An account is about to be closed."""
    await edit(pilot, "disabled")
    await press(pilot, "enter", "down", "enter", "down")
    await pilot.pause(0.3)
    await settled(pilot)


async def problems(pilot: Pilot[Any]) -> None:
    """All that is wrong, by rule."""
    await press(pilot, "g", "2")
    await press(pilot, "down", "down")


async def plan(pilot: Pilot[Any]) -> None:
    """What the next upload would change."""
    await press(pilot, "g", "4")
    await press(pilot, "down")


async def difference(pilot: Pilot[Any]) -> None:
    """The same field was changed here and on the disk."""
    await edit(pilot, "last_name")
    await press(pilot, "end")
    await type_in(pilot, "-Le Bris")
    path = pilot.app.workspace.root / MAEL  # type: ignore[attr-defined]
    theirs = path.read_text(encoding="utf-8").replace("last_name: Kervella", "last_name: Kervella-Morvan")
    path.write_text(theirs.replace("2026-06-26", "2026-06-27"), encoding="utf-8")
    await press(pilot, "ctrl+s")
    await pilot.pause(0.5)
    await settled(pilot)


STORIES: Final[tuple[Story, ...]] = (people, person, form, problems, plan, difference)
"""Each is a picture of its own, by its name."""
TOUR: Final = ("people", "person", "form", "problems", "plan")
"""The pictures that the READMEs show, one after the other, in one that moves."""
SECONDS: Final = 3
"""For which the moving picture shows each of them."""


def drawn(tell: Story) -> str:
    """Return the screen that a story ends on, as SVG."""
    pictures = []

    async def draw(pilot: Pilot[Any]) -> None:
        await tell(pilot)
        pictures.append(pilot.app.export_screenshot(title="graduand"))

    with tempfile.TemporaryDirectory() as folder:
        story(GraduandApp(Workspace(shipped(Path(folder))), TODAY), draw, SIZE)
    return _NUMBER.sub("terminal", _FONTS.sub("", pictures[0]))


_STYLE: Final = re.compile(r"\.terminal-(r\d+) \{ (.*?) *\}")
_CELLS: Final = re.compile(r'(?<=clip-path="url\(#terminal-clip-terminal\)">\n).*(?=    </g>\n</svg>)', re.DOTALL)
_LINES: Final = re.compile(r'<clipPath id="terminal-line-.*?</clipPath>\s*', re.DOTALL)
_REPEATED: Final = re.compile(r' (?:clip-path="url\(#terminal-line-\d+\)"|shape-rendering="crispEdges")')


def moving(pictures: Sequence[str]) -> str:
    """Return one SVG that shows pictures of one size one after the other; where nothing may move, the first of them."""
    styles: dict[str, str] = {}
    frames = []
    for number, picture in enumerate(pictures):
        own = {name: styles.setdefault(style, f"s{len(styles)}") for name, style in _STYLE.findall(picture)}
        (cells,) = _CELLS.findall(_REPEATED.sub("", picture))
        for name, style in own.items():
            cells = cells.replace(f'"terminal-{name}"', f'"{style}"')
        frames.append(f'<g class="frame" style="animation-delay:{number * SECONDS}s">\n{cells}</g>\n')
    rules = [
        *(f".{name} {{ {style} }}" for style, name in styles.items()),
        "rect { shape-rendering: crispEdges }",
        f".frame {{ visibility: hidden; animation: show {len(pictures) * SECONDS}s step-end infinite }}",
        ".frame:first-of-type { visibility: visible }",
        f"@keyframes show {{ 0% {{ visibility: visible }} {100 / len(pictures):g}% {{ visibility: hidden }} }}",
        "@media (prefers-reduced-motion: reduce) { .frame { animation: none } }",
    ]
    whole = _LINES.sub("", _CELLS.sub(lambda _cells: "".join(frames), pictures[0]))
    first, *others = _STYLE.finditer(whole)
    return whole[: first.start()] + "\n    ".join(rules) + whole[(others or [first])[-1].end() :]


def main() -> None:
    """Draw them all, whatever the settings of who draws them are."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_GLOBAL": os.devnull}
        for who in ("AUTHOR", "COMMITTER"):
            os.environ |= {f"GIT_{who}_NAME": "Camille Renard", f"GIT_{who}_EMAIL": "camille.renard@valmont.example"}
        for language in LANGUAGES:
            speak(language)
            folder = FOLDER / language
            folder.mkdir(parents=True, exist_ok=True)
            pictures = {tell.__name__: drawn(tell) for tell in STORIES}
            pictures["tour"] = moving([pictures[name] for name in TOUR])
            for name, picture in pictures.items():
                (folder / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
