"""Reading reports about returned mail, from servers that keep the rules and from people who do not."""

import random

import pytest

from mail.reports import LARGEST, Fate, Report, code_in, fate, read
from tests.mail.dsn import complaint, report


def told(content: bytes) -> list[tuple[str, str, str, str]]:
    return [(str(each.fate), each.message_id, each.recipient, each.status) for each in read(content)]


@pytest.mark.parametrize("blank", ["\n", "\r\n"])
@pytest.mark.parametrize("headers_only", [False, True])
def test_a_dead_mailbox(blank: str, headers_only: bool) -> None:
    content = report(blank=blank, headers_only=headers_only)
    assert told(content) == [("hard", "<abc@localhost.localdomain>", "alice@example.org", "5.1.1")]
    assert read(content)[0].detail == "smtp; 550 5.1.1 <alice@example.org>: Recipient address rejected: User unknown"


def test_a_report_without_the_message_still_names_its_recipient() -> None:
    assert told(report(original=False)) == [("hard", "", "alice@example.org", "5.1.1")]


def test_a_delay_is_no_failure() -> None:
    assert told(report(action="delayed", status="4.4.1"))[0][0] == "delayed"


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "", "anything"])
def test_what_went_well_is_no_report(action: str) -> None:
    assert read(report(action=action)) == []


@pytest.mark.parametrize(
    ("status", "said", "becomes"),
    [
        ("5.1.1", "", Fate.HARD),
        ("5.1.2", "no such domain", Fate.HARD),
        ("5.1.10", "null MX", Fate.HARD),
        ("5.2.1", "disabled", Fate.HARD),
        ("5.4.1", "Recipient address rejected: Access denied", Fate.HARD),
        ("5.4.4", "", Fate.HARD),
        ("5.0.0", "550 User unknown", Fate.HARD),
        ("5", "550 The account bob does not exist", Fate.HARD),
        ("5.0.0", "550 Administrative prohibition", Fate.LOST),
        ("5.1.7", "bad sender", Fate.LOST),
        ("5.1.8", "bad sender system", Fate.LOST),
        ("5.2.2", "mailbox full", Fate.LOST),
        ("5.3.4", "message too big", Fate.LOST),
        ("5.7.1", "user unknown, or so says the spam filter", Fate.LOST),
        ("4.4.7", "delivery time expired", Fate.LOST),
        ("", "", Fate.LOST),
        ("5.1.11", "", Fate.LOST),
    ],
)
def test_only_a_mailbox_that_is_not_there_is_given_up(status: str, said: str, becomes: Fate) -> None:
    assert fate(status=status, detail=said) is becomes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("550 5.1.1 unknown", "5.1.1"),
        ("smtp;452 4.2.2 full", "4.2.2"),
        ("from 10.5.1.1 refused 554", "5"),
        ("450 later", "4"),
        ("250 fine", ""),
        ("", ""),
    ],
)
def test_the_code_in_what_a_server_says(text: str, code: str) -> None:
    assert code_in(text) == code


@pytest.mark.parametrize(("kind", "count"), [("abuse", 1), ("fraud", 1), ("not-spam", 0), ("virus", 0)])
def test_a_complaint(kind: str, count: int) -> None:
    expected = [("complaint", "<abc@localhost.localdomain>", "alice@example.org", "")]
    assert told(complaint(kind=kind)) == expected * count


def test_an_answer_from_a_person_is_no_report() -> None:
    content = b"From: alice@example.org\nSubject: Re: Your note\n\nFinal-Recipient: rfc822; a@b.c\nAction: failed\n"
    assert read(content) == []


def test_a_report_that_somebody_forwards_is_none() -> None:
    forwarded = b'Content-Type: multipart/mixed; boundary="A"\n\n--A\n' + report() + b"\n--A--\n"
    assert read(forwarded) == []


def test_the_address_we_wrote_to_counts_not_where_its_owner_forwards_it() -> None:
    content = report().replace(b"Final-Recipient: rfc822; alice@", b"Final-Recipient: rfc822; elsewhere@")
    assert told(content)[0][2] == "alice@example.org"


def test_the_same_report_has_the_same_key_and_another_has_another() -> None:
    keys = {
        read(content)[0].key
        for content in (report(), report(), report(own="<dsn-2@mx>"), report(action="delayed", status="4.0.0"))
    }
    assert len(keys) == 3


HOSTILE = [
    b"",
    b"\x00" * 1000,
    b"\xff\xfe" * 500,
    b"Content-Type: multipart/report\n\n--\n",
    b'Content-Type: multipart/report; boundary=""\n\n--\n--\n',
    b'Content-Type: multipart/report; boundary="B"\n\n' + b"--B\n" * 5000,
    b"".join(b'Content-Type: multipart/report; boundary="B%d"\n\n--B%d\n' % (n, n) for n in range(3000)),
    b"Content-Type: multipart/report; boundary=" + b"x" * 100_000 + b"\n\nx",
    report(recipient="a" * 10_000 + "@example.org"),
    report(recipient="=?utf-8?q?=0d=0aBcc:_eve@example.org?="),
    report(message_id="<" + "x" * 5000 + ">"),
    report(message_id="", recipient="", status="", said=""),
    report(status="5.1.1\x00", said="\x00\u2028\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "replace")),
    report().replace(b"Status: 5.1.1", b"Status: " + b"5." * 100_000),
    report().replace(b"message/delivery-status", b"message/delivery-status; charset=no-such"),
    report().replace(b"us-ascii", b"\xff\xff"),
    complaint().replace(b"Feedback-Type: abuse", b"Feedback-Type: " + b"abuse," * 10_000),
    b'Content-Type: multipart/report; boundary="B"\n\n--B\nContent-Type: message/delivery-status\n\n'
    + b"Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n\n" * 20_000
    + b"--B--\n",
    b"(" * 100_000,
    b"Content-Type: " + b"(" * 50_000 + b"\n\n",
]


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_reports_never_raise_and_stay_small(content: bytes) -> None:
    found = read(content)
    assert len(found) <= 20
    for each in found:
        assert isinstance(each, Report)
        assert len(each.recipient) <= 320
        assert len(each.detail) <= 1000
        assert "\n" not in each.recipient + each.detail + each.message_id
        assert "\x00" not in each.recipient + each.detail + each.message_id


def test_a_report_cut_and_bent_anywhere_never_raises() -> None:
    dice, whole = random.Random(7), report()
    for _ in range(300):
        bent = bytearray(whole[: dice.randrange(len(whole))])
        for _ in range(dice.randrange(1, 20)):
            if bent:
                bent[dice.randrange(len(bent))] = dice.randrange(256)
        assert len(read(bytes(bent))) <= 1


def test_what_is_longer_than_a_report_is_cut() -> None:
    assert told(report() + b"x" * (2 * LARGEST))[0][0] == "hard"
