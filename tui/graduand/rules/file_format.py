"""Rules GR0: the file itself; the reader finds most of these, this module explains them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from graduand.language import N_, _, quoted
from graduand.records.kinds import CLEAR
from graduand.records.paths import CROWD, file_name, record_path
from graduand.records.record import USERNAME
from graduand.rules.rule import Flaw, OwnCheck, error, warning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graduand.records.record import Record
    from graduand.records.school import School
    from graduand.rules.answers import People

RULES: Final = (
    error(
        "GR001",
        N_("The file cannot be read"),
        N_("A record is a small, ordinary file; what is larger than 64 KB or not readable is no record."),
        N_("Put the record itself here, with the right to read it."),
    ),
    error(
        "GR002",
        N_("Not UTF-8"),
        N_("The importer takes UTF-8 only, and a text in another encoding would lose its accents."),
        N_("Save the file again with the encoding UTF-8."),
        "CSV",
    ),
    error(
        "GR003",
        N_("Byte order mark"),
        N_("Invisible bytes at the beginning would become part of the first key."),
        N_("Save the file as UTF-8 without BOM."),
        "CSV",
    ),
    error(
        "GR004",
        N_("Foreign line ends"),
        N_(
            "Lines that end as on Windows change a whole file at the next save, and nobody can see in git what changed."
        ),
        N_("Save the file with LF line ends; git does it by itself where .gitattributes is as graduand init makes it."),
        "FAIL",
    ),
    error(
        "GR005",
        N_("Invisible character in the file"),
        N_("A reviewer must see what the importer will read; a tab is no indentation in YAML."),
        N_("Delete the character; replace a tab by blanks."),
    ),
    error(
        "GR006",
        N_("Unfinished merge"),
        N_("Two versions of the same lines stand in the file."),
        N_("Join them with graduand resolve, or open the record in the interface, which asks field by field."),
    ),
    error(
        "GR007",
        N_("Not YAML"),
        N_("The file cannot be taken apart from this line on."),
        N_("Write “key: value”, indented by blanks; put a text with special characters in double quotes."),
    ),
    error(
        "GR008",
        N_("A key appears twice"),
        N_("Nobody can tell which of the two is meant; a clean merge of two branches can produce this."),
        N_("Delete one of the two lines."),
    ),
    error(
        "GR009",
        N_("Anchor, alias or merge key"),
        N_("A reviewer would have to look elsewhere for the value."),
        N_('Write the value itself; put a text that begins with * or & in double quotes, such as "**CLEAR**".'),
    ),
    error(
        "GR010",
        N_("Tag"),
        N_("In a record every value is text."),
        N_("Delete the word that begins with an exclamation mark."),
    ),
    error(
        "GR011",
        N_("More than one document"),
        N_("A file holds one person."),
        N_("Delete the lines ---, ... and %…; give a second person a file of their own."),
    ),
    error(
        "GR012",
        N_("Wrong shape"),
        N_("A list, a text or a block of keys stands where the record has another of the three."),
        N_("Write it as the finding says."),
    ),
    error(
        "GR013",
        N_("Empty value"),
        N_("In a record an absent key means “leave as it is” and “**CLEAR**” means “wipe”; nothing means neither."),
        N_('Delete the line, or write "**CLEAR**".'),
        "FAQ",
    ),
    warning(
        "GR014",
        N_("Not a record"),
        N_("Whatever else lies in records/ is passed over, and somebody may believe that it counts."),
        N_("Delete it, or name it <username>.yaml in the folder of its cohort."),
        waivable=False,
    ),
    error(
        "GR015",
        N_("Not an ordinary file"),
        N_("A link could lead out of the reviewed folder, a pipe would wait for ever."),
        N_("Put the record itself here."),
    ),
    error(
        "GR016",
        N_("File name and username differ"),
        N_("People find a record by its file name, the program by the username inside; the two must agree."),
        N_("Rename the file, or let graduand fmt do it."),
    ),
    warning(
        "GR017",
        N_("Crowded folder"),
        N_("git's history queries pay for the size of a folder; above 500 people a cohort gets a second level."),
        N_("Let graduand fmt move the files."),
    ),
    error(
        "GR018",
        N_("A record in the wrong place"),
        N_("What is not records/<cohort>/<username>.yaml is not read, so a person would be missing in every upload."),
        N_("Move it into the folder of its cohort as <username>.yaml, or delete it; git may ignore what is to stay."),
        waivable=False,
    ),
)


def check_file_name(record: Record, _school: School, _on: str) -> Iterator[Flaw]:
    """Return a flaw when the file is not named for the username."""
    username = record.username
    if record.path and username not in {"", CLEAR} and not is_at_home(record.path, username):
        message = _("The username is {username}, so the file must be called {name}.")
        yield Flaw("GR016", USERNAME, message.format(username=quoted(username), name=quoted(file_name(username))))


def is_at_home(path: str, username: str) -> bool:
    """Return whether the file at `path` is named for the username."""
    return path.rpartition("/")[2] == file_name(username)


def _none(_people: People, _school: School) -> tuple[int, ...]:
    """Return no numbers: records in columns are in no file."""
    return ()


OWN_CHECKS: Final = (OwnCheck(check_file_name, _none),)


def judge_places(
    paths: Sequence[str], usernames: Sequence[str], others: Mapping[str, int]
) -> Iterator[tuple[str, Flaw]]:
    """Return path and flaw of each record whose folder does not fit the size of its cohort.

    `others` are the people by cohort whose records are not at the `paths`.
    """
    lying = [(path.rpartition("/")[0], username[-2:]) for path, username in zip(paths, usernames, strict=True)]
    people = _by_cohort(folder for folder, _end in lying)
    people.update(others)
    wanted = {
        (folder, end): record_path(_cohort(folder), end, people[_cohort(folder)]).rpartition("/")[0]
        for folder, end in set(lying)
        if end
    }
    if all(folder == right for (folder, _end), right in wanted.items()):
        return
    for path, (folder, end) in zip(paths, lying, strict=True):
        right = wanted.get((folder, end), folder)
        if folder != right:
            yield path, _misplaced(people[_cohort(folder)], right)


def cohort_sizes(paths: Iterable[str]) -> Counter[str]:
    """Return how many of the records at the paths are in each cohort."""
    return _by_cohort(path.rpartition("/")[0] for path in paths)


def _by_cohort(folders: Iterable[str]) -> Counter[str]:
    """Return how often the folders of each cohort appear."""
    people = Counter[str]()
    for folder, count in Counter(folders).items():
        people[_cohort(folder)] += count
    return people


def _misplaced(people: int, folder: str) -> Flaw:
    message = _(
        "The cohort has {people} people (above {crowd} it gets a second level), so the file belongs in {folder}."
    )
    return Flaw("GR017", USERNAME, message.format(people=people, crowd=CROWD, folder=quoted(folder)))


def _cohort(folder: str) -> str:
    """Return the cohort of the records in a folder, as `Record.cohort` does."""
    parts = folder.split("/")
    return parts[1] if len(parts) > 1 else ""
