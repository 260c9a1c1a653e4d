"""Digest: known answers, what a server believes, what a client answers (RFC 7616, RFC 8760)."""

import pytest

from sip.digest import Algorithm, Authenticator, Verdict, Verification, authorize
from sip.headers import parse_auth

REALM = b"contoso.example"
URI = b"sip:contoso.example"
PASSWORDS = {b"alice": b"secret", b'o"brien': b"pass\\word"}


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Authenticator:
    return Authenticator(REALM, clock)


def secret_of(user: bytes, algorithm: Algorithm) -> bytes | None:
    password = PASSWORDS.get(user)
    return None if password is None else algorithm.secret_of(user, REALM, password)


def answer(
    challenges: list[bytes],
    *,
    user: bytes = b"alice",
    password: bytes = b"secret",
    method: bytes = b"REGISTER",
    count: int = 1,
) -> bytes:
    credentials = authorize(
        challenges, user=user, password=password, method=method, uri=URI, count=count
    )
    assert credentials is not None
    return credentials


def judge(server: Authenticator, *credentials: bytes, method: bytes = b"REGISTER") -> Verdict:
    return server.verify(credentials, method, secret_of).verdict


def test_the_examples_of_rfc_7616_come_out() -> None:
    # RFC 7616 §3.9.1.
    shared = (
        b'realm="http-auth@example.org", qop="auth, auth-int", '
        b'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
        b'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    for algorithm, expected in (
        (b"MD5", b"8ca523f5e9506fed4657c9700eebdbec"),
        (b"SHA-256", b"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ):
        credentials = authorize(
            [b"Digest %b, algorithm=%b" % (shared, algorithm)],
            user=b"Mufasa",
            password=b"Circle of Life",
            method=b"GET",
            uri=b"/dir/index.html",
            cnonce=b"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        )

        assert credentials is not None
        scheme, params = parse_auth(credentials)
        assert scheme == b"digest"
        assert params[b"response"] == expected
        assert params[b"opaque"] == b"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
        assert params[b"nc"] == b"00000001"


def test_the_example_without_quality_of_rfc_2069_comes_out() -> None:
    # RFC 2069 §2.4, with the response of its erratum.
    credentials = authorize(
        [b'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'],
        user=b"Mufasa",
        password=b"CircleOfLife",
        method=b"GET",
        uri=b"/dir/index.html",
    )

    assert credentials is not None
    assert parse_auth(credentials)[1][b"response"] == b"1949323746fe6a43ef61f9606e7febea"
    assert b"qop" not in credentials


def test_a_challenge_comes_in_each_algorithm_the_best_first(server: Authenticator) -> None:
    challenges = [parse_auth(value)[1] for value in server.challenges()]

    assert [params[b"algorithm"] for params in challenges] == [b"SHA-256", b"MD5"]
    assert {params[b"realm"] for params in challenges} == {REALM}
    assert {params[b"qop"] for params in challenges} == {b"auth"}
    assert all(b"stale" not in params for params in challenges)


@pytest.mark.parametrize("algorithm", [0, 1], ids=["SHA-256", "MD5"])
@pytest.mark.parametrize(("user", "password"), PASSWORDS.items(), ids=["plain", "quoted"])
def test_right_credentials_are_valid_and_name_their_user(
    server: Authenticator, algorithm: int, user: bytes, password: bytes
) -> None:
    credentials = answer([server.challenges()[algorithm]], user=user, password=password)

    assert server.verify([credentials], b"REGISTER", secret_of) == Verification(Verdict.VALID, user)


@pytest.mark.parametrize(
    ("change", "to"),
    [
        (b"username=", b"username2="),
        (b'uri="sip:c', b'uri="sip:d'),
        (b"qop=auth", b"qop=auth-int"),
        (b"nc=00000001", b"nc=1"),
        (b"nc=00000001, ", b""),
        (b"cnonce", b"snonce"),
        (b'username="alice"', b'username="bob"'),
        (b'response="', b'response="0'),
    ],
)
def test_changed_credentials_are_wrong(server: Authenticator, change: bytes, to: bytes) -> None:
    credentials = answer(server.challenges())
    assert change in credentials

    assert judge(server, credentials.replace(change, to)) is Verdict.WRONG


def test_credentials_for_another_method_or_password_are_wrong(server: Authenticator) -> None:
    challenges = server.challenges()

    assert judge(server, answer(challenges), method=b"INVITE") is Verdict.WRONG
    assert judge(server, answer(challenges, password=b"guess")) is Verdict.WRONG


@pytest.mark.parametrize(
    "credentials",
    [
        b"",
        b"NoOneKnowsThisScheme opaque-data=here",
        b"Bearer abc",
        b'Digest realm="elsewhere", username="alice", nonce="x", uri="y", response="z"',
        b'Digest realm="contoso.example", algorithm=MD5-sess, username="alice"',
        b"Digest rubbish",
    ],
)
def test_credentials_of_another_kind_count_as_absent(
    server: Authenticator, credentials: bytes
) -> None:
    assert judge(server, credentials) is Verdict.ABSENT
    assert judge(server, credentials, answer(server.challenges())) is Verdict.VALID
    assert judge(server) is Verdict.ABSENT


def test_an_old_nonce_is_stale_and_the_next_challenge_says_so(
    server: Authenticator, clock: Clock
) -> None:
    credentials = answer(server.challenges())
    clock.now += 300.0

    verdict = judge(server, credentials)

    assert verdict is Verdict.STALE
    assert all(value.endswith(b", stale=true") for value in server.challenges(verdict))


@pytest.mark.parametrize("nonce", [b"", b"3e8.00.00", b"x", b"\xff"])
def test_a_nonce_of_someone_else_is_stale(server: Authenticator, nonce: bytes) -> None:
    challenge = b'Digest realm="contoso.example", nonce="%b", algorithm=MD5, qop="auth"' % nonce

    assert judge(server, answer([challenge])) is Verdict.STALE


def test_wrong_credentials_with_an_old_nonce_are_wrong(server: Authenticator, clock: Clock) -> None:
    credentials = answer(server.challenges(), password=b"guess")
    clock.now += 300.0

    assert judge(server, credentials) is Verdict.WRONG


def test_a_nonce_is_used_again_with_a_higher_count_only(server: Authenticator) -> None:
    challenges = server.challenges()

    assert judge(server, answer(challenges, count=1)) is Verdict.VALID
    assert judge(server, answer(challenges, count=3)) is Verdict.VALID
    assert judge(server, answer(challenges, count=3)) is Verdict.REPLAYED
    assert judge(server, answer(challenges, count=2)) is Verdict.REPLAYED
    assert judge(server, answer(challenges, count=4)) is Verdict.VALID
    assert Verdict.REPLAYED.is_stale


def test_a_count_that_was_forgotten_lets_no_replay_through(clock: Clock) -> None:
    server = Authenticator(REALM, clock, max_nonces=2)
    first = answer(server.challenges())
    assert judge(server, first) is Verdict.VALID
    for _ in range(2):
        clock.now += 1.0
        assert judge(server, answer(server.challenges())) is Verdict.VALID

    assert judge(server, first) is Verdict.STALE


def test_credentials_without_quality_are_valid_unless_it_is_needed(clock: Clock) -> None:
    for is_needed, verdict in ((False, Verdict.VALID), (True, Verdict.WRONG)):
        server = Authenticator(REALM, clock, is_quality_needed=is_needed)
        old = server.challenges()[1].replace(b', qop="auth"', b"")

        assert judge(server, answer([old])) is verdict


def test_a_client_answers_the_first_challenge_that_it_can() -> None:
    challenges = [
        b"Basic realm=x",
        b'Digest realm="r", nonce="n", algorithm=SHA-512-256, qop="auth"',
        b'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth-int"',
        b'Digest realm="r", algorithm=SHA-256',
        b"",
        b'Digest realm="r", nonce="n", qop="auth-int,auth"',
        b'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth"',
    ]

    assert parse_auth(answer(challenges))[1][b"algorithm"] == b"MD5"
    assert authorize(challenges[:5], user=b"a", password=b"b", method=b"X", uri=b"y") is None
