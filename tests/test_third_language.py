"""A third language is data alone: a copy of the program gets a catalogue, words, labels and letters of a toy language.

The toy catalogue says "¤" before each sentence, and has three plurals: of one, of two to four, and of all others.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.repository import GRADUATE, HOUSE, TODAY, put

if TYPE_CHECKING:
    from pathlib import Path

PLURALS: Final = "nplurals=3; plural=(n == 1 ? 0 : n >= 2 && n <= 4 ? 1 : 2)"
WORDS: Final = """
yes = ["jes", "j"]
no = ["ne"]
true = ["vera"]
false = ["malvera"]
ordinals = ["a"]
nothing = ["nenio"]
stays = ["restas"]
subject = "Temo"
separator = "|"
downloads = ["Elsutoj"]
timestamps = ["Tempo"]
weekdays = [["lundo"], ["mardo"], ["merkredo"], ["jhaudo"], ["vendredo"], ["sabato"], ["dimancho"]]
months = [["unua"], ["dua"], ["tria"], ["kvara"], ["kvina"], ["sesa"],
          ["sepa"], ["oka"], ["naua"], ["deka"], ["dekunua"], ["dekdua"]]
[dates]
eu = "{day}-a de {month} {year}"
us = "{month}, {day}-a, {year}"
first = "1"
[date_orders]
"dd/mm/yyyy" = ["tt/mm/jjjj"]
"mm/dd/yyyy" = ["mm/tt/jjjj"]
[filters]
kind = ["speco"]
state = ["stato"]
problem = ["problemo"]
cohort = ["klaso"]
email = ["retadreso"]
username = ["salutnomo"]
name = ["nomo"]
programme = ["studoj"]
end = ["fino"]
reason = ["kialo"]
level = ["nivelo"]
[states]
waiting = ["atendas"]
held = ["tenata"]
upcoming = ["venonta"]
closed = ["fermita"]
reopened = ["malfermita"]
new = ["nova"]
changed = ["alia"]
failed = ["fiaskis"]
pending = ["liverita"]
unchanged = ["sama"]
conflict = ["kontrauas"]
blocked = ["blokita"]
taken-back = ["reprenita"]
excluded = ["ekskludita"]
confidential = ["sekreta"]
[kinds]
graduated = ["diplomita"]
returned = ["revenis"]
left = ["foriris"]
[jobs]
"people.new" = ["laboro"]
"people.change" = ["laboro"]
"people.columns" = ["laboro"]
"people.frequency" = ["laboro"]
"people.intake" = ["laboro"]
"people.sheet" = ["laboro"]
"problems.cure_all" = ["laboro"]
"problems.editor" = ["laboro"]
"outreach.letters" = ["laboro"]
"outreach.due" = ["laboro"]
"plan.compile" = ["laboro"]
"plan.approve" = ["laboro"]
"plan.handshake" = ["laboro"]
"uploads.deliver" = ["laboro"]
"uploads.failed" = ["laboro"]
"uploads.take_back" = ["laboro"]
"audit.only" = ["laboro"]
"audit.compare" = ["laboro"]
"audit.revert" = ["laboro"]
"share.commit" = ["laboro"]
"share.pull" = ["laboro"]
"share.push" = ["laboro"]
"share.propose" = ["laboro"]
"share.finish" = ["laboro"]
"share.begin_ledger" = ["laboro"]
"app.go_to_class" = ["laboro"]
"app.go_to_problems" = ["laboro"]
"app.go_to_addresses" = ["laboro"]
"app.go_to_plan" = ["laboro"]
"app.go_to_upload" = ["laboro"]
"app.go_to_history" = ["laboro"]
"app.go_to_share" = ["laboro"]
"app.undo" = ["laboro"]
"app.redo" = ["laboro"]
"app.leave" = ["laboro"]
"app.help" = ["laboro"]
"uploads.card" = ["laboro"]
"app.theme" = ["laboro"]
"app.language" = ["laboro"]
"app.commit" = ["laboro"]
"app.messages" = ["laboro"]
"app.keys" = ["laboro"]
"""


def toy_catalogue(french: str) -> bytes:
    """Return a compiled catalogue of the messages of the French one."""
    lines = ['msgid ""', 'msgstr ""', f'"Plural-Forms: {PLURALS};\\n"', '"Content-Type: text/plain; charset=utf-8\\n"']
    catalog = read_po(BytesIO("\n".join(lines).encode()), locale="eo")  # Babel writes the rule only with a locale
    for message in read_po(BytesIO(french.encode()), locale="fr"):
        if isinstance(message.id, tuple):
            one, many = message.id
            catalog.add(message.id, (f"¤1 {one}", f"¤2 {many}", f"¤5 {many}"))
        elif message.id:
            catalog.add(message.id, f"¤{message.id}")
    made = BytesIO()
    write_mo(made, catalog)
    return made.getvalue()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a copy of the program that has the toy language "xx" too."""
    folder = tmp_path_factory.mktemp("program")
    code = folder / "graduand"
    shutil.copytree(HOUSE / "tui/graduand", code, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(HOUSE / "schema", code / "schema")
    shutil.copy(HOUSE / "constraints/run.txt", code / "requirements.txt")
    toy = code / "locale/xx"
    (toy / "LC_MESSAGES").mkdir(parents=True)
    french = (code / "locale/fr/LC_MESSAGES/graduand.po").read_text(encoding="utf-8")
    (toy / "LC_MESSAGES/graduand.mo").write_bytes(toy_catalogue(french))
    (toy / "words.toml").write_text(WORDS, encoding="utf-8")
    importer = code / "schema/handshake.yaml"
    labels = importer.read_text(encoding="utf-8")
    assert labels.count("fr: Identifiant}") == 1
    importer.write_text(labels.replace("fr: Identifiant}", "fr: Identifiant, xx: Salutnomo}"), encoding="utf-8")
    for letter in ("email", "reminder", "sso"):
        (code / f"schema/outreach/{letter}.xx.txt").write_text("Temo: Saluton\n\nKara {first_name}\n", encoding="utf-8")
    return folder


def run(program: Path, cwd: Path, *words: str) -> str:
    """Return what Python says that runs the copy of the program; errors come last."""
    ran = subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(program)},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def school(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the records of a school of that language, made by `graduand init`."""
    root = tmp_path_factory.mktemp("school") / "records"
    words = ("init", str(root), "--name", "Lernejo", "--domain", "valmont.example", "--lang", "xx")
    assert "¤{folder}" not in (said := run(program, root.parent, "-m", "graduand", "--lang", "xx", *words))
    assert f"¤{root} is ready." in said
    assert "language: xx" in (root / "schema/institution.yaml").read_text(encoding="utf-8")
    assert (root / "schema/outreach/sso.xx.txt").is_file()
    return root


def test_commands_speak_the_language_of_the_school(program: Path, school: Path) -> None:
    said = run(program, school, "-m", "graduand", "explain", "username")
    assert "username  Salutnomo" in said
    assert "¤Meaning" in said
    assert "Lab" not in run(program, school, "-m", "graduand", "--lang", "en", "explain", "username").partition("\n")[0]
    assert "--lang en|fr|xx" in run(program, school, "-m", "graduand", "init", "--help")
    assert "xx" in run(program, school, "-m", "graduand", "--lang", "yy", "check")


def test_the_plural_follows_the_catalogue(program: Path, school: Path) -> None:
    summaries = []
    for number in range(1, 6):
        put(school, GRADUATE.replace("00412345", f"0041234{number}"), f"2026-spring/0041234{number}.yaml")
        summaries.append(run(program, school, "-m", "graduand", "check", "--on", TODAY).strip().splitlines()[-1])
    forms = {1: "¤1 1 record:", 2: "¤2 2 records:", 4: "¤2 4 records:", 5: "¤5 5 records:"}
    assert [form for number, form in forms.items() if form not in summaries[number - 1]] == [], summaries
    shutil.rmtree(school / "records/2026-spring")


def test_an_intake_reads_the_words_of_the_language(program: Path, school: Path) -> None:
    lines = (
        "username,email_address,first_name,last_name,end_date,sso,kind",
        "00412345,chloe.dupont@valmont.example,Chloé,Dupont,3a kvina 2026,malvera,diplomita",
    )
    (school / "class.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    words: tuple[str, ...] = (
        "--cohort",
        "2026-spring",
        "--map",
        "sso=transition:keeps_sso",
        "--map",
        "end_date=primary_education:end_date",
        "--map",
        "kind=transition:kind",
    )
    said = run(program, school, "-m", "graduand", "intake", "class.csv", *words, "--apply")
    assert "¤" in said
    record = (school / "records/2026-spring/00412345.yaml").read_text(encoding="utf-8")
    assert ("end_date: 2026-05-03" in record, "keeps_sso: false" in record, "kind: graduated" in record) == (True,) * 3
    shutil.rmtree(school / "records/2026-spring")
    (school / "class.csv").unlink()


def test_answers_filters_letters_and_sheets_use_the_words_of_the_language(program: Path, school: Path) -> None:
    code = """
from pathlib import Path
from graduand.campaigns.letters import letter, spelt
from graduand.index.query import query_of
from graduand.language import quoted, speak
from graduand.tables.spreadsheet import guarded, separator
from graduand.vocabulary import means_yes, truth_of
speak("xx")
print(means_yes("Jes"), truth_of("vera"), truth_of("malvera"), separator(), guarded("3 kvina"), quoted("a"))
print(*(one.value for one in query_of("stato:atend speco:revenis").filters))
print(letter(Path.cwd(), "sso", ["first_name"]).subject, spelt("2026-05-01", "eu"), spelt("2026-05-02", "us"))
"""
    assert run(program, school, "-c", code).splitlines() == [
        "True true false | '3 kvina ¤“a”",
        "waiting returned",
        "Saluton 1-a de kvina 2026 kvina, 2-a, 2026",
    ]


def test_the_json_schema_has_the_label_in_every_language(program: Path, school: Path) -> None:
    written = (school / "schema/transition.schema.json").read_text(encoding="utf-8")
    assert '"Username / Identifiant / Salutnomo"' in written
    assert "is fresh" in run(program, school, "-m", "graduand", "schema", "--check")
