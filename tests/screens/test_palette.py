"""Whatever people call a job, and wherever they are, the palette has it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import pytest

from graduand.index.query import folded
from graduand.language import speak
from graduand.screens.app import GraduandApp
from graduand.screens.due import DueScreen
from graduand.screens.failed_rows import FailedScreen
from graduand.screens.intake import IntakeScreen
from graduand.screens.places import PLACES
from graduand.screens.routes import place_classes
from graduand.screens.upload import UploadScreen
from graduand.workspace import Workspace
from tests.repository import TODAY
from tests.screens.stage import faulty
from tests.screens.terminal import press, settled, story

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

WORDS: Final = {
    "people.change": "fermer clore clôturer rouvrir désactiver archiver close reopen deactivate archive bulk",
    "people.intake": "importer scolarité excel csv promotion import registrar class",
    "people.sheet": "exporter excel tableur csv export spreadsheet",
    "people.new": "ajouter créer add create",
    "problems.cure_all": "corriger réparer erreur fix repair cure error",
    "outreach.letters": "publipostage lettre courriel campagne letter email mail",
    "outreach.due": "calendrier relance retard échéance calendar reminder late deadline",
    "plan.compile": "envoyer envoi déposer préparer compiler csv send upload compile build",
    "plan.approve": "approuver relire signer approve review sign",
    "plan.handshake": "écarts observer export drift observe differences",
    "uploads.failed": "échec rejet erreur refus failed rejected error",
    "uploads.take_back": "rollback annuler retour undo",
    "uploads.card": "cocher noter card tick",
    "audit.compare": "comparer différence période compare difference between",
    "audit.revert": "annuler rollback undo",
    "share.commit": "git valider commit",
    "share.pull": "git recevoir pull fetch",
    "share.push": "git publier push publish",
    "share.propose": "proposer branche relecture branch propose",
    "share.finish": "fusion conflit merge conflict",
    "app.undo": "annuler défaire undo revert",
    "app.redo": "rétablir refaire redo",
    "app.help": "aide touches help keys",
    "app.theme": "thème theme couleurs sombre colours colors dark",
    "app.language": "langue language",
    "app.keys": "clavier raccourci keyboard shortcut",
    "app.messages": "journal messages log",
    "app.leave_now": "quitter quit",
    "app.read": "relire read",
    "app.go_to_history": "audit historique history who",
    "app.go_to_addresses": "courriel adresse mail address",
    "app.go_to_problems": "problème erreur problem error",
    "app.go_to_plan": "plan envoyer send",
    "app.go_to_upload": "envoi upload",
    "app.go_to_share": "partage git share",
    "app.go_to_class": "promotion personnes liste people list",
}
"""By the id of a job, words by which people look for it, French and English."""


VERBS: Final = {
    "a": {"Mark all", "Mark all that are found"},
    "c": {"Correct"},
    "f": {"Failed rows"},
    "i": {"Take a class in", "File and class"},
    "k": {"Kind of event", "Kind of letter", "Kind of change"},
    "o": {"Only this person", "Only one cohort"},
    "r": {"Take this back", "Take an upload back"},
    "space": {"Mark", "Tick", "Fold"},
    "t": {"Look further ahead", "More time"},
    "tab": {"Next", "Next step"},
    "shift+tab": {"Previous", "Previous step"},
    "v": {"Addresses"},
    "w": {"Letters", "Sheet for colleagues"},
    "x": {"Leave errors out", "Throw the file away"},
    "y": {"Copy the commit", "Copy the path"},
}
"""By key, the words of one and the same thing that it does in several lists; any other key has one word."""


def test_a_letter_means_the_same_in_every_list() -> None:
    meant: defaultdict[str, set[str]] = defaultdict(set)
    for screen in (*place_classes().values(), UploadScreen, FailedScreen, DueScreen, IntakeScreen):
        for binding in screen.__dict__["BINDINGS"]:
            for key in binding.key.split(",") if binding.description else ():
                meant[key].add(binding.description)
    shared = {key: words for key, words in meant.items() if len(words) > 1 and not key.startswith(("ctrl+", "f5"))}
    assert {key: words for key, words in shared.items() if words != VERBS.get(key)} == {
        "escape": {"Back", "Clear the search, then go back"},
        "left": {"Fold", "Previous step"},
        "right": {"Fold", "Next step"},
    }


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_word_leads_to_its_job_from_every_place(root: Path, language: str) -> None:
    """Words of both languages, whichever is spoken; `missing` names the place, the word and the job."""
    speak(language)
    app = GraduandApp(Workspace(faulty(root)), TODAY)
    missing: list[tuple[str, str, str]] = []

    async def tell(pilot: Pilot[Any]) -> None:
        for number, place in enumerate(PLACES, 1):
            await press(pilot, "g", str(number))
            await settled(pilot)
            searched = {job.id: job.searched for job in app.palette_jobs()}
            missing.extend(
                (place.key, word, job)
                for job, words in WORDS.items()
                for word in words.split()
                if folded(word) not in searched.get(job, "")
            )

    story(app, tell)
    assert missing == []
