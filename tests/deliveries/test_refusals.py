"""Why Amazon S3 does not take a file: each way has its sentence, and only PutObject is ever asked."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from graduand.deliveries.s3 import S3Folder, Target
from graduand.errors import DeliveryUnanswered, NotDelivered, Usage
from graduand.records.institution import S3Place
from tests.deliveries.s3 import BUCKET, KEYS, PREFIX, Answer, allow_loopback, answering, refusal

if TYPE_CHECKING:
    from pathlib import Path

PLACE = S3Place(prefix=PREFIX)
SOUND = Answer(headers={"ETag": '"abc"'})
CLOSED = Answer(closes=True)
CONTENT = b"username\nada\n" * 1000


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    allow_loopback(monkeypatch)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    for name, value in {**KEYS, "AWS_CONFIG_FILE": str(tmp_path / "config")}.items():
        monkeypatch.setenv(name, value)


def put(profile: str = "") -> None:
    S3Folder(Target(PLACE, profile)).put("20261201_users.csv", CONTENT)


DENIED = f"these credentials may not write into “{PREFIX}/” of the bucket “{BUCKET}”"
CUT = "the file did not arrive whole, and was not kept"
REGION = "is not in the region us-east-1. Correct region below s3 in schema/institution.yaml"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (refusal("AccessDenied", 403), DENIED),
        (Answer(403, b"<html>no"), DENIED),
        (refusal("NoSuchBucket", 404), f"there is no bucket “{BUCKET}”"),
        (refusal("ExpiredToken", 400), "the AWS credentials have expired. Sign in again"),
        (refusal("InvalidAccessKeyId", 403), "Amazon does not know the access key"),
        (refusal("SignatureDoesNotMatch", 403), "or the secret is not the one that belongs to it"),
        (refusal("RequestTimeTooSkewed", 403), "the clock of this machine is wrong"),
        (refusal("PermanentRedirect", 301), REGION),
        (refusal("AuthorizationHeaderMalformed", 400), REGION),
        (refusal("SlowDown", 503), "Amazon S3 is too busy"),
        (refusal("BadDigest", 400), CUT),
        (refusal("IncompleteBody", 400), CUT),
        (refusal("EntityTooLarge", 400), "it is larger than the service takes"),
        (refusal("MethodNotAllowed", 405), "what answered is no Amazon S3 (asked at AWS_ENDPOINT_URL=http://127"),
        (refusal("Odd", 400), "Odd no. Cure that, then repeat."),
        (Answer(headers={"x-amz-checksum-sha256": "AAAA"}), "the answer has the checksum of another content"),
    ],
    ids=lambda value: f"{value.status} {value.body[13:23].decode()}" if isinstance(value, Answer) else "",
)
def test_each_refusal_is_a_sentence_with_its_cure(monkeypatch: pytest.MonkeyPatch, answer: Answer, words: str) -> None:
    with answering(answer) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        with pytest.raises(NotDelivered) as told:
            put()

    assert words in str(told.value)
    assert {asked.method for asked in server.asked} == {"PUT"}


@pytest.mark.parametrize("answer", [CLOSED, refusal("InternalError", 500)], ids=["closed", "500"])
def test_where_no_answer_came_nobody_knows_whether_it_arrived(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    with answering(answer) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        with pytest.raises(DeliveryUnanswered, match="It is not known whether 20261201_users"):
            put()

    assert len(server.asked) == 4, "the library tries again, within bounds"


def test_the_region_that_an_answer_names_is_taken_without_asking_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = refusal("PermanentRedirect", 301)._replace(headers={"x-amz-bucket-region": "eu-west-1"})
    with answering(moved, SOUND) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        put()

    assert [asked.method for asked in server.asked] == ["PUT", "PUT"]
    assert "eu-west-1" in server.asked[1].headers["Authorization"]


def test_a_proxy_that_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(Answer(407)) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.url)
        with pytest.raises(NotDelivered, match="the proxy refused the connection"):
            put()

    assert {asked.method for asked in server.asked} == {"CONNECT"}


def test_a_service_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(SOUND) as server:
        gone = server.url
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", gone)
    with pytest.raises(NotDelivered, match=f"the service cannot be reached .asked at AWS_ENDPOINT_URL_S3={gone}"):
        put()


def test_what_speaks_no_tls_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(SOUND) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url.replace("http:", "https:"))
        with pytest.raises(NotDelivered, match="the certificate of the service cannot be trusted"):
            put()

    assert server.asked == []


def test_without_credentials_or_with_a_wrong_profile_nothing_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with answering(SOUND) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        with pytest.raises(NotDelivered, match=r"no such profile is in ~/\.aws/config"):
            put("nobody")
        (tmp_path / "config").write_text("[profile half]\naws_access_key_id = AKIA\n", encoding="utf-8")
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        with pytest.raises(NotDelivered, match="the AWS credentials are not complete"):
            put("half")
        with pytest.raises(NotDelivered, match="no AWS credentials were found"):
            put()
        (tmp_path / "config").write_text("no section\n", encoding="utf-8")
        with pytest.raises(NotDelivered, match="the AWS configuration cannot be read"):
            put()

    assert server.asked == []


def test_without_boto3_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(Usage, match='pip install "graduand\\[s3\\]"'):
        put()


def test_nothing_else_loads_the_library() -> None:
    words = "import sys, graduand.deliveries.deliver; print('boto3' in sys.modules, 'botocore' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", words], check=True, capture_output=True, text=True)

    assert ran.stdout == "False False\n"


def test_progress_counts_the_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    with answering(SOUND) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        S3Folder(Target(PLACE)).put("x.csv", CONTENT, lambda done, total: told.append((done, total)))

    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert server.asked[0].body == CONTENT
