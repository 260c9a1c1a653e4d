"""Session descriptions: what an answer says (RFC 3264 §6), and what a bridge hides."""

import pytest

from sip.sdp import answer_offer, hide, make_offer, media_address, read_media
from tests.support.sip_messages import SDP
from tests.support.torture_messages import TORTURE

PHONE_OFFER = b"""v=0\r
o=jdoe 2890844526 2890842807 IN IP4 10.47.16.5\r
s=Call of John\r
i=A seminar\r
u=http://www.example.com/jdoe\r
e=j.doe@example.com (Jane Doe)\r
p=+1 617 555-6011\r
c=IN IP4 192.0.2.5\r
t=5 7\r
a=tool:phone 1.2\r
m=video 51372 RTP/AVP 99 100\r
a=rtpmap:99 h263-1998/90000\r
m=audio 49170 RTP/AVP 18 8 101\r
a=rtpmap:101 telephone-event/8000\r
a=fmtp:101 0-16\r
a=ptime:20\r
a=sendonly\r
a=ssrc:314 cname:john@desk\r
a=ssrc:314 msid:a b\r
a=msid:a b\r
m=audio 49172 RTP/AVP 0\r
c=IN IP6 2001:db8::5\r
m=application 50000 TCP/BFCP *\r
"""


def answer(offer: bytes, host: bytes = b"127.0.0.1") -> bytes:
    found = answer_offer(offer, host=host, port=4000, session=7)
    assert found is not None
    return found


def with_audio(*lines: bytes, session: bytes = b"") -> bytes:
    head = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" + session
    return head + b"".join(line + b"\r\n" for line in lines)


def test_the_first_audio_line_is_accepted_and_all_others_are_refused() -> None:
    assert answer(PHONE_OFFER) == (
        b"v=0\r\no=- 7 7 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=5 7\r\n"
        b"m=video 0 RTP/AVP 99 100\r\n"
        b"m=audio 4000 RTP/AVP 8 101\r\n"
        b"a=rtpmap:101 telephone-event/8000\r\n"
        b"a=fmtp:101 0-16\r\n"
        b"a=ptime:20\r\n"
        b"a=recvonly\r\n"
        b"m=audio 0 RTP/AVP 0\r\n"
        b"m=application 0 TCP/BFCP *\r\n"
    )


def test_an_answer_over_ipv6_says_so() -> None:
    found = answer(SDP, b"2001:db8::1")

    assert b"o=- 7 7 IN IP6 2001:db8::1\r\n" in found
    assert media_address(found) == (b"2001:db8::1", 4000)


def test_offers_that_differ_in_their_origin_get_their_own_answers() -> None:
    other = SDP.replace(b"53655765 2353687637", b"1 2")

    one = answer_offer(SDP, host=b"127.0.0.1", port=4000, session=1)
    two = answer_offer(other, host=b"192.0.2.1", port=4002, session=2)

    assert one is not None
    assert two is not None
    assert one.startswith(b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n")
    assert two.startswith(b"v=0\r\no=- 2 2 IN IP4 192.0.2.1\r\n")
    assert media_address(two) == (b"192.0.2.1", 4002)


@pytest.mark.parametrize(
    ("offered", "answered"),
    [
        (b"sendrecv", b"sendrecv"),
        (b"sendonly", b"recvonly"),
        (b"recvonly", b"sendonly"),
        (b"inactive", b"inactive"),
    ],
)
def test_the_direction_is_mirrored(offered: bytes, answered: bytes) -> None:
    of_media = with_audio(b"m=audio 6000 RTP/AVP 0", b"a=" + offered)
    of_session = with_audio(b"m=audio 6000 RTP/AVP 0", session=b"a=" + offered + b"\r\n")

    assert b"\r\na=" + answered + b"\r\n" in answer(of_media)
    assert b"\r\na=" + answered + b"\r\n" in answer(of_session)


def test_the_direction_of_a_line_wins_over_the_sessions() -> None:
    offer = with_audio(b"m=audio 6000 RTP/AVP 0", b"a=sendonly", session=b"a=inactive\r\n")

    assert answer(offer).endswith(b"a=recvonly\r\n")


@pytest.mark.parametrize(
    ("lines", "formats"),
    [
        ((b"m=audio 6000 RTP/AVP 3 0 8",), b"0"),
        ((b"m=audio 6000 RTP/AVP 9 0",), b"9"),
        ((b"m=audio 6000 RTP/AVP 18 4",), b"18"),
        ((b"m=audio 6000 RTP/AVP 111 0", b"a=rtpmap:111 opus/48000/2"), b"111"),
        ((b"m=audio 6000 RTP/AVP 96 18", b"a=rtpmap:96 telephone-event/8000"), b"18 96"),
        ((b"m=audio 6000 RTP/AVP 13 97", b"a=rtpmap:13 CN/8000"), b"97"),
        ((b"m=audio 6000/2 RTP/AVPF 8",), b"8"),
    ],
)
def test_a_known_codec_is_chosen_or_the_first(lines: tuple[bytes, ...], formats: bytes) -> None:
    media = read_media(answer(with_audio(*lines)))

    assert media is not None
    assert b" ".join(media[0].formats) == formats


def test_encrypted_media_are_answered_with_a_key_where_one_is_offered() -> None:
    crypto = b"a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"

    found = answer(with_audio(b"m=audio 6000 RTP/SAVP 0", crypto))

    assert b"m=audio 4000 RTP/SAVP 0\r\n" in found
    assert b"a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:" in found
    assert crypto not in found


@pytest.mark.parametrize(
    "offer",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"hello", id="no description"),
        pytest.param(SDP.replace(b"v=0", b"v=1"), id="version"),
        pytest.param(with_audio(), id="no media"),
        pytest.param(with_audio(b"m=video 6000 RTP/AVP 31"), id="no audio"),
        pytest.param(with_audio(b"m=audio 0 RTP/AVP 0"), id="audio refused"),
        pytest.param(with_audio(b"m=audio 6000 RTP/SAVP 0"), id="no key"),
        pytest.param(with_audio(b"m=audio 6000 UDP/TLS/RTP/SAVPF 0"), id="DTLS"),
        pytest.param(with_audio(b"m=audio 70000 RTP/AVP 0"), id="port"),
        pytest.param(with_audio(b"m=audio 6000 RTP/AVP"), id="no format"),
        pytest.param(with_audio(b"m=audio RTP/AVP 0"), id="no port"),
        pytest.param(
            with_audio(b"m=audio 6000 RTP/AVP 96", b"a=rtpmap:96 telephone-event/8000"),
            id="tones only",
        ),
        pytest.param(with_audio(b"m=audio 6000 RTP/AVP 0") + b"a=x\r\n" * 4000, id="too large"),
        pytest.param(b"--b\r\nContent-Type: application/sdp\r\n\r\n" + SDP, id="multipart"),
    ],
)
def test_an_offer_that_cant_be_answered_gives_nothing(offer: bytes) -> None:
    assert answer_offer(offer, host=b"127.0.0.1", port=4000, session=7) is None


def test_line_ends_of_lf_alone_are_read() -> None:
    assert answer(PHONE_OFFER.replace(b"\r\n", b"\n")) == answer(PHONE_OFFER)


@pytest.mark.parametrize(
    "body",
    [
        case.data.partition(b"\r\n\r\n")[2]
        for case in TORTURE
        if b"m=audio" in case.data and case.name != "mismatch02"
    ],
)
def test_the_offers_of_the_torture_messages_are_answered(body: bytes) -> None:
    assert b"m=audio 4000 " in answer(body[body.index(b"v=0") :])


def test_an_offer_can_be_answered_by_ourselves() -> None:
    offer = make_offer(host=b"127.0.0.1", port=6000, session=9, direction=b"sendonly", version=2)

    assert b"o=- 9 11 IN IP4 127.0.0.1\r\n" in offer
    assert media_address(offer) == (b"127.0.0.1", 6000)
    assert b"m=audio 4000 RTP/AVP 0 101\r\n" in answer(offer)
    assert answer(offer).endswith(b"a=recvonly\r\n")


def test_nothing_of_its_author_is_left_in_a_hidden_description() -> None:
    hidden = hide(PHONE_OFFER, host=b"203.0.113.1", session=42)

    for trace in (
        b"jdoe",
        b"John",
        b"john",
        b"desk",
        b"seminar",
        b"617",
        b"10.47",
        b"tool",
        b"msid",
    ):
        assert trace not in hidden
    assert b"o=- 42 " in hidden
    assert b" IN IP4 203.0.113.1\r\ns=-\r\nc=IN IP4 192.0.2.5\r\nt=5 7\r\nm=video" in hidden
    assert b"a=ssrc:314 cname:42\r\n" in hidden


def test_media_pass_a_bridge_as_they_are() -> None:
    before, after = read_media(PHONE_OFFER), read_media(hide(PHONE_OFFER, host=b"::1", session=1))

    assert before is not None
    assert after is not None
    assert [(m.kind, m.port, m.formats, m.address) for m in after] == [
        (m.kind, m.port, m.formats, m.address) for m in before
    ]
    assert media_address(PHONE_OFFER) == (b"192.0.2.5", 49170)


def test_a_new_version_of_a_hidden_description_has_a_higher_number() -> None:
    def version(description: bytes) -> int:
        origin = hide(description, host=b"127.0.0.1", session=1).split(b"\r\n")[1]
        return int(origin.split()[2])

    changed = PHONE_OFFER.replace(b"2890842807", b"2890842808")

    assert version(changed) == version(PHONE_OFFER) + 1


def test_no_address_is_found_where_there_is_none() -> None:
    assert media_address(b"") is None
    assert media_address(with_audio(b"m=audio 0 RTP/AVP 0")) is None
    assert media_address(SDP.replace(b"c=IN IP4 127.0.0.1\r\n", b"")) is None
