"""Put a file into a folder of Amazon S3 into which one may only write: PutObject, and no other request."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.deliveries.refusals import AskedPlace, refusal_of, unanswered_words
from graduand.errors import DeliveryUnanswered, NotDelivered, Usage
from graduand.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from graduand.records.institution import S3Place

    Progress = Callable[[int, int], None]

_CONNECT: Final = 10
_ANSWER: Final = 60
"""Seconds to wait for a connection, and for the next sign of life on it."""
_ATTEMPTS: Final = 4
"""Of the library, with pauses of up to twenty seconds between them."""
_KEPT: Final = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


class Arrived(NamedTuple):
    """What S3 answered."""

    etag: str
    is_verified: bool
    """Whether the answer repeats the checksum, or the ETag is one of the content."""


class Target(NamedTuple):
    """Where a file goes, and as whom."""

    place: S3Place
    profile: str = ""
    """Of the user's AWS configuration; "" is the standard chain of credentials."""


class S3Folder:
    """The school's folder; nothing is asked of S3 before a file is put."""

    def __init__(self, target: Target) -> None:
        """Find the credentials.

        Raises:
            Usage: boto3 is not installed.
            NotDelivered: there are no credentials, or the configuration is wrong.
        """
        self._place = target.place
        try:
            import boto3  # type: ignore[import-untyped] # noqa: PLC0415 - an extra, and slow to load
            import botocore.config  # type: ignore[import-untyped] # noqa: PLC0415
            import botocore.exceptions  # type: ignore[import-untyped] # noqa: PLC0415
        except ImportError as error:
            message = _('graduand deliver needs boto3, which is not installed: pip install "graduand[s3]"')
            raise Usage(message) from error
        self._errors: tuple[type[Exception], ...] = (
            botocore.exceptions.BotoCoreError,
            botocore.exceptions.ClientError,
            ValueError,  # an endpoint or a profile that cannot be read
        )
        self._client_error = botocore.exceptions.ClientError
        config = botocore.config.Config(
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            connect_timeout=_CONNECT,
            read_timeout=_ANSWER,
            user_agent_extra="graduand",
        )
        try:
            session = boto3.Session(profile_name=target.profile or None, region_name=self._place.region)
            self._client: Any = session.client("s3", config=config)
            self.has_credentials = session.get_credentials() is not None
        except self._errors as error:
            raise self._refused(self._place.bucket, error) from error
        self._client.meta.events.register_first("before-call.s3.HeadBucket", self._ask_nothing)

    @property
    def endpoint(self) -> str:
        """The address of the service where it is another one than Amazon's own; "" where it is not."""
        address = str(self._client.meta.endpoint_url)
        return (
            "" if address.partition("?")[0].rstrip("/").endswith((".amazonaws.com", ".amazonaws.com.cn")) else address
        )

    def put(self, name: str, content: bytes, progress: Progress | None = None) -> Arrived:
        """Put a file into the folder; what was there under the same name is replaced.

        Raises:
            NotDelivered: it is certain that it did not arrive.
            DeliveryUnanswered: it may have arrived.
        """
        body = _Counted(content, progress)
        checksum = base64.b64encode(hashlib.sha256(content).digest()).decode()
        try:
            answer = self._client.put_object(
                Bucket=self._place.bucket,
                Key=f"{self._place.prefix}/{name}",
                Body=body,
                ContentLength=len(content),
                ContentType="text/csv",
                ChecksumSHA256=checksum,
            )
        except self._errors as error:
            if body.is_sent and (words := unanswered_words(error)):
                raise DeliveryUnanswered(name, words) from error
            raise self._refused(name, error) from error
        etag = str(answer.get("ETag", "")).strip('"')
        returned = answer.get("ChecksumSHA256", "")
        if returned and returned != checksum:
            said = _("the answer has the checksum of another content")
            raise NotDelivered(name, said, _("What arrived is damaged; send it again with --again."))
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return Arrived(etag, is_verified=returned == checksum or etag == digest)

    def _refused(self, name: str, error: Exception) -> NotDelivered:
        place = self._place
        endpoint = next((f"{key}={os.environ[key]}" for key in _KEPT if os.environ.get(key)), "")
        with suppress(AttributeError):
            endpoint = endpoint or self.endpoint
        found = refusal_of(error, AskedPlace(place.bucket, place.prefix, place.region, endpoint))
        return NotDelivered(name, found.said, found.cure)

    def _ask_nothing(self, **_request: object) -> None:
        """Keep the library from asking for the region of the bucket, which one may not: it takes it for unknown."""
        raise self._client_error({"ResponseMetadata": {"HTTPHeaders": {}}}, "HeadBucket")


class _Counted(io.BytesIO):
    """A content that counts what was read of it."""

    def __init__(self, content: bytes, progress: Progress | None) -> None:
        super().__init__(content)
        self._size = len(content)
        self._progress = progress
        self.is_sent = False
        """Whether all of it was read at least once."""

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.is_sent = self.is_sent or self.tell() >= self._size
        if self._progress:
            self._progress(self.tell(), self._size)
        return found
