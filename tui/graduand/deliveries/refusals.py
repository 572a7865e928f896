"""Why Amazon S3 did not take a file, in words, with what cures it.

An error is known by the name of its class in botocore, or by the code that S3 answered; nothing of the library is
imported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.language import _, quoted, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class AskedPlace(NamedTuple):
    """Where a file was to go."""

    bucket: str
    prefix: str
    region: str
    endpoint: str
    """What names another service than Amazon's own; "" where nothing does."""


class Refusal(NamedTuple):
    """Why a file was not taken, as a clause, and the cure, as a sentence."""

    said: str
    cure: str


def refusal_of(error: Exception, where: AskedPlace) -> Refusal:
    """Return why S3 did not take a file."""
    code = _code(error)
    names = [code] if code else [one.__name__ for one in type(error).__mro__]
    known = _known()
    found = next((known[name](where) for name in names if name in known), None)
    if found is None and code:
        status = str(_response(error).get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
        found = known[status](where) if status in known else None
    return found or Refusal(visible(_words(error), 300), _("Cure that, then repeat."))


def unanswered_words(error: Exception) -> str:
    """Return in words how a connection ended over which a file may have arrived; "" when it cannot have."""
    names = {one.__name__ for one in type(error).__mro__}
    if "ReadTimeoutError" in names:
        return _("no answer came in time")
    if _code(error) in {"InternalError", "500", "502", "504"}:
        return _("the service answered that it failed itself")
    if "ResponseParserError" in names:
        return _("the answer was none of Amazon S3's")
    return _("the connection was closed before an answer came") if "HTTPClientError" in names else ""


def _response(error: Exception) -> Mapping[str, Mapping[str, object]]:
    response = getattr(error, "response", None)
    return response if isinstance(response, dict) else {}


def _code(error: Exception) -> str:
    return str(_response(error).get("Error", {}).get("Code", ""))


def _words(error: Exception) -> str:
    code, message = _code(error), str(_response(error).get("Error", {}).get("Message", ""))
    return f"{code} {message}".strip().rstrip(".") if code else str(error).strip().rstrip(".")


def _known() -> dict[str, Callable[[AskedPlace], Refusal]]:
    """Return what is said of each class of errors and each code."""
    return {
        **dict.fromkeys(("NoCredentialsError", "NoAuthTokenError"), _no_credentials),
        **dict.fromkeys(("PartialCredentialsError", "CredentialRetrievalError", "MetadataRetrievalError"), _no_login),
        "ProfileNotFound": _no_profile,
        **dict.fromkeys(("ConfigParseError", "InvalidConfigError", "InvalidRetryConfigurationError"), _bad_file),
        **dict.fromkeys(("SSOError", "LoginError", "TokenRetrievalError"), _expired),
        **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken"), _expired),
        **dict.fromkeys(("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidClientTokenId"), _wrong_key),
        **dict.fromkeys(("AccessDenied", "AllAccessDisabled", "AccountProblem", "403"), _denied),
        "NoSuchBucket": _no_bucket,
        **dict.fromkeys(("InvalidBucketName", "ParamValidationError"), _no_bucket),
        **dict.fromkeys(("PermanentRedirect", "TemporaryRedirect", "Redirect", "301", "307"), _other_region),
        **dict.fromkeys(("AuthorizationHeaderMalformed", "IllegalLocationConstraintException"), _other_region),
        **dict.fromkeys(("InvalidRegionError", "NoRegionError", "UnknownEndpointError"), _other_region),
        **dict.fromkeys(("RequestTimeTooSkewed", "RequestExpired"), _clock),
        **dict.fromkeys(("SlowDown", "ServiceUnavailable", "Throttling", "ThrottlingException", "503"), _busy),
        **dict.fromkeys(("InternalError", "500", "502", "504"), _busy),
        **dict.fromkeys(
            ("BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"), _cut
        ),
        **dict.fromkeys(("IncompleteBody", "RequestTimeout", "MissingContentLength"), _cut),
        "EntityTooLarge": _too_large,
        **dict.fromkeys(("NotImplemented", "MethodNotAllowed", "501", "405"), _not_s3),
        **dict.fromkeys(("ResponseParserError", "404"), _not_s3),
        "SSLError": _tls,
        **dict.fromkeys(("ProxyConnectionError", "InvalidProxiesConfigError"), _proxy),
        **dict.fromkeys(("EndpointConnectionError", "ConnectTimeoutError", "ConnectionError"), _no_network),
        "ReadTimeoutError": _no_network,
        **dict.fromkeys(("ConnectionClosedError", "HTTPClientError"), _cut),
        "ValueError": _not_s3,
    }


def _no_credentials(_where: AskedPlace) -> Refusal:
    return Refusal(
        _("no AWS credentials were found"),
        _(
            "Give them by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in ~/.aws/credentials, or by --profile; "
            "Handshake's Support hands them out for the school's prefix."
        ),
    )


def _no_login(_where: AskedPlace) -> Refusal:
    return Refusal(
        _("the AWS credentials are not complete, or could not be fetched"),
        _("Look at ~/.aws/credentials and ~/.aws/config, or at the AWS_ variables: key and secret belong together."),
    )


def _no_profile(_where: AskedPlace) -> Refusal:
    return Refusal(
        _("no such profile is in ~/.aws/config or ~/.aws/credentials"),
        _("Name one of these with --profile or AWS_PROFILE; aws configure list-profiles shows them."),
    )


def _bad_file(_where: AskedPlace) -> Refusal:
    return Refusal(_("the AWS configuration cannot be read"), _("Correct ~/.aws/config and ~/.aws/credentials."))


def _expired(_where: AskedPlace) -> Refusal:
    return Refusal(
        _("the AWS credentials have expired"),
        _("Sign in again (aws sso login), or get new ones, and take an old AWS_SESSION_TOKEN away."),
    )


def _wrong_key(_where: AskedPlace) -> Refusal:
    return Refusal(
        _("Amazon does not know the access key, or the secret is not the one that belongs to it"),
        _("Copy both again as Handshake's Support gave them; if they were replaced there, ask for the new ones."),
    )


def _denied(where: AskedPlace) -> Refusal:
    message = _("these credentials may not write into {prefix} of the bucket {bucket}")
    return Refusal(
        message.format(prefix=quoted(f"{where.prefix}/"), bucket=quoted(where.bucket)),
        _(
            "Compare prefix and bucket below s3 in schema/institution.yaml with what Handshake's Support named, letter "
            "by letter; if they are right, the credentials are others, or lack s3:PutObject."
        ),
    )


def _no_bucket(where: AskedPlace) -> Refusal:
    return Refusal(
        _("there is no bucket {bucket}").format(bucket=quoted(where.bucket)),
        _("Correct bucket below s3 in schema/institution.yaml: Handshake's is handshake-importer-uploads."),
    )


def _other_region(where: AskedPlace) -> Refusal:
    message = _("the bucket {bucket} is not in the region {region}")
    return Refusal(
        message.format(bucket=quoted(where.bucket), region=where.region),
        _("Correct region below s3 in schema/institution.yaml: Handshake's bucket is in us-east-1."),
    )


def _clock(_where: AskedPlace) -> Refusal:
    return Refusal(
        _("the clock of this machine is wrong by more than a quarter of an hour"),
        _("Set it (timedatectl set-ntp true), then repeat."),
    )


def _busy(_where: AskedPlace) -> Refusal:
    return Refusal(_("Amazon S3 is too busy, or failed itself, several times in a row"), _("Repeat in some minutes."))


def _cut(_where: AskedPlace) -> Refusal:
    return Refusal(
        _("the file did not arrive whole, and was not kept"),
        _("Repeat; if it happens again, a proxy or a filter on the way may cut or change it."),
    )


def _too_large(_where: AskedPlace) -> Refusal:
    return Refusal(_("it is larger than the service takes"), _("Split it; the Importer takes files below 50 MB."))


def _not_s3(where: AskedPlace) -> Refusal:
    return Refusal(
        _("what answered is no Amazon S3") + _by(where),
        _("Take AWS_ENDPOINT_URL and endpoint_url away if they are not meant; behind a portal, sign in to it first."),
    )


def _tls(where: AskedPlace) -> Refusal:
    return Refusal(
        _("the certificate of the service cannot be trusted") + _by(where),
        _(
            "Where the network opens encrypted connections itself, name its certificate with AWS_CA_BUNDLE; otherwise "
            "somebody else answers, and nothing should be sent."
        ),
    )


def _proxy(_where: AskedPlace) -> Refusal:
    return Refusal(
        _("the proxy refused the connection"),
        _("Correct HTTPS_PROXY, or except Amazon from it with NO_PROXY=.amazonaws.com"),
    )


def _no_network(where: AskedPlace) -> Refusal:
    return Refusal(
        _("the service cannot be reached") + _by(where),
        _("Look at the network, and whether a proxy (HTTPS_PROXY) is needed here; then repeat."),
    )


def _by(where: AskedPlace) -> str:
    """Return the words that name another service than Amazon's own, if one is set."""
    return _(" (asked at {endpoint})").format(endpoint=visible(where.endpoint, 200)) if where.endpoint else ""
