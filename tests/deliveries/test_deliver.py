"""graduand deliver: a compiled upload or a sync file, put into the school's folder of S3, and noted as pending."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from moto.server import ThreadedMotoServer

from graduand.errors import NotWritten
from graduand.git.program import Program
from graduand.handshake.upload import CHECKSUM, manifest_checksum
from graduand.ledger.ledger import read_ledger
from graduand.screens import deliver_flow
from graduand.screens.upload import UploadScreen
from graduand.screens.uploads import UploadsScreen
from graduand.uploads.compiler import CompileOptions, prepare, write_upload
from graduand.workspace import Workspace
from tests.deliveries.s3 import BUCKET, KEYS, PREFIX, Answer, Bucket, allow_loopback, answering, refusal
from tests.feeds.test_feed_overlay import ONE, TWO, YEAR, close, feed_of, students
from tests.handshake.test_article import DAY
from tests.importer import Importer, Settings
from tests.repository import begin, commit, git, graduand, graduate, noted, put, settle
from tests.screens.stage import Stage
from tests.screens.terminal import press, screen_text, story
from tests.uploads.test_loop import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from textual.pilot import Pilot

    from tests.repository import Ran

NAME = f"{DAY.replace('-', '')}_users.csv"
KEY = f"/{BUCKET}/{PREFIX}/{NAME}"
SOUND = Answer(headers={"ETag": '"abc"'})
BUSY = refusal("SlowDown", 503)


@pytest.fixture
def root(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twenty students, of whom one graduates and one is closed; the prefix is known, and so are keys."""
    begin(root)
    settle(root, s3=f"{{prefix: {PREFIX}}}", delivery="s3")
    put(root, graduate(ONE), f"2026-spring/{ONE}.yaml")
    put(root, graduate(TWO), f"2026-spring/{TWO}.yaml")
    commit(root)
    allow_loopback(monkeypatch)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    return root


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """Moto's S3, with Handshake's bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(moto: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """The bucket, empty; graduand is sent to it."""
    del root
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", moto)
    found = Bucket(moto)
    yield found
    found.close()


def deliver(root: Path, *words: str, lang: str = "en") -> Ran:
    return graduand(root, "deliver", *words, "--on", DAY, lang=lang)


def entry_of(root: Path) -> dict[str, Any]:
    found = json.loads(git(root, "show", "graduand/ledger:entry.json"))
    assert isinstance(found, dict)
    return found


def feed_file(root: Path, content: str) -> str:
    path = root / "build" / "out.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode())
    return str(path)


def crowd(root: Path) -> None:
    """Put more people in: of so many the automatic sync takes a closing."""
    for number in range(3, 25):
        put(root, graduate(f"000000{number:02}"), f"2026-spring/000000{number:02}.yaml")


def test_a_compiled_upload_goes_into_the_folder_and_is_pending_until_it_is_noted(root: Path, bucket: Bucket) -> None:
    desk = Desk(root, Importer(students()))
    desk.run("compile", "--on", DAY)
    (compiled,) = (root / "build").glob("*_students.csv")

    ran = deliver(root)

    assert ran.code == 0, ran.err
    assert ran.out.startswith(f"s3://{BUCKET}/{PREFIX}/{NAME}  2 rows, 0.0 MB\n  SHA-256 ")
    content = compiled.read_bytes()
    assert bucket.files() == {f"{PREFIX}/{NAME}": content}
    (delivery,) = noted(root, "delivered")
    sent = entry_of(root)["sent"]
    digest, size = hashlib.sha256(content).hexdigest(), len(content)
    etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
    facts = {"file": "students.csv", "name": NAME, "sha256": digest, "size": size, "rows": 2, "etag": etag}
    assert sent == [{**facts, "answered": True}]
    assert f"Noted as {delivery}, pending" in ran.err


def test_in_the_interface_a_key_shows_what_would_be_sent_then_sends_it(
    root: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver_flow, "today", lambda: DAY)
    graduand(root, "compile", "--on", DAY)
    app = Stage(UploadsScreen(Workspace(root), DAY))

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "L")
        assert "Deliver 1 file to Handshake" in screen_text(app)
        assert f"s3://{BUCKET}/{PREFIX}/{NAME}  2 rows" in screen_text(app)
        await press(pilot, "escape")
        assert (bucket.files(), noted(root, "delivered")) == ({}, [])
        await press(pilot, "L", "ctrl+s")
        (delivery,) = noted(root, "delivered")
        assert f"Delivered, and noted as {delivery}" in screen_text(app)
        assert [*bucket.files()] == [f"{PREFIX}/{NAME}"]
        await press(pilot, "escape")
        assert "delivered, not known to have run" in screen_text(app)

    story(app, tell, (120, 30))


def test_where_files_go_up_by_hand_d_delivers_nothing(root: Path) -> None:
    settle(root, delivery="manual")
    commit(root)
    graduand(root, "compile", "--on", DAY)
    app = Stage(UploadScreen(Workspace(root)))

    async def tell(pilot: Pilot[Any]) -> None:
        assert "Deliver" not in screen_text(app).splitlines()[-1]
        await press(pilot, "L")
        assert app.screen is app.shown

    story(app, tell, (160, 30))


def test_a_delivery_is_pending_everywhere_until_it_is_noted_as_run(root: Path, bucket: Bucket) -> None:
    desk = Desk(root, Importer(students()))
    desk.run("compile", "--on", DAY)
    assert (deliver(root).code, len(bucket.files())) == (0, 1)
    (delivery,) = noted(root, "delivered")

    assert desk.plan() == dict.fromkeys((ONE, TWO), "pending")
    assert "delivered, not known to have run (2)\n  00000001" in desk.run("plan", "--on", DAY)
    desk.run("compile", "--changed", "--on", DAY, code=1)
    assert "delivered, not known to have run" in desk.run("uploads")
    assert "delivered, not known to have run" in desk.run("log", ONE)
    assert json.loads(desk.run("drift", "--on", DAY, "--json").splitlines()[0])["why"] == "delivered"
    assert "Nothing speaks against this history." in desk.run("audit", "verify")
    assert "is not known to have run; when it has, say so" in graduand(root, "rollback", delivery).err


def test_a_delivery_that_is_noted_as_run_is_an_upload_of_the_time_when_it_was_sent(root: Path, bucket: Bucket) -> None:
    desk = Desk(root, Importer(students()))
    desk.run("compile", "--on", DAY)
    assert (deliver(root).code, len(bucket.files())) == (0, 1)
    (delivery,) = noted(root, "delivered")

    assert graduand(root, "uploaded", delivery[:16]).out.strip() == noted(root)[0]
    assert "Already noted." in graduand(root, "uploaded", delivery).err
    assert desk.plan() == {}
    assert entry_of(root)["at"] == json.loads(git(root, "show", "graduand/ledger~1:entry.json"))["at"]
    assert f"sent with {noted(root)[0]}" in desk.run("log", ONE)
    assert "Nothing speaks against this history." in desk.run("audit", "verify")
    assert "closes" not in desk.run("rollback", "--on", DAY, "--out", str(root / "build/back"), "--again", code=1)


def test_one_request_is_made_and_its_checksum_goes_with_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graduand(root, "compile", "--on", DAY)
    with answering(SOUND) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        ran = deliver(root)

    assert ran.code == 0, ran.err
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("PUT", KEY)
    assert asked.headers["x-amz-checksum-sha256"]
    assert "! The answer repeats no checksum" in ran.out
    assert f"! The service is not Amazon's own: {server.url}" in ran.out
    assert entry_of(root)["endpoint"] == server.url


def test_the_file_of_a_day_is_sent_once_unless_it_is_said_again(root: Path, bucket: Bucket) -> None:
    graduand(root, "compile", "--on", DAY)
    assert deliver(root).code == 0
    before = git(root, "rev-parse", "graduand/ledger")

    refused = deliver(root)
    assert refused.code == 5
    assert f"{NAME} of this day was delivered already: {noted(root, 'delivered')[0]}." in refused.err
    later = graduand(root, "deliver", "--on", "2026-07-05")
    assert (later.code, "These files were delivered already" in later.err) == (5, True)
    assert git(root, "rev-parse", "graduand/ledger") == before

    assert deliver(root, "--again").code == 0
    assert len(noted(root, "delivered")) == 2
    assert len(bucket.files()) == 1
    git_undone = graduand(root, "uploads", "--undo", noted(root, "delivered")[0], "sent to the wrong place")
    assert git_undone.code == 0, git_undone.err


def test_a_dry_run_sends_and_notes_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graduand(root, "compile", "--on", DAY)
    with answering(SOUND) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        ran = deliver(root, "--dry-run")
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        without = deliver(root, "--dry-run", lang="fr")

    assert (ran.code, server.asked, noted(root, "delivered")) == (0, [], [])
    assert f"s3://{BUCKET}/{PREFIX}/{NAME}" in ran.out
    assert "Nothing was sent (--dry-run)." in ran.out
    assert "Aucun identifiant AWS" in without.out


def test_a_refusal_is_told_noted_nowhere_and_forgotten(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graduand(root, "compile", "--on", DAY)
    with answering(refusal("AccessDenied", 403), SOUND) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        ran = deliver(root)
        assert (ran.code, ran.out, noted(root, "delivered")) == (5, "", [])
        assert f"{NAME} was not delivered: these credentials may not write into “{PREFIX}/”" in ran.err
        assert "institution.yaml" in ran.err
        assert deliver(root, lang="fr").code == 0, "nothing is left of the attempt"


def test_a_service_that_is_busy_for_a_moment_is_asked_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graduand(root, "compile", "--on", DAY)
    with answering(BUSY, Answer(closes=True), SOUND) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        ran = deliver(root)

    assert ran.code == 0, ran.err
    assert len({asked.body for asked in server.asked}) == 1
    assert len(server.asked) == 3


def test_a_sync_file_is_delivered_and_only_rows_of_ours_that_differ_are_noted(root: Path, bucket: Bucket) -> None:
    put(root, close(graduate(TWO)), f"2026-spring/{TWO}.yaml")
    commit(root)
    desk = Desk(root, Importer(students()))
    content = feed_of(students())
    plain = feed_file(root, content)
    refused = deliver(root, plain)
    assert (refused.code, "GR801" in refused.err, noted(root, "delivered")) == (1, True, [])

    laid = str(root / "build" / f"{NAME}")
    desk.run("feed", "overlay", plain, "--on", DAY, "--out", laid)
    ran = deliver(root, laid, "--json")

    assert ran.code == 0, ran.err
    sent = (root / "build" / NAME).read_bytes()
    assert bucket.files() == {f"{PREFIX}/{NAME}": sent}
    assert json.loads(ran.out)["files"][0]["rows"] == 20
    rows = git(root, "show", "graduand/ledger:users.csv").splitlines()
    assert [row.split(",")[1] for row in rows] == ["username", ONE, TWO]
    assert (entry_of(root)["sent"][0]["sha256"], entry_of(root)["sent"][0]["rows"]) == (
        hashlib.sha256(sent).hexdigest(),
        20,
    )
    assert "00000003" not in git(root, "log", "-p", "--all")


def test_a_sync_file_that_ran_is_noted_and_one_that_would_undo_it_is_not_sent(root: Path, bucket: Bucket) -> None:
    desk = Desk(root, Importer(students()))
    plain, laid = feed_file(root, feed_of(students())), str(root / "build" / NAME)
    desk.run("feed", "overlay", plain, "--on", DAY, "--out", laid)
    assert deliver(root, laid).code == 0
    (sent,) = bucket.files().values()

    outcome = desk.handshake.take(NAME, sent, Settings(automatic=True))
    assert outcome.ran, outcome.said
    desk.run("uploaded", noted(root, "delivered")[-1])
    assert desk.plan() == {}
    assert desk.knows()
    assert "Nothing speaks against this history." in desk.run("audit", "verify")
    again = graduand(root, "deliver", plain, "--on", "2026-07-05")
    assert (again.code, "GR801" in again.err, "Nothing was delivered." in again.err) == (1, True, True)


def test_failed_rows_say_that_a_delivery_ran(root: Path, bucket: Bucket) -> None:
    people = students()
    people[TWO]["primary_education:start_date"] = "2026-09-01"
    desk = Desk(root, Importer(people))
    desk.run("compile", "--on", DAY)
    assert deliver(root).code == 0
    outcomes = desk.handshake.upload(root / "build")
    (failed,) = [one.failed for one in outcomes if one.failed]
    (root / "build" / "failed.csv").write_bytes(failed)
    ran = graduand(root, "reconcile", str(root / "build" / "failed.csv"))

    assert ran.code == 0, ran.err
    assert (len(noted(root)), len(noted(root, "result"))) == (1, 1)
    assert desk.plan() == {TWO: "failed"}
    assert desk.knows()
    assert "Already noted" in graduand(root, "reconcile", str(root / "build" / "failed.csv")).err
    assert len(bucket.files()) == 1


def test_an_observation_says_of_each_person_whether_a_delivery_ran(root: Path, bucket: Bucket) -> None:
    desk = Desk(root, Importer(students()))
    desk.run("compile", "--on", DAY)
    assert deliver(root).code == 0
    for username, year in ((ONE, "Alumni"), (TWO, "Licence 3")):
        shown = (f"{YEAR}={year}", f"primary_education:end_date={'2026-06-15' if username == ONE else '2026-09-30'}")
        desk.run("observe", "--person", username, *shown, "--apply")

    assert desk.plan() == {TWO: "changed"}
    assert len(bucket.files()) == 1


def test_what_is_not_committed_faulty_or_beyond_a_limit_is_not_delivered(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    plain = feed_file(root, feed_of(students()))
    put(root, graduate("00000003").replace("2026-06-15", "2026-02-30"), "2026-spring/00000003.yaml")
    assert "Not committed: records/2026-spring/00000003.yaml" in deliver(root, plain).err
    commit(root)
    ran = deliver(root, plain)
    assert (ran.code, "2026-02-30" in ran.err, "Nothing was delivered." in ran.err) == (1, True, True)
    settle(root, limits="{deactivations: {count: 0}}")
    commit(root)
    people = students()
    people[ONE]["disabled"] = "TRUE"
    shut = feed_file(root, feed_of(people, headers=("email_address", "username", "first_name", "disabled")))
    ran = deliver(root, shut, "--skip-errors", "--dry-run")
    assert (ran.code, "1 account would be closed" in ran.err, "--approve" in ran.err) == (3, True, True)
    checksum = ran.err.rstrip().rpartition(" ")[2]
    assert deliver(root, shut, "--skip-errors", "--dry-run", "--approve", checksum).code == 0
    assert deliver(root, shut, "--skip-errors", "--dry-run", "--approve", "0" * 64).code == 4
    for raw, words in ((b"username,first_name\n1,\xe9\n", "not in UTF-8"), (b"username;a\n1;2\n", "separated by “;”")):
        (root / "build" / "out.csv").write_bytes(raw)
        ran = deliver(root, str(root / "build" / "out.csv"), "--skip-errors")
        assert (ran.code, words in ran.err) == (5, True), ran.err


def test_a_manifest_is_delivered_from_the_commit_that_it_was_compiled_from(root: Path) -> None:
    settle(root, delivery="manual")
    commit(root)
    graduand(root, "compile", "--on", DAY)
    assert "it has no file for the automatic sync" in deliver(root, "--dry-run").err
    settle(root, delivery="s3", s3="{prefix: null}")
    commit(root)
    assert "and another one is checked out; compile it again." in deliver(root, "--dry-run").err
    graduand(root, "compile", "--on", DAY)
    ran = deliver(root, "--dry-run")
    assert (ran.code, "write below s3 the prefix" in ran.err) == (2, True)


def test_a_limit_that_was_passed_passes_no_other(root: Path) -> None:
    settle(root, limits="{deactivations: {count: 0}}")
    put(root, close(graduate(TWO)), f"2026-spring/{TWO}.yaml")
    crowd(root)
    commit(root)
    checksum = graduand(root, "compile", "--on", DAY).err.partition("--approve ")[2].split()[0].rstrip(".;,")
    assert graduand(root, "compile", "--on", DAY, "--approve", checksum, "--reason", "Meant").code == 0
    assert deliver(root, "--dry-run").code == 0
    manifest = root / "build" / "manifest.json"
    said = json.loads(manifest.read_bytes())
    (passed,) = said["overrides"]
    assert passed["which"] == "deactivate"
    passed["which"] = "email"
    manifest.write_text(json.dumps(said | {CHECKSUM: manifest_checksum(said)}), encoding="utf-8")

    assert deliver(root, "--dry-run").code == 3


def test_what_was_sent_and_not_noted_is_noted_before_anything_is_sent(
    root: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    graduand(root, "compile", "--on", DAY)

    def refuse(*_words: object) -> None:
        raise NotWritten("graduand/ledger", "the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("graduand.deliveries.deliver.note_on_newest", refuse)
        ran = deliver(root)
    assert ran.code == 5
    assert f"{NAME} was sent, and is not noted in the ledger yet." in ran.err
    assert (len(bucket.files()), noted(root, "delivered")) == (1, [])
    journal = root / ".git" / "graduand" / "delivery" / "journal.json"
    assert journal.stat().st_mode & 0o777 == 0o600
    assert "A delivery broke off and is not noted in the ledger yet." in graduand(root, "doctor").out

    bucket.clear()
    ran = deliver(root)
    (entry,) = noted(root, "delivered")
    assert f"! An earlier delivery had broken off; what it sent, or may have sent, is noted now: {entry}." in ran.err
    assert (ran.code, f"{NAME} of this day was delivered already: {entry}." in ran.err) == (5, True)
    assert bucket.files() == {}, "nothing was sent a second time"
    assert entry_of(root)["sent"][0]["answered"] is True
    assert not journal.exists()


def test_what_was_noted_and_not_forgotten_is_noted_once(
    root: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    graduand(root, "compile", "--on", DAY)

    def die(_program: Program) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr("graduand.deliveries.journal.remove_journal", die)
        assert deliver(root).code == 130
    (entry,) = noted(root, "delivered")
    assert deliver(root).code == 5
    assert noted(root, "delivered") == [entry]
    assert len(bucket.files()) == 1


def test_a_file_of_which_nobody_knows_whether_it_arrived_is_pending_and_said_so(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graduand(root, "compile", "--on", DAY)
    with answering(Answer(closes=True)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        ran = deliver(root)
    assert (ran.code, f"It is not known whether {NAME} arrived" in ran.err) == (5, True)
    (entry,) = noted(root, "delivered")
    assert entry_of(root)["sent"][0]["answered"] is False
    assert "perhaps delivered: no answer came" in graduand(root, "uploads").out
    assert read_ledger(Program(root)).state().pending.keys() == {ONE, TWO}
    with answering(SOUND) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        assert entry in deliver(root).err
        assert deliver(root, "--again").code == 0


def test_a_killed_delivery_is_noted_as_perhaps_arrived(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graduand(root, "compile", "--on", DAY)

    def die(*_words: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr("graduand.deliveries.s3.S3Folder.put", die)
        assert deliver(root).code == 130
    assert noted(root, "delivered") == []
    ran = deliver(root)
    assert (ran.code, "had broken off" in ran.err) == (5, True)
    assert entry_of(root)["sent"][0]["answered"] is False


def test_two_files_of_one_day_have_names_of_their_own(root: Path, bucket: Bucket) -> None:
    labelled = graduate(TWO).replace("primary_education:", "system_label_names: [A]\nprimary_education:")
    put(root, labelled, f"2026-spring/{TWO}.yaml")
    commit(root)
    graduand(root, "compile", "--on", DAY)
    assert deliver(root).code == 0

    assert [*bucket.files()] == [f"{PREFIX}/20260701_2_users.csv", f"{PREFIX}/{NAME}"]
    assert {file["name"] for file in entry_of(root)["files"]} == {"students.csv", "students_labels.csv"}


def test_what_nobody_has_reviewed_or_approved_is_not_delivered(root: Path) -> None:
    settle(root, upload_from="origin/main", approvals="{needed: 1, closings: 2}")
    commit(root)
    people = students()
    for username in (ONE, TWO):
        people[username] |= {YEAR: "Alumni", "primary_education:end_date": "2026-06-15"}
    headers = ("email_address", "username", "first_name", YEAR, "primary_education:end_date")
    refused = deliver(root, feed_file(root, feed_of(people, headers=headers)), "--dry-run")
    assert (refused.code, "this clone has no origin/main" in refused.err) == (5, True)

    why = ("--unreviewed", "The fair is tomorrow", "--dry-run")
    refused = deliver(root, feed_file(root, feed_of(people, headers=headers)), *why)
    assert (refused.code, f"{ONE} (0 of 1)" in refused.err) == (5, True), refused.err
    others = {name: one for name, one in people.items() if name not in {ONE, TWO}}
    assert deliver(root, feed_file(root, feed_of(others, headers=headers)), *why).code == 0
    settle(root, approvals="null")
    commit(root)
    assert deliver(root, feed_file(root, feed_of(people, headers=headers)), *why).code == 0


def test_a_closing_that_was_delivered_is_not_forgotten_while_it_is_pending(root: Path, bucket: Bucket) -> None:
    desk = Desk(root, Importer(students()))
    put(root, close(graduate(TWO)), f"2026-spring/{TWO}.yaml")
    commit(root)
    people = students()
    for username in (ONE, TWO):
        people[username] |= {YEAR: "Alumni", "primary_education:end_date": "2026-06-15"}
    people[TWO]["disabled"] = "TRUE"
    headers = ("email_address", "username", "first_name", YEAR, "primary_education:end_date", "disabled")
    assert deliver(root, feed_file(root, feed_of(people, headers=headers))).code == 0
    assert len(bucket.files()) == 1

    put(root, graduate(TWO), f"2026-spring/{TWO}.yaml")
    commit(root)
    ran = graduand(root, "check", "--on", DAY)
    assert (ran.code, "GR701" in ran.out) == (1, True), ran.out
    put(root, close(graduate(TWO)).replace("disabled: true", "disabled: false"), f"2026-spring/{TWO}.yaml")
    commit(root)
    told = json.loads(desk.run("plan", "--on", DAY, "--json"))
    (change,) = [one for one in told["changes"] if one["username"] == TWO]
    assert {"header": "disabled", "before": "TRUE", "after": "FALSE"} in change["fields"]


def by_hand(root: Path, **values: object) -> None:
    """Give keys of the manifest other values, and it the checksum that they have."""
    manifest = root / "build" / "manifest.json"
    said = json.loads(manifest.read_bytes()) | values
    manifest.write_text(json.dumps(said | {CHECKSUM: manifest_checksum(said)}), encoding="utf-8")


def test_a_manifest_that_calls_itself_a_rollback_passes_no_approval(root: Path) -> None:
    assert graduand(root, "compile", "--on", DAY).code == 0
    assert graduand(root, "uploaded").code == 0
    crowd(root)
    put(root, close(graduate(TWO)), f"2026-spring/{TWO}.yaml")
    commit(root)
    workspace = Workspace(root)
    prepared = prepare(workspace, CompileOptions(DAY, changed=True)).prepared
    assert prepared
    settle(root, approvals="{needed: 1}")
    upload = prepared.upload._replace(commit=commit(root))
    write_upload(upload, workspace.school, root / "build")
    assert f"{TWO} (0 of 2)" in deliver(root, "--dry-run").err

    by_hand(root, takes_back=noted(root)[0])

    ran = deliver(root, "--dry-run")
    assert (ran.code, "its files are not what" in ran.err) == (5, True), ran.err
    by_hand(root, takes_back="20260101T000000Z-00000000")
    assert deliver(root, "--dry-run").code == 5


def test_a_file_that_was_changed_with_all_its_checksums_is_not_delivered(root: Path) -> None:
    assert graduand(root, "compile", "--on", DAY).code == 0
    (compiled,) = (root / "build").glob("*_students.csv")
    changed = compiled.read_bytes().replace(b"Dupont", b"Durand")
    compiled.write_bytes(changed)
    (job,) = json.loads((root / "build" / "manifest.json").read_bytes())["jobs"]
    by_hand(root, jobs=[job | {"sha256": hashlib.sha256(changed).hexdigest()}])

    ran = deliver(root, "--dry-run")

    assert (ran.code, "its files are not what" in ran.err) == (5, True), ran.err


def test_a_rollback_is_delivered_and_its_own_rows_are_counted(root: Path) -> None:
    assert graduand(root, "compile", "--on", DAY).code == 0
    assert graduand(root, "uploaded").code == 0
    crowd(root)
    put(root, close(graduate(TWO)), f"2026-spring/{TWO}.yaml")
    settle(root, limits="{reactivations: {count: 0}}")
    commit(root)
    assert graduand(root, "compile", "--on", DAY, "--changed").code == 0
    assert graduand(root, "uploaded").code == 0
    ran = graduand(root, "rollback", "--on", DAY)
    assert ran.code == 0, ran.err

    ran = deliver(root, "--dry-run")
    assert (ran.code, "1 account would be reopened" in ran.err) == (3, True), ran.err
    assert deliver(root, "--dry-run", "--approve", ran.err.rstrip().rpartition(" ")[2]).code == 0
