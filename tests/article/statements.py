"""The statements of Handshake's article on graduates, in our own words and its order, each with what proves it.

A proof returns what is seen, in words that are the same in every language: columns, values, rules, files.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.article import school as one
from tests.handshake.test_article import ATTENDING, EMAIL, YEAR
from tests.importer import END, REQUIRED, START

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.article.school import Summer


class Statement(NamedTuple):
    """What the article says, and what proves that it can be done."""

    english: str
    french: str
    command: str
    proof: Callable[[Summer], str]


class Part(NamedTuple):
    """A part of the article."""

    english: str
    french: str
    statements: tuple[Statement, ...]


def _became(username: str, header: str, value: str) -> Callable[[Summer], str]:
    """Return the proof that a cell of a profile has a value after the upload."""

    def proof(summer: Summer) -> str:
        assert summer.after[username].get(header, "") == value
        return summer.became(username, header)

    return proof


def _policies(summer: Summer) -> str:
    keys = ("keeps_school_email", "keeps_sso", "delivery", "deactivation")
    text = (summer.root / "schema/institution.yaml").read_text(encoding="utf-8")
    assert all(f"\n{key}:" in text for key in keys)
    return "`schema/institution.yaml`: " + ", ".join(f"`{key}`" for key in keys)


def _uploaded(summer: Summer) -> str:
    (name,) = [name for name in summer.files if name.endswith(".csv")]
    assert [outcome.ran for outcome in summer.outcomes] == [True]
    return f"`build/{name}`"


def _stays(summer: Summer) -> str:
    assert summer.after[one.STAYS][ATTENDING] == "TRUE"
    assert summer.after[one.STAYS][YEAR] == "Master 1"
    return f"{summer.became(one.STAYS, ATTENDING)}; {summer.became(one.STAYS, YEAR)}"


def _nothing_outstanding(summer: Summer) -> str:
    changes = json.loads(summer.ran["plan --changed"].out)["changes"]
    told = {change["username"] for change in changes}
    assert told == {one.BAD_DATE, one.OWN_ACCOUNT}, "who failed, and nobody else"
    return f"`{one.KEEPS}`: –"


def _dropped(summer: Summer) -> str:
    assert not (summer.root / f"records/2026-summer/{one.DROPPED}.yaml").exists()
    assert summer.autumn[one.DROPPED] == summer.after[one.DROPPED]
    assert "disabled" not in summer.autumn[one.DROPPED]
    return "`disabled`: –"


def _studies_again(summer: Summer) -> str:
    row = summer.row(one.RETURNS)
    assert (row[YEAR], row[ATTENDING]) == ("Master 1", "TRUE")
    return f"`{YEAR}`: {row[YEAR]}; `{ATTENDING}`: TRUE"


def _both_dates(summer: Summer) -> str:
    row, account = summer.row(one.RETURNS), summer.after[one.RETURNS]
    assert (row[START], row[END]) == (account[START], account[END]) == ("2026-09-07", "2028-06-30")
    return f"`{START}`: {row[START]}; `{END}`: {row[END]}"


def _explained(summer: Summer) -> str:
    failed = b"".join(outcome.failed for outcome in summer.outcomes).decode()
    assert '""primary_education.end_date"": [""must be a date on or after primary_education:start_date""]' in failed
    assert f"{one.BAD_DATE}  records/2026-summer/{one.BAD_DATE}.yaml:6:13" in summer.ran["reconcile"].out
    assert summer.autumn[one.BAD_DATE][YEAR] == "Alumni", "once both dates are given"
    return f"`records/2026-summer/{one.BAD_DATE}.yaml:6:13`"


def _cleared(summer: Summer) -> str:
    assert summer.row(one.OPEN_END)[END] == "**CLEAR**"
    assert END not in summer.after[one.OPEN_END]
    return f"`**CLEAR**`; {summer.became(one.OPEN_END, END)}"


def _kept_end(summer: Summer) -> str:
    assert summer.row(one.NO_END)[END] == ""
    assert summer.after[one.NO_END][END] == summer.before[one.NO_END][END]
    return summer.became(one.NO_END, END)


def _by_hand(summer: Summer) -> str:
    assert summer.row(one.BY_HAND)["disabled"] == ""
    plan = json.loads(summer.ran["plan --on"].out)["changes"]
    (fields,) = [change["fields"] for change in plan if change["username"] == one.BY_HAND]
    assert "disabled" not in {field["header"] for field in fields}
    return "`disabled`: FALSE → FALSE"


def _reopened(summer: Summer) -> str:
    assert summer.row(one.RETURNS)["disabled"] == "FALSE"
    return summer.became(one.RETURNS, "disabled")


def _overlaid(summer: Summer) -> str:
    head, row = (line.split(",") for line in summer.ran["feed overlay"].out.splitlines())
    assert dict(zip(head, row, strict=True))["disabled"] == "FALSE"
    return "`disabled`: – → FALSE"


def _required(summer: Summer) -> str:
    for name, content in summer.files.items():
        assert not name.endswith(".csv") or {*REQUIRED["eu"]} <= {*content.decode().split("\n", 1)[0].split(",")}
    return ", ".join(f"`{header}`" for header in REQUIRED["eu"])


def _refused(address: str, rule: str) -> Callable[[Summer], str]:
    """Return the proof that an address is refused."""

    def proof(summer: Summer) -> str:
        path = summer.root / f"records/2026-summer/{one.GOES_ON}.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(f"p{one.GOES_ON}@valmont.example", address), encoding="utf-8")
        found = {line["rule"]: line["severity"] for line in summer.objects("check", str(path))}
        path.write_text(text, encoding="utf-8")
        assert found[rule] == "error"
        return f"{rule}: `{address}`"

    return proof


def _personal(summer: Summer) -> str:
    assert summer.after[one.LOSES][EMAIL] == f"p{one.LOSES}@courriel.example"
    return summer.became(one.LOSES, EMAIL)


def _asked(summer: Summer) -> dict[str, str]:
    """Return who is asked for an address, and by which day."""
    told = [json.loads(line) for line in summer.ran["outreach email"].out.splitlines()]
    return {line["username"]: line["answer_by"] for line in told if line["asked"]}


def _keeps_long(summer: Summer) -> str:
    assert one.KEEPS_LONG not in _asked(summer)
    assert summer.after[one.KEEPS_LONG][EMAIL] == summer.before[one.KEEPS_LONG][EMAIL]
    return f"`mailbox_ends_on: 2027-12-31`; {summer.became(one.KEEPS_LONG, EMAIL)}"


def _waits(summer: Summer) -> str:
    found = [json.loads(line) for line in summer.ran["check --json"].out.splitlines()]
    assert [line["username"] for line in found if line["rule"] == "GR601"] == [one.WAITS]
    return f"GR601: `{one.WAITS}`"


def _letter(summer: Summer) -> str:
    assert [*_asked(summer)] == [one.WAITS]
    assert one.WAITS in (summer.root / "build/outreach/email/people.csv").read_text(encoding="utf-8-sig")
    return f"`build/outreach/email/people.csv`: `{one.WAITS}`"


def _announced(summer: Summer) -> str:
    assert _asked(summer)[one.WAITS] == "2026-07-31"
    letters = (summer.root / "build/outreach/email/people.csv").read_text(encoding="utf-8-sig")
    assert "we will archive your Handshake account on 1 August 2026" in letters.replace("\u00a0", " ")
    return "`answer_by`: 2026-07-31; `announce_archiving: true`"


def _months(summer: Summer) -> str:
    due = [json.loads(line) for line in summer.ran["due --json"].out.splitlines()]
    (found,) = [line for line in due if line["kind"] == "months"]
    assert (found["username"], found["closes"]) == (one.YEAR_OUT, True)
    assert "disabled" not in summer.after[one.YEAR_OUT], "proposed, not done"
    return f"`{one.YEAR_OUT}`: `disabled: {found['changes']['disabled']}`, `{found['what']}`"


def _in_bulk(summer: Summer) -> str:
    people = [f"{name}" for name in (one.LOSES, one.YEAR_OUT)]
    words = ("disabled=true", "transition:account:reason=required-by-policy", "transition:account:requested_by=office")
    preview = summer.run("edit", *people, *words, "--preview")
    assert preview.code == 0, preview.err
    assert all(name in preview.out for name in people)
    return "; ".join(f"`{name}`: `disabled: true`" for name in people)


def _needs_reason(summer: Summer) -> str:
    path = summer.root / f"records/2026-summer/{one.CLOSES}.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("    reason: requested-by-student\n", ""), encoding="utf-8")
    errors = {line["rule"] for line in summer.objects("check", str(path)) if line["severity"] == "error"}
    path.write_text(text, encoding="utf-8")
    assert len(errors) == 1
    return f"{errors.pop()}: `reason`"


def _nobody_closed(summer: Summer) -> str:
    closed = {name for name, account in summer.after.items() if account.get("disabled") == "TRUE"}
    opened = {name for name, account in summer.before.items() if account.get("disabled") == "TRUE"} - closed
    assert closed == {one.CLOSES}
    return f"`{one.CLOSES}`: `disabled` TRUE; {len(opened)} × TRUE → FALSE"


def _on_request(summer: Summer) -> str:
    events = [line for line in summer.objects("log", one.CLOSES) if line["event"] == "deactivated"]
    assert [event["reason"] for event in events] == ["requested-by-student"]
    assert summer.after[one.CLOSES]["disabled"] == "TRUE"
    return f"{summer.became(one.CLOSES, 'disabled')}; `requested-by-student`"


def _by_file(summer: Summer) -> str:
    card = summer.files["upload.md"].decode()
    (name,) = [name for name in summer.files if name.endswith(".csv")]
    assert name in card
    return f"`build/{name}`, `build/upload.md`"


def _cell(username: str, header: str, value: str) -> Callable[[Summer], str]:
    """Return the proof that a cell of the file has a value."""

    def proof(summer: Summer) -> str:
        assert summer.row(username)[header] == value
        return f"`{header}`: {value}"

    return proof


def _optional(summer: Summer) -> str:
    rows = {name: summer.row(name)["disabled"] for name in (one.KEEPS, one.LOSES, one.CLOSES)}
    assert rows == {one.KEEPS: "", one.LOSES: "", one.CLOSES: "TRUE"}
    return "`disabled`: –, –, TRUE"


def _keeps_login(summer: Summer) -> str:
    assert summer.after[one.KEEPS]["auth_identifier"] == summer.before[one.KEEPS]["auth_identifier"]
    assert summer.row(one.KEEPS)["auth_identifier"] == ""
    assert "disabled" not in summer.after[one.KEEPS]
    return f"{summer.became(one.KEEPS, 'auth_identifier')}; `disabled`: –"


def _told(summer: Summer) -> list[str]:
    told = [json.loads(line) for line in summer.ran["outreach sso"].out.splitlines()]
    return [line["username"] for line in told if line["asked"]]


def _login_is_local(summer: Summer) -> str:
    assert _told(summer) == [one.NO_LOGIN], "whoever keeps the login is left alone"
    return "`keeps_sso: true`: –"


def _password(summer: Summer) -> str:
    assert one.NO_LOGIN in (summer.root / "build/outreach/sso/people.csv").read_text(encoding="utf-8-sig")
    return f"`build/outreach/sso/people.csv`: `{one.NO_LOGIN}`"


def _by_address(summer: Summer) -> str:
    account = summer.after[one.NO_LOGIN]
    assert "disabled" not in account
    return f"{summer.became(one.NO_LOGIN, EMAIL)}; `disabled`: –"


def _connected(summer: Summer) -> str:
    assert one.CONNECTED in summer.after
    assert one.CONNECTED not in summer.autumn
    assert summer.autumn[one.OWN_ACCOUNT][YEAR] == "Alumni"
    return f"`username`: {one.CONNECTED} → {one.OWN_ACCOUNT}"


_COMPILE: Final = "graduand compile"
_CHECK: Final = "graduand check"

ARTICLE: Final = (
    Part(
        "Graduates who keep the school's address",
        "Les diplômés qui gardent l’adresse de l’établissement",
        (
            Statement(
                "What happens at graduation differs from school to school.",
                "Ce qui se passe à l’obtention du diplôme varie d’un établissement à l’autre.",
                "graduand init",
                _policies,
            ),
            Statement(
                "Graduates are brought up to date by an import of students.",
                "Les diplômés sont mis à jour par un import d’étudiants.",
                _COMPILE,
                _uploaded,
            ),
            Statement(
                "The year becomes Alumni.", "L’année devient Alumni.", _COMPILE, _became(one.KEEPS, YEAR, "Alumni")
            ),
            Statement(
                "The end date is the real day of graduation.",
                "La date de fin est le vrai jour du diplôme.",
                _COMPILE,
                _became(one.KEEPS, END, "2026-06-15"),
            ),
            Statement(
                "Attendance becomes FALSE.",
                "La présence devient FALSE.",
                _COMPILE,
                _became(one.KEEPS, ATTENDING, "FALSE"),
            ),
            Statement(
                "It stays TRUE for who goes on to another degree here.",
                "Elle reste TRUE pour qui poursuit un autre diplôme ici.",
                _COMPILE,
                _stays,
            ),
            Statement(
                "Later there is nothing more to send of the person.",
                "Ensuite, il n’y a plus rien à envoyer de la personne.",
                "graduand plan --changed",
                _nothing_outstanding,
            ),
            Statement(
                "Who drops out of the file keeps an open account.",
                "Qui disparaît du fichier garde un compte ouvert.",
                "graduand compile --changed",
                _dropped,
            ),
        ),
    ),
    Part(
        "Graduates who come back",
        "Les diplômés qui reviennent",
        (
            Statement(
                "Who returns comes back with a new year and programme.",
                "Qui revient figure avec sa nouvelle année et son nouveau programme.",
                _COMPILE,
                _studies_again,
            ),
            Statement(
                "The new start and end dates are both given.",
                "Les nouvelles dates de début et de fin sont données toutes deux.",
                _COMPILE,
                _both_dates,
            ),
            Statement(
                "Otherwise the row fails, with a message about the end date.",
                "Sinon la ligne échoue, avec un message sur la date de fin.",
                "graduand reconcile",
                _explained,
            ),
            Statement(
                "A new start without an end takes **CLEAR** as end date.",
                "Un nouveau début sans fin demande **CLEAR** comme date de fin.",
                _COMPILE,
                _cleared,
            ),
            Statement(
                "A blank end date wipes nothing.",
                "Une date de fin vide n’efface rien.",
                _COMPILE,
                _kept_end,
            ),
            Statement(
                "A closed account is reopened by hand on the profile,",
                "Un compte fermé se rouvre à la main sur le profil,",
                f"graduand observe --person {one.BY_HAND} disabled=FALSE --apply",
                _by_hand,
            ),
            Statement(
                "or by a file that says FALSE,",
                "ou par un fichier qui dit FALSE,",
                _COMPILE,
                _reopened,
            ),
            Statement(
                "or by the automatic sync, with the column added.",
                "ou par la synchronisation automatique, la colonne ajoutée.",
                "graduand feed overlay",
                _overlaid,
            ),
            Statement(
                "Every file has the required columns besides.",
                "Chaque fichier a aussi les colonnes obligatoires.",
                _COMPILE,
                _required,
            ),
        ),
    ),
    Part(
        "Graduates who lose the school's address",
        "Les diplômés qui perdent l’adresse de l’établissement",
        (
            Statement(
                "They become Alumni in the same way,",
                "Ils deviennent Alumni de la même façon,",
                _COMPILE,
                _became(one.LOSES, YEAR, "Alumni"),
            ),
            Statement(
                "with the real end date.",
                "avec la vraie date de fin.",
                _COMPILE,
                _became(one.LOSES, END, "2026-06-15"),
            ),
            Statement(
                "The address of another institution is never taken,",
                "L’adresse d’un autre établissement n’est jamais reprise,",
                _CHECK,
                _refused("chloe@univ-aiguebelle.fr", "GR302"),
            ),
            Statement(
                "since that one opens an account of its own.",
                "car celui-ci ouvre un compte à part.",
                _CHECK,
                _refused("chloe@aiguebelle.edu", "GR302"),
            ),
            Statement(
                "A personal address takes the place of the school's.",
                "Une adresse personnelle remplace celle de l’établissement.",
                _COMPILE,
                _personal,
            ),
            Statement(
                "Who keeps the mailbox for more than a year needs no other yet.",
                "Qui garde sa boîte plus d’un an n’en a pas encore besoin d’une autre.",
                "graduand outreach email",
                _keeps_long,
            ),
            Statement(
                "Who loses it must be asked for a second address.",
                "À qui la perd, il faut demander une seconde adresse.",
                _CHECK,
                _waits,
            ),
            Statement(
                "A mail to just these people asks for it,",
                "Un courriel à ces seules personnes la demande,",
                "graduand outreach email",
                _letter,
            ),
            Statement(
                "and may announce a day on which the account is archived.",
                "et peut annoncer le jour où le compte sera archivé.",
                "graduand outreach email --answer-by 2026-07-31",
                _announced,
            ),
            Statement(
                "Attendance becomes FALSE here too.",
                "Ici aussi, la présence devient FALSE.",
                _COMPILE,
                _became(one.LOSES, ATTENDING, "FALSE"),
            ),
            Statement(
                "The required columns are there here too.",
                "Ici aussi, les colonnes obligatoires sont là.",
                _COMPILE,
                _required,
            ),
        ),
    ),
    Part(
        "Closing accounts",
        "Fermer des comptes",
        (
            Statement(
                "Accounts can be closed some months after the end.",
                "Des comptes peuvent être fermés quelques mois après la fin.",
                "graduand due",
                _months,
            ),
            Statement(
                "Many can be closed at once.",
                "On peut en fermer beaucoup à la fois.",
                "graduand edit … disabled=true",
                _in_bulk,
            ),
            Statement(
                "It is advised against, but on request or by obligation.",
                "C’est déconseillé, sauf sur demande ou par obligation.",
                _CHECK,
                _needs_reason,
            ),
            Statement(
                "For whoever is left open can come back to the profile.",
                "Car qui reste ouvert peut retrouver son profil.",
                _COMPILE,
                _nobody_closed,
            ),
            Statement(
                "Who asks for it is closed.",
                "Qui le demande est fermé.",
                "graduand log",
                _on_request,
            ),
            Statement(
                "Who comes back is reopened by the opposite.",
                "Qui revient est rouvert par l’inverse.",
                _COMPILE,
                _reopened,
            ),
        ),
    ),
    Part(
        "A file by hand",
        "Un fichier à la main",
        (
            Statement(
                "Without a sync a file is uploaded by hand.",
                "Sans synchronisation, un fichier est déposé à la main.",
                _COMPILE,
                _by_file,
            ),
            Statement(
                "It has the username that Handshake has,",
                "Il porte l’identifiant que Handshake connaît,",
                _COMPILE,
                _cell(one.KEEPS, "username", one.KEEPS),
            ),
            Statement(
                "the address, present or new,",
                "l’adresse, présente ou nouvelle,",
                _COMPILE,
                _cell(one.LOSES, EMAIL, f"p{one.LOSES}@courriel.example"),
            ),
            Statement("the year Alumni,", "l’année Alumni,", _COMPILE, _cell(one.KEEPS, YEAR, "Alumni")),
            Statement("the end date,", "la date de fin,", _COMPILE, _cell(one.KEEPS, END, "2026-06-15")),
            Statement(
                "“disabled” only for whom it closes,",
                "« disabled » seulement pour qui il ferme,",
                _COMPILE,
                _optional,
            ),
            Statement("and the required columns.", "et les colonnes obligatoires.", _COMPILE, _required),
        ),
    ),
    Part(
        "The school's login",
        "La connexion de l’établissement",
        (
            Statement(
                "It works on while the account is open,",
                "Elle fonctionne tant que le compte est ouvert,",
                _COMPILE,
                _keeps_login,
            ),
            Statement(
                "and while the school lets the person through.",
                "et tant que l’établissement laisse passer la personne.",
                "graduand outreach sso",
                _login_is_local,
            ),
            Statement(
                "Who loses it is told to set a password,",
                "Qui la perd est prévenu de choisir un mot de passe,",
                "graduand outreach sso",
                _password,
            ),
            Statement(
                "and logs in with the address from then on.",
                "et se connecte désormais avec l’adresse.",
                _COMPILE,
                _by_address,
            ),
        ),
    ),
    Part(
        "Graduates who go on elsewhere",
        "Les diplômés qui poursuivent ailleurs",
        (
            Statement(
                "The other institution makes a separate account, with its address.",
                "L’autre établissement crée un compte à part, avec son adresse.",
                _CHECK,
                _refused("chloe@etu.univ-aiguebelle.fr", "GR302"),
            ),
            Statement(
                "Yours is kept up to date as Alumni.",
                "Le vôtre est tenu à jour comme Alumni.",
                _COMPILE,
                _became(one.GOES_ON, YEAR, "Alumni"),
            ),
            Statement(
                "An alumnus who opened an account alone is connected to the school.",
                "Un alumni qui a ouvert un compte seul est rattaché à l’établissement.",
                "graduand compile --changed",
                _connected,
            ),
        ),
    ),
)
