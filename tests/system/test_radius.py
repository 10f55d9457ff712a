"""warifu-radiusd before a daemon that is none (fake.py): what it takes, what it asks, what it sends back. CHECKLIST
says for each line of the RFCs' checklist which test holds it, or why there is none."""

import os
import struct
import subprocess
import time

import fake
import lib
import radius
import wire
from fake import FakeDaemon
from radius import Gateway, Nas, Server, access, attribute, client, record, status_server

# A1 to I7: RFC 2865, 2866, 2869, 3579, 5080, 5997, 6613, 6614, 9765, 5176, and CVE-2024-3596. "file:test" or a reason.
CHECKLIST = {
    "A1": "radius:a1_address_chooses_the_secret",
    "A2": "radius:a2_length_and_code",
    "A3": "radius:a3_attribute_lengths",
    "A4": "radius:a4_unserved_method_is_rejected",
    "A5": "radius:a5_identifier_and_authenticator",
    "A6": "radius:a6_proxy_states",
    "A7": "radius:a7_order_and_unknown_attributes",
    "A8": "radius:a8_password_lengths_and_nul",
    "A9": "radius:a9_credentials_and_nas",
    "A10": "radius:a10_no_empty_attributes",
    "A11": "radius:a11_reject_attributes",
    "A12": "radius:a12_challenge_attributes",
    "A13": "radius:a13_state_and_long_names",
    "A14": "CHAP is rejected whatever its challenge: a4_unserved_method_is_rejected",
    "B1": "radius:b1_accounting_authenticator",
    "B2": "radius:b2_answered_once_stored",
    "B3": "radius:b3_record_must_hold",
    "B4": "radius:b4_resent_record_is_the_same",
    "C1": "radius:c1_message_authenticator",
    "C2": "radius:c2_eap_without_authenticator",
    "C3": "radius:c3_eap_is_rejected",
    "C4": "radius:c4_neither_password_nor_authenticator",
    "C5": "no EAP is spoken: c3_eap_is_rejected",
    "C6": "no EAP is spoken; every EAP-Message is rejected: c3_eap_is_rejected",
    "C7": "no reply holds an EAP-Message: c3_eap_is_rejected",
    "C8": "no EAP is accepted: c3_eap_is_rejected",
    "D1": "radius:d1_duplicate_key",
    "D2": "radius:d2_same_bytes_and_busy_dropped",
    "D3": "radius:d3_other_authenticator_is_new",
    "D4": "radius:d4_bad_packets_leave_the_cache_alone",
    "D5": "radius:d5_the_state_alone_ties_the_rounds",
    "D6": "radius:d6_authorize_only",
    "D7": "radius:d7_logins_under_way_go_first",
    "D8": "radius:d8_attributes_for_marked_clients_only",
    "D9": "radius:d9_timers_of_clients",
    "E1": "radius:e1_status_server_must_be_signed",
    "E2": "radius:e2_status_server_codes",
    "E3": "radius:e3_status_server_holds_nothing",
    "E4": "radius:e4_status_server_within_the_rate",
    "F1": "radsec:f1_tls_at_once",
    "F2": "radsec:f2_broken_packets_end_the_connection",
    "F3": "radsec:f3_closed_connections_and_duplicates",
    "F4": "radsec:f4_limits",
    "F5": "radsec:f5_the_secret_is_radsec",
    "F6": "radsec:f6_certificates",
    "F7": "radsec:f7_unserved_codes_are_told",
    "F8": "radsec:f8_one_connection_for_all",
    "G1": "radsec:g1_protocols",
    "G2": "radsec:g2_tokens",
    "G3": "radsec:g3_logins_over_radius_1_1",
    "G4": "radsec:g4_no_ticket_leads_to_another_version",
    "H1": "radius:h1_disconnect_request",
    "H2": "radius:h2_identification_alone",
    "H3": "radius:h2_identification_alone",
    "H4": "radius_login:disconnect",
    "I1": "radius:i1_authenticator_first_in_every_reply",
    "I2": "radius:i2_required_optional_and_proxy_state",
    "I3": "radius:i3_learned_and_kept",
    "I4": "radius:i4_clients_without_authenticator",
    "I5": "radius:i5_said_once_for_each_client",
    "I6": "radius:i6_secrets",
    "I7": "an OpenSSL without MD5 is the unit test's: tests/unit/radius/test_digest.c",
}
LINES = {"A": 14, "B": 4, "C": 8, "D": 9, "E": 4, "F": 8, "G": 4, "H": 4, "I": 7}
ARG = 19  # a field of the wire protocol: key=value
OPTIONAL = {"message_authenticator": '"optional"'}


def served(lab, *sections, answer=None):
    """The server with one client, or these sections, and its daemon."""
    server = Server(lab)
    daemon = FakeDaemon(lab, **({"answer": answer} if answer else {}))
    lab.configure(*(sections or (client(),)))
    return server.start().connected(), daemon


def accepted(nas, raw):
    """It is let in; gives the reply."""
    reply = nas.ask(raw)
    lib.equal(reply and reply.code, radius.ACCEPT, "the reply's code")
    return reply


def rejected(nas, raw):
    """It is refused; gives the reply."""
    reply = nas.ask(raw)
    lib.equal(reply and reply.code, radius.REJECT, "the reply's code")
    return reply


def test_checklist(lab):
    """Every line of the checklist has its test or its reason, and each test named is there."""
    del lab
    lines = [f"{letter}{number}" for letter, count in LINES.items() for number in range(1, count + 1)]
    lib.equal(sorted(CHECKLIST), sorted(lines), "lines of the checklist")
    for line, where in CHECKLIST.items():
        if not where.startswith(("radius", "radsec")) or " " in where:
            continue
        file, name = where.split(":")
        with open(os.path.join(os.path.dirname(__file__), f"test_{file}.py"), encoding="utf-8") as stream:
            lib.contains(stream.read(), f"\ndef test_{name}(lab):", f"the test of {line}")


def test_accept_and_reject(lab):
    """The plain login: right, wrong; the question has what it should."""
    _, daemon = served(lab)
    with Nas() as nas:
        accepted(nas, access())
        rejected(nas, access(password="wrong"))
    first, second = daemon.of()
    lib.equal((first.password, second.password), ("correct horse", "wrong"), "passwords in the questions")
    lib.equal((first.user, first.text(wire.SERVICE), first.text(fake.NAS)), ("alice", "vpn", "nas one"), "who and where")
    lib.equal(first.text(wire.RHOST), "", "a source: the device's address is none")
    if not 4000 < first.number(fake.PATIENCE) <= 5000:
        raise AssertionError(f"patience of {first.number(fake.PATIENCE)} ms, where the client waits 5 s")
    if first.fields[wire.IDEMPOTENCY] == second.fields[wire.IDEMPOTENCY]:
        raise AssertionError("two requests have the same idempotency key")


def test_challenge(lab):
    """Password, then code, with the State that came."""
    _, daemon = served(lab)
    with Nas() as nas:
        first = nas.ask(access("two"))
        lib.equal(first.code, radius.CHALLENGE, "the code of the first reply")
        state = first.one(radius.STATE_ATTR)
        lib.equal((state.decode(), len(state)), (fake.A_STATE, 40), "the State")
        accepted(nas, access("two", "123456", state=state))
    lib.equal(daemon.of()[1].text(fake.STATE), fake.A_STATE, "the State that the daemon got")


def test_a1_address_chooses_the_secret(lab):
    """The most specific network counts; strangers get nothing; one client's secret is no other's."""
    other = b"another secret of length"
    server, _ = served(lab, client("one", '"127.0.0.1"'), client("two", '"127.0.0.8/29"', other))
    with Nas() as nas, Nas("127.0.0.9", secret=other) as second, Nas("127.0.0.20") as stranger:
        accepted(nas, access())
        accepted(second, access(secret=other))
        second.silent(access())
        stranger.silent(access())
    lib.equal(server.counters()["dropped.unknown-client"], 1, "packets of no client")
    lib.contains(server.said(), "127.0.0.20", "the log")


def test_a2_length_and_code(lab):
    """What has no right length or no code of ours is dropped; padding behind it is not looked at."""
    server, daemon = served(lab)
    good = access()
    with Nas() as nas:
        for raw in (b"", good[:19], good[:1] + good[1:2] + struct.pack(">H", 19) + good[4:], good[:-1],
                    good[:2] + struct.pack(">H", 4097) + good[4:] + bytes(4097 - len(good))):
            nas.silent(raw, 0.2)
        for code in (0, 2, 3, 5, 11, 13, 40, 43, 52, 255, 4):
            nas.silent(bytes([code]) + good[1:], 0.1)
        lib.equal(len(daemon.of()), 0, "questions")
        accepted(nas, good + b"\x01\x00padding")
    counters = server.counters()
    lib.equal((counters["dropped.form.short"], counters["dropped.form.length"], counters["dropped.form.cut"]), (2, 2, 1), "drops")
    lib.equal(counters["dropped.code"], 11, "codes that are not served here")


def test_a3_attribute_lengths(lab):
    """Attributes shorter than their header, past the end, of type 0, or a stray octet: dropped."""
    server, daemon = served(lab)
    with Nas() as nas:
        for extra in (b"\x12\x00", b"\x12\x01", b"\x12\xff", attribute(0, b"x"), b"\x12"):
            nas.silent(access(extra=extra, protect=False), 0.2)
    lib.equal(len(daemon.of()), 0, "questions")
    counters = server.counters()
    lib.equal(counters["dropped.form.attribute"] + counters["dropped.form.type"], 5, "drops")


def test_a4_unserved_method_is_rejected(lab):
    """CHAP and MS-CHAP get an Access-Reject and a line in the log that says the way out."""
    server, daemon = served(lab)
    chap = attribute(radius.CHAP_PASSWORD, bytes(17))
    mschap = attribute(radius.VENDOR, struct.pack(">IBB", 311, 25, 52) + bytes(50))
    with Nas() as nas:
        rejected(nas, access(password=None, extra=chap))
        rejected(nas, access(password=None, extra=mschap))
    lib.equal(len(daemon.of()), 0, "questions")
    lib.contains(server.said(), "method-chap: CHAP cannot be checked: set the device to PAP", "the log")
    lib.contains(server.said(), "method-mschap", "the log")


def test_a5_identifier_and_authenticator(lab):
    """Each of the 256 identifiers comes back, with an authenticator that is right (Reply checks both)."""
    served(lab, client(rate=1000))
    with Nas() as nas:
        for number in range(256):
            lib.equal(accepted(nas, access(identifier=number)).identifier, number, "identifier")


def test_a6_proxy_states(lab):
    """All of them, unmodified, in order, in every kind of reply."""
    served(lab)
    states = [b"first", bytes(range(1, 250)), b"", b"last\x00"]
    extra = attribute(33, states[0]) + attribute(radius.NAS_PORT, 1) + b"".join(attribute(33, state) for state in states[1:])
    with Nas() as nas, Nas(port=radius.ACCT_PORT) as accounting:
        for raw in (access(extra=extra), access(password="wrong", extra=extra), access("two", extra=extra)):
            lib.equal(nas.ask(raw).all(radius.PROXY_STATE), states, "Proxy-States")
        lib.equal(accounting.ask(record(radius.START, extra=extra)).all(radius.PROXY_STATE), states, "Proxy-States of accounting")


def test_a7_order_and_unknown_attributes(lab):
    """Any order, unknown types, unknown vendors, vendors' attributes of a form that is none: no difference."""
    served(lab)
    odd = [attribute(250, b"x"), attribute(radius.VENDOR, struct.pack(">I", 99999) + b"\x01\x03x"), attribute(radius.VENDOR, b"\x00"),
           attribute(radius.VENDOR, struct.pack(">IBB", 9, 1, 0)), attribute(241, b""), attribute(radius.SERVICE_TYPE, b"\x00\x00\x01")]
    with Nas() as nas:
        accepted(nas, access(extra=b"".join(odd)))
        authenticator = os.urandom(16)
        parts = [attribute(radius.NAS_ID, "n"), attribute(radius.USER_PASSWORD, radius.hide("correct horse", radius.SECRET, authenticator)),
                 *odd, attribute(radius.USER_NAME, "alice")]
        raw = radius.packet(radius.ACCESS_REQUEST, 1, authenticator, b"".join(parts))
        accepted(nas, radius.sign(raw, radius.SECRET))


def test_a8_password_lengths_and_nul(lab):
    """16 to 128 octets in blocks of 16; a NUL within is refused, one at the end is padding."""
    server, daemon = served(lab)
    with Nas() as nas:
        for length in (0, 15, 17, 144):
            rejected(nas, access(password=None, extra=attribute(radius.USER_PASSWORD, bytes(length))))
        rejected(nas, access(password="correct\0horse"))
        lib.equal(len(daemon.of()), 0, "questions")
        accepted(nas, access(password=b"correct horse\0\0\0\0\0\0\0"))
        rejected(nas, access(password="p" * 128))
        rejected(nas, access(password=""))
    lib.equal([len(request.password) for request in daemon.of()], [13, 128, 0], "lengths of the passwords asked about")
    lib.contains(server.said(), "password-nul", "the log")


def test_a9_credentials_and_nas(lab):
    """Two methods, two passwords, no password, no identity of the device: refused without a question."""
    _, daemon = served(lab)
    chap = attribute(radius.CHAP_PASSWORD, bytes(17))
    with Nas() as nas:
        rejected(nas, access(extra=chap))
        rejected(nas, access(extra=attribute(radius.USER_PASSWORD, bytes(16))))
        rejected(nas, access(password=None))
        rejected(nas, access(nas=None))
        lib.equal(len(daemon.of()), 0, "questions")
        accepted(nas, access(nas=None, extra=attribute(radius.NAS_IP, bytes([192, 0, 2, 7]))))
        accepted(nas, access(nas=None, extra=attribute(radius.NAS_IPV6, bytes(15) + b"\x01")))
    lib.equal([request.text(fake.NAS) for request in daemon.of()], ["192.0.2.7", "::1"], "the device's names")


def test_a10_no_empty_attributes(lab):
    """No reply has an attribute without value; a request may."""
    served(lab)
    with Nas() as nas:
        for raw in (access(extra=attribute(radius.REPLY_MESSAGE)), access(password="wrong"), access("two")):
            for kind, value in nas.ask(raw).attributes:
                if not value:
                    raise AssertionError(f"attribute {kind} is empty")


def test_a11_reject_attributes(lab):
    """A Reject has a text and Proxy-States, and nothing else; also if the daemon gives groups with it."""
    def answer(request):
        del request
        return fake.result(wire.REJECT, [(wire.TEXT, "No."), (fake.GROUP, "staff")])

    reply = 'reply "all" {\n\tattributes = {"Filter-Id = \\"x\\""}\n}\n'
    served(lab, reply, client(reply='{"all"}'), answer=answer)
    with Nas() as nas:
        lib.equal(rejected(nas, access(extra=attribute(33, "p"))).kinds(), [80, radius.REPLY_MESSAGE, 33], "attributes")


def test_a12_challenge_attributes(lab):
    """A challenge has a text, one State, Prompt, and how long it is open."""
    served(lab)
    with Nas() as nas:
        reply = nas.ask(access("two"))
    lib.equal(reply.kinds(), [80, radius.REPLY_MESSAGE, radius.STATE_ATTR, radius.PROMPT, radius.SESSION_TIMEOUT], "attributes")
    lib.equal(reply.one(radius.PROMPT), bytes(4), "Prompt: no echo")
    lib.equal(reply.one(radius.SESSION_TIMEOUT), struct.pack(">I", 60), "Session-Timeout")
    lib.contains(reply.one(radius.REPLY_MESSAGE).decode(), "code", "the prompt")


def test_a13_state_and_long_names(lab):
    """States that were not made here are refused without a question; names of 253 octets work; two States do not."""
    _, daemon = served(lab)
    with Nas() as nas:
        for state in (b"", b"x" * 39, b"x" * 41, b"\0" * 40, b"x" * 253):
            rejected(nas, access(state=state))
        rejected(nas, access(state=fake.A_STATE, extra=attribute(radius.STATE_ATTR, fake.A_STATE)))
        lib.equal(len(daemon.of()), 0, "questions")
        accepted(nas, access("n" * 253))
    lib.equal(daemon.of()[0].user, "n" * 253, "the name")


def test_b1_accounting_authenticator(lab):
    """Wrong or zero: dropped, and said once."""
    server, daemon = served(lab)
    good = record(radius.START)
    with Nas(port=radius.ACCT_PORT) as nas:
        nas.silent(good[:4] + bytes(16) + good[20:])
        nas.silent(record(radius.START, secret=b"some other secret"))
        lib.equal(len(daemon.of(fake.RECORD)), 0, "records")
        lib.equal(nas.ask(good).code, radius.ACCOUNTING_RESPONSE, "the reply")
    lib.equal(server.counters()["dropped.authenticator"], 2, "drops")
    lib.contains(server.said(), "the secret here and on the device probably differ", "the log")


def test_b2_answered_once_stored(lab):
    """What the daemon does not say is stored gets no reply."""
    answers = [fake.result(wire.UNAVAILABLE), fake.result(wire.REJECT), None, fake.result(wire.ACCEPT)]
    served(lab, answer=lambda request: answers.pop(0))
    raw = record(radius.STOP, extra=attribute(radius.ACCT_TIME, 60))
    with Nas(port=radius.ACCT_PORT) as nas:
        nas.silent(raw)
        nas.silent(raw)
        nas.silent(record(radius.START, "other"))
        lib.equal(nas.ask(raw).code, radius.ACCOUNTING_RESPONSE, "the reply to what is stored")


def test_b3_record_must_hold(lab):
    """Kind and session; no password, State or text; a session has a user, a device's start has none."""
    server, daemon = served(lab)
    with Nas(port=radius.ACCT_PORT) as nas:
        for raw in (record(radius.START, ""), record(15), record(radius.START, user=None), record(radius.START, nas=None),
                    record(radius.START, extra=attribute(radius.USER_PASSWORD, bytes(16))),
                    record(radius.START, extra=attribute(radius.STATE_ATTR, "x")),
                    record(radius.START, extra=attribute(radius.ACCT_STATUS, 2))):
            nas.silent(raw, 0.2)
        lib.equal(len(daemon.of(fake.RECORD)), 0, "records")
        for raw in (record(radius.START), record(radius.INTERIM), record(radius.STOP), record(radius.NAS_ON, user=None),
                    record(radius.NAS_OFF, user=None)):
            lib.equal(nas.ask(raw).code, radius.ACCOUNTING_RESPONSE, "the reply")
    lib.equal([request.number(wire.EVENT) for request in daemon.of(fake.RECORD)], [1, 3, 2, 4, 5], "events")
    lib.equal(server.counters()["dropped.accounting-rule"], 7, "drops")


def test_b4_resent_record_is_the_same(lab):
    """With a larger delay in a new packet it has the same key; another session, or another time of it, has another."""
    _, daemon = served(lab)
    stop = attribute(radius.ACCT_TIME, 60) + attribute(radius.EVENT_TIME, 1700000000)
    with Nas(port=radius.ACCT_PORT) as nas:
        for raw in (record(radius.STOP, extra=stop), record(radius.STOP, extra=stop + attribute(radius.ACCT_DELAY, 5)),
                    record(radius.STOP, "s2", extra=stop), record(radius.STOP, extra=attribute(radius.ACCT_TIME, 60)),
                    record(radius.STOP, extra=attribute(radius.ACCT_TIME, 61) + attribute(radius.EVENT_TIME, 1700000000))):
            lib.equal(nas.ask(raw).code, radius.ACCOUNTING_RESPONSE, "the reply")
    keys = [request.fields[wire.IDEMPOTENCY][0] for request in daemon.of(fake.RECORD)]
    lib.equal(keys[0], keys[1], "the key of a record sent again")
    lib.equal(len(set(keys)), 4, "keys of all")


def test_accounting_values(lab):
    """Numbers and addresses arrive as they were sent, counters beyond 32 bits too."""
    _, daemon = served(lab)
    extra = b"".join((attribute(radius.FRAMED_IP, bytes([10, 9, 8, 7])), attribute(radius.ACCT_IN, 7), attribute(52, 2),
                      attribute(radius.ACCT_OUT, 9), attribute(radius.ACCT_TIME, 3600), attribute(radius.ACCT_CAUSE, 1)))
    with Nas(port=radius.ACCT_PORT) as nas:
        nas.ask(record(radius.STOP, "session\u00e9", extra=extra))
    request = daemon.of(fake.RECORD)[0]
    lib.equal([request.number(field) for field in (fake.OCTETS_IN, fake.OCTETS_OUT, fake.SECONDS, fake.CAUSE)],
              [2 * 2 ** 32 + 7, 9, 3600, 1], "numbers")
    lib.equal((request.text(fake.FRAMED), request.text(fake.ACCT_SESSION), request.user), ("10.9.8.7", "session\u00e9", "alice"),
              "texts")


def test_c1_message_authenticator(lab):
    """Wrong, twice, or not 16 octets: dropped, as first or last attribute."""
    server, daemon = served(lab, client(**OPTIONAL))
    good = access()
    with Nas() as nas:
        nas.silent(good[:-1] + bytes([good[-1] ^ 1]))
        nas.silent(access(extra=attribute(80, bytes(16))))
        nas.silent(access(extra=attribute(80, bytes(15)), protect=False))
        nas.silent(access(extra=attribute(80, bytes(17)), protect=False))
        lib.equal(len(daemon.of()), 0, "questions")
        accepted(nas, good)
    counters = server.counters()
    lib.equal((counters["dropped.authenticator-wrong"], counters["dropped.form.ma-length"], counters["dropped.form.ma-repeated"]),
              (1, 2, 1), "drops")


def test_c2_eap_without_authenticator(lab):
    """Dropped, whatever the client's rule is."""
    server, _ = served(lab, client(**OPTIONAL))
    with Nas() as nas:
        nas.silent(access(password=None, extra=attribute(79, b"\x02\x01\x00\x09\x01bob!"), protect=False))
    lib.equal(server.counters()["dropped.rule"], 1, "drops")


def test_c3_eap_is_rejected(lab):
    """With a line in the log; the reply has no EAP-Message."""
    server, daemon = served(lab)
    with Nas() as nas:
        reply = rejected(nas, access(password=None, extra=attribute(79, b"\x02\x01\x00\x09\x01bob!")))
        rejected(nas, access(extra=attribute(79, b"\x02\x01\x00\x09\x01bob!")))
    lib.equal(reply.all(79), [], "EAP-Messages in the reply")
    lib.equal(len(daemon.of()), 0, "questions")
    lib.contains(server.said(), "method-eap: EAP is not supported: set the device to PAP", "the log")


def test_c4_neither_password_nor_authenticator(lab):
    """Nothing that proves anything: dropped."""
    server, _ = served(lab, client(**OPTIONAL))
    with Nas() as nas:
        nas.silent(access(password=None, protect=False))
        rejected(nas, access(password=None))
    lib.equal(server.counters()["dropped.rule"], 1, "drops")


def test_d1_duplicate_key(lab):
    """Another port, another listener or another identifier is another request."""
    _, daemon = served(lab, 'radius {\n\tlisten = {"127.0.0.1:1812", "127.0.0.1:1912"}\n}\n', client())
    raw = access(identifier=9)
    with Nas() as nas, Nas() as second:
        accepted(nas, raw)
        accepted(second, raw)
        nas.send(raw, ("127.0.0.1", 1912))
        lib.equal(nas.receive()[0], radius.ACCEPT, "from another listener")
        accepted(nas, access(identifier=10))
    lib.equal(len(daemon.of()), 4, "questions")
    lib.equal(len({request.fields[wire.IDEMPOTENCY][0] for request in daemon.of()}), 2, "idempotency keys")


def test_d2_same_bytes_and_busy_dropped(lab):
    """Resent while it is worked on: dropped; after it: the same bytes, from the cache."""
    server, daemon = served(lab, answer=fake.slowly(0.5))
    raw = access("two")
    with Nas() as nas:
        nas.send(raw)
        nas.send(raw)
        nas.send(raw)
        first = nas.receive()
        lib.equal(nas.receive(0.3), None, "a reply to what was resent too early")
        for _ in range(3):
            nas.send(raw)
            lib.equal(nas.receive(), first, "the bytes of the reply")
    lib.equal(len(daemon.of()), 1, "questions")
    counters = server.counters()
    lib.equal((counters["duplicates.busy"], counters["duplicates.known"]), (2, 3), "duplicates")


def test_d3_other_authenticator_is_new(lab):
    """The same identifier with another authenticator is a new request; the old one's reply is not sent any more."""
    server, daemon = served(lab, answer=lambda request: fake.slowly(0.4)(request))
    with Nas() as nas:
        old = access(identifier=3)
        new = access(identifier=3, password="wrong")
        nas.send(old)
        time.sleep(0.1)
        reply = nas.ask(new)
        lib.equal(reply.code, radius.REJECT, "the reply is the new one's")
        lib.equal(nas.receive(0.6), None, "a reply of the old one")
    lib.equal(len(daemon.of()), 2, "questions")
    lib.equal(server.counters()["dropped.replaced"], 1, "replies to nobody")


def test_d4_bad_packets_leave_the_cache_alone(lab):
    """Forged packets with the identifier of a real one neither push it out nor stand in its way."""
    _, daemon = served(lab)
    raw = access(identifier=5)
    forged = access(identifier=5, secret=b"guessed secret")
    with Nas(source_port=5000) as nas:
        nas.silent(forged, 0.1)
        first = accepted(nas, raw).raw
        nas.silent(forged, 0.1)
        nas.send(raw)
        lib.equal(nas.receive(), first, "the reply from the cache")
    lib.equal(len(daemon.of()), 1, "questions")


def test_d5_the_state_alone_ties_the_rounds(lab):
    """Each challenge has one, and the answer is known by it: not by port, NAS attributes or identifier, of which none is kept."""
    _, daemon = served(lab)
    with Nas() as nas:
        state = nas.ask(access("two", nas=b"nas one")).one(radius.STATE_ATTR)
    with Nas() as other:
        accepted(other, access("two", "123456", state=state, nas=b"nas two"))
    first, second = daemon.of()
    lib.equal((second.text(fake.STATE), second.text(fake.NAS)), (state.decode(), "nas two"), "what the daemon is asked")
    lib.equal(first.text(fake.STATE), "", "the first round's")


def test_d6_authorize_only(lab):
    """Without a State nobody is authorised."""
    _, daemon = served(lab)
    with Nas() as nas:
        rejected(nas, access(extra=attribute(radius.SERVICE_TYPE, 17)))
    lib.equal(len(daemon.of()), 0, "questions")


def test_d7_logins_under_way_go_first(lab):
    """More than the daemon takes at once: one whose State was sent from here passes all that wait."""
    hold = {"on": False}

    def answer(request):
        return None if hold["on"] and request.user == "flood" else fake.judge(request)

    server, daemon = served(lab, client(rate=100000, timeout=30), client("gw", '"127.0.0.2"'), answer=answer)
    with Nas() as nas, Nas("127.0.0.2") as other:
        state = other.ask(access("two")).one(radius.STATE_ATTR)
        hold["on"] = True
        for number in range(4200):
            if number % 256 == 0:
                nas.socket.close()
                nas.__init__()
            nas.send(access("flood", identifier=number % 256))
            if number % 64 == 0:
                time.sleep(0.005)
        lib.wait_for("the daemon has all that it may", lambda: len(daemon.of()) >= 3585)
        lib.equal(accepted(other, access("two", "123456", state=state)).code, radius.ACCEPT, "the login under way")
        other.silent(access("late"))
    lib.equal(len([request for request in daemon.of() if request.user == "flood"]), 3584, "questions of the flood")
    lib.equal(server.counters()["challenges"], 1, "challenges")


def test_d8_attributes_for_marked_clients_only(lab):
    """Attributes of a group go to the clients that name them, and to accounts of that group."""
    replies = ('reply "admins" {\n\tgroups = {"admins"}\n\tattributes = {"Filter-Id = \\"admin\\"", "Fortinet-Group-Name = \\"root\\""}\n}\n'
               'reply "all" {\n\tattributes = {"Filter-Id = \\"user\\"", "Session-Timeout = \\"600\\""}\n}\n')

    def answer(request):
        groups = {"alice": ["admins"], "bob": ["staff"]}.get(request.user, [])
        return fake.result(wire.ACCEPT, [(fake.GROUP, group) for group in groups])

    served(lab, replies, client(reply='{"admins", "all"}'), client("plain", '"127.0.0.2"'), answer=answer)
    with Nas() as nas, Nas("127.0.0.2") as plain:
        alice = accepted(nas, access("alice"))
        bob = accepted(nas, access("bob"))
        lib.equal(accepted(plain, access("alice")).kinds(), [80], "attributes of an unmarked client")
    lib.equal(alice.all(radius.FILTER_ID), [b"admin"], "one Filter-Id, of the first that fits")
    lib.equal(alice.one(radius.VENDOR), struct.pack(">IBB", 12356, 1, 6) + b"root", "the vendor's attribute")
    lib.equal((bob.all(radius.FILTER_ID), bob.all(radius.VENDOR)), ([b"user"], []), "of somebody else")
    lib.equal(bob.one(radius.SESSION_TIMEOUT), struct.pack(">I", 600), "a number")


def test_d9_timers_of_clients(lab):
    """Nothing is sent after the client's time, and the daemon was told of it."""
    server, daemon = served(lab, client(timeout=1), answer=fake.slowly(1.3))
    with Nas() as nas:
        nas.silent(access(), 2.0)
    if daemon.of()[0].number(fake.PATIENCE) > 1000:
        raise AssertionError("the daemon was given more time than there is")
    lib.equal(server.counters()["dropped.late"], 1, "late ones")


def test_e1_status_server_must_be_signed(lab):
    """Without or with a wrong Message-Authenticator: dropped."""
    served(lab, client(**OPTIONAL))
    with Nas() as nas:
        nas.silent(status_server(protect=False))
        nas.silent(status_server(secret=b"another secret"))
        lib.equal(nas.ask(status_server()).code, radius.ACCEPT, "a right one")


def test_e2_status_server_codes(lab):
    """Access-Accept where logins are served, Accounting-Response where accounting is; nothing while the daemon is away."""
    _, daemon = served(lab)
    with Nas() as nas, Nas(port=radius.ACCT_PORT) as accounting:
        lib.equal(nas.ask(status_server()).code, radius.ACCEPT, "for authentication")
        lib.equal(accounting.ask(status_server()).code, radius.ACCOUNTING_RESPONSE, "for accounting")
        lib.equal(len(daemon.of()), 0, "questions")
        daemon.stop()
        # It is told by the end of the connection, which may come behind the next datagram.
        lib.wait_for("silence", lambda: nas.ask(status_server(), 0.4) is None)
        nas.silent(status_server())


def test_e3_status_server_holds_nothing(lab):
    """The reply has a Message-Authenticator and no more; logins are counted apart."""
    server, _ = served(lab)
    with Nas() as nas:
        lib.equal(nas.ask(status_server()).kinds(), [80], "attributes")
    counters = server.counters()
    lib.equal((counters["status"], counters["status-replies"], counters.get("requests")), (1, 1, None), "counters")


def test_e4_status_server_within_the_rate(lab):
    """Those above the client's rate are dropped."""
    server, _ = served(lab, client(rate=5))
    with Nas() as nas:
        for _ in range(30):
            nas.send(status_server())
        time.sleep(0.3)
    counters = server.counters()
    if not 5 <= counters["status-replies"] <= 8 or counters["status-replies"] + counters["dropped.rate"] != 30:
        raise AssertionError(f"30 at once with a rate of 5: {counters}")


def test_i1_authenticator_first_in_every_reply(lab):
    """Reply checks it; here for requests that had none themselves."""
    served(lab, client(**OPTIONAL))
    with Nas() as nas:
        lib.equal([nas.ask(raw).code for raw in (access(protect=False), access(password="wrong", protect=False), access("two", protect=False))],
                  [radius.ACCEPT, radius.REJECT, radius.CHALLENGE], "codes")


def test_i2_required_optional_and_proxy_state(lab):
    """Required is the default. Where it is optional, a Proxy-State without it (CVE-2024-3596) is dropped, but of proxies."""
    server, daemon = served(lab, client(), client("old", '"127.0.0.2"', **OPTIONAL), client("proxy", '"127.0.0.3"', proxies="true", **OPTIONAL))
    room = attribute(radius.PROXY_STATE, bytes(200)) * 2
    with Nas() as nas, Nas("127.0.0.2") as old, Nas("127.0.0.3") as proxy:
        nas.silent(access(protect=False))
        nas.silent(access(protect=False, extra=room))
        old.silent(access(protect=False, extra=room))
        lib.equal(len(daemon.of()), 0, "questions")
        accepted(nas, access(extra=room))
        accepted(old, access(protect=False))
        accepted(old, access(extra=room))
        accepted(proxy, access(protect=False, extra=room))
    counters = server.counters()
    lib.equal((counters["dropped.authenticator-missing"], counters["dropped.proxy-state"]), (2, 1), "drops")
    lib.contains(server.said(), 'message_authenticator = "optional"', "what the log says to do")
    lib.equal(counters["requests.unsigned"], 2, "requests that went on without")
    lines = [line for line in server.said().split("\n") if ": unsigned:" in line]
    lib.equal(sorted(line.split('"')[1] for line in lines), ["old", "proxy"], "one line for each client whose requests are not signed")


def test_i3_learned_and_kept(lab):
    """auto: not demanded until the first right one, from then on always, also after a crash; each device for itself."""
    server, _ = served(lab, client("auto", '"127.0.0.1", "127.0.0.2"', message_authenticator='"auto"'))
    with Nas() as nas, Nas("127.0.0.2") as second:
        accepted(nas, access(protect=False))
        nas.silent(access(secret=b"another secret"))
        accepted(nas, access(protect=False))
        rejected(nas, access(password=None, extra=attribute(79, b"\x02\x01\x00\x09\x01bob!")))
        accepted(nas, access(protect=False))
        accepted(nas, access())
        nas.silent(access(protect=False))
        accepted(second, access(protect=False))
        server.kill()
        server.start().connected()
        nas.silent(access(protect=False))
        accepted(nas, access())
        accepted(second, access(protect=False))
    with open(f"{radius.STATE}/learned", encoding="ascii") as stream:
        lib.equal(stream.read(), "warifu-radius learned 1\n::ffff:127.0.0.1 auto\n", "what was learned")


def test_i3_a_broken_file_ends_the_start(lab):
    """What was learned must not be forgotten silently."""
    server, _ = served(lab)
    server.stop()
    with open(f"{radius.STATE}/learned", "w", encoding="ascii") as stream:
        stream.write("warifu-radius learned 1\nnonsense\n")
    done = subprocess.run([radius.SERVER, "--foreground"], stderr=subprocess.PIPE, text=True, check=False, timeout=20)
    lib.equal(done.returncode, 1, "exit code")
    lib.contains(done.stderr, "line 2", "where it is broken")


def test_i4_clients_without_authenticator(lab):
    """The real radclient of FreeRADIUS, which sends none: refused by default, let in by the exception."""
    radius.need("radclient")
    served(lab, client(), client("old", '"127.0.0.2"', **OPTIONAL))
    words = 'User-Name = "alice", User-Password = "correct horse", NAS-Identifier = "nas one"'
    def ask(source, more=""):
        return lab.run("radclient", "-x", "-r", "1", "-t", "1", "127.0.0.1:1812", "auth", radius.SECRET.decode(),
                       text=f'{words}, Packet-Src-IP-Address = {source}{more}\n', code=None).stdout
    lib.contains(ask("127.0.0.2"), "Access-Accept", "the exception")
    lib.contains(ask("127.0.0.1", ", Message-Authenticator = 0x00"), "Access-Accept", "with an authenticator")
    if "Access-Accept" in ask("127.0.0.1"):
        raise AssertionError("let in without a Message-Authenticator")


def test_i5_said_once_for_each_client(lab):
    """Ten packets of a kind make one line, for each client one."""
    server, _ = served(lab, client(), client("second", '"127.0.0.2"'))
    with Nas() as nas, Nas("127.0.0.2") as second:
        for _ in range(10):
            nas.send(access(protect=False))
            second.send(access(protect=False))
        nas.silent(access(protect=False))
    lines = [line for line in server.said().split("\n") if "authenticator-missing" in line]
    lib.equal(len(lines), 2, "lines")


def test_i6_secrets(lab):
    """Short ones are warned about, open and empty ones end the start, and so says --check."""
    server, _ = served(lab, client(secret=b"short"))
    lib.contains(server.said(), "secret", "the warning")
    server.stop()
    path = f"{radius.SECRETS}/vpn.secret"
    for mode, content in ((0o644, b"long enough to be fine\n"), (0o400, b""), (0o400, b"x" * 300)):
        with open(path, "wb") as stream:
            stream.write(content)
        os.chmod(path, mode)
        for arguments in (["--check"], ["--foreground"]):
            done = subprocess.run([radius.SERVER, *arguments], stderr=subprocess.PIPE, text=True, check=False, timeout=20)
            lib.equal(done.returncode, 1, f"exit code with {oct(mode)}, {len(content)} octets")
            lib.contains(done.stderr, path, "the reason")


def test_source_address_of_replies(lab):
    """A reply leaves from the address that the request came to, IPv4 and IPv6."""
    served(lab, client(network='"127.0.0.0/8", "::1", "fd00::/16"'))
    lab.run("ip", "addr", "add", "fd00::7/128", "dev", "lo", "nodad")  # usable at once
    for server in ("127.0.0.1", "127.0.0.53", "::1", "fd00::7"):
        with Nas("::1" if ":" in server else "127.0.0.1", server=server) as nas:
            accepted(nas, access())
            lib.equal(nas.sender[0], server, "where the reply came from")


def test_rate_of_a_client(lab):
    """What exceeds its rate is dropped and can be tried again; another client does not notice."""
    server, daemon = served(lab, client(rate=5), client("other", '"127.0.0.2"'))
    with Nas() as nas, Nas("127.0.0.2") as other:
        requests = [access(identifier=number) for number in range(50)]
        for raw in requests:
            nas.send(raw)
        accepted(other, access())
        time.sleep(1.2)
        while nas.receive(0.1):
            pass
        accepted(nas, requests[-1])
    if not 5 <= len(daemon.of()) <= 10:
        raise AssertionError(f"{len(daemon.of())} questions")
    lib.contains(server.said(), "rate: more requests than its rate permits", "the log")
    lib.equal(server.counters("other").get("dropped.rate"), None, "drops of the other")


def test_clients_take_turns(lab):
    """Two clients wait for a daemon with little room: the one with few requests is not behind the one with many."""
    hold = {"on": True}

    def answer(request):
        return None if hold["on"] else fake.judge(request)

    _, daemon = served(lab, client(rate=100000, timeout=30), client("small", '"127.0.0.2"'), answer=answer)
    many = [Nas() for _ in range(32)]
    with Nas("127.0.0.2") as small:
        for number in range(32 * 140):
            many[number % 32].send(access("flood", identifier=number // 32))
            if number % 64 == 0:
                time.sleep(0.005)
        lib.wait_for("no more room", lambda: len(daemon.of()) == 3584)
        small.send(access("first"))
        time.sleep(0.2)
        daemon.hang_up()
        hold["on"] = False
        lib.wait_for("the small client's turn", lambda: any(request.user == "first" for request in daemon.of()))
        place = [request.user for request in daemon.of()].index("first")
        if place > 3584 + 8:
            raise AssertionError(f"the small client waited for {place - 3584} of the other")
        lib.equal(small.receive()[0], radius.ACCEPT, "its reply")
    for nas in many:
        nas.socket.close()


def test_names_as_the_client_wants(lab):
    """Folded and without realm only where the client's section says so."""
    _, daemon = served(lab, client(), client("fold", '"127.0.0.2"', fold_case="true", strip_realm="true"))
    with Nas() as nas, Nas("127.0.0.2") as fold:
        accepted(nas, access("Bob@example.org"))
        for name in ("Bob@example.org", "CORP\\Bob", "b\u014db"):
            accepted(fold, access(name))
        rejected(fold, access("@example.org"))
    lib.equal([request.user for request in daemon.of()], ["Bob@example.org", "bob", "bob", "b\u014db"], "names")


def test_calling_station_only_if_trusted(lab):
    """The user's address is told only where the client is trusted with it."""
    _, daemon = served(lab, client(), client("trusted", '"127.0.0.2"', trust_calling_station="true"))
    station = attribute(radius.CALLING_STATION, "198.51.100.7")
    with Nas() as nas, Nas("127.0.0.2") as trusted:
        accepted(nas, access(extra=station))
        accepted(trusted, access(extra=station))
    lib.equal([request.text(wire.RHOST) for request in daemon.of()], ["", "198.51.100.7"], "sources")


def test_groups_as_attributes(lab):
    """A profile that wants the groups gets them, those of the client alone."""
    def answer(request):
        del request
        return fake.result(wire.ACCEPT, [(fake.GROUP, group) for group in ("admins", "staff", "vpn")])

    served(lab, client(profile='"fortigate"', send_groups="true", groups='{"staff", "vpn"}'), answer=answer)
    with Nas() as nas:
        values = accepted(nas, access()).all(radius.VENDOR)
    lib.equal(values, [struct.pack(">IBB", 12356, 1, len(name) + 2) + name for name in (b"staff", b"vpn")], "groups")


def test_reload(lab):
    """A new secret and a new client count from then on; a broken configuration leaves the old one in force."""
    server, _ = served(lab)
    fresh = b"the fresh secret it is"
    with Nas() as nas, Nas("127.0.0.2") as second:
        accepted(nas, access())
        second.silent(access())
        lab.configure(client(secret=fresh), client("second", '"127.0.0.2"'))
        lib.contains(server.reload(), "configuration reloaded", "the log")
        nas.silent(access())
        nas.secret = fresh
        accepted(nas, access(secret=fresh))
        accepted(second, access())
        lab.configure("client {\n")
        lib.contains(server.reload(), "not reloaded", "the log")
        accepted(nas, access(secret=fresh))


def disconnect(daemon, tag, **arguments):
    """Orders the end of a session."""
    daemon.push(fake.ORDER, [(fake.TAG, struct.pack(">Q", tag)), (fake.ORDER_NAME, "disconnect")] +
                [(ARG, f"{name}={value}") for name, value in arguments.items()])


def orders_of(daemon):
    """A list into which the ends of orders come."""
    ends = []
    daemon.answer = lambda request: ends.append(request) if request.kind == fake.DONE else fake.judge(request)
    return ends


def test_h1_disconnect_request(lab):
    """A signed request; ACK and NAK are reported, forged answers are passed over; without an answer it is sent again, the same."""
    _, daemon = served(lab)
    ends = orders_of(daemon)
    gateway = Gateway()
    disconnect(daemon, 5, service="vpn", user="alice", nas="nas one", session="s1", address="10.0.0.9")
    raw, _ = gateway.take()
    gateway.answer(raw, secret=b"some other secret")
    gateway.answer(raw, identifier=raw[1] ^ 1)
    gateway.answer(raw, code=2)
    again, _ = gateway.take()
    lib.equal(again, raw, "what is sent again")
    lib.equal(ends, [], "ends so far")
    disconnect(daemon, 5, service="vpn", user="alice", session="s1")
    gateway.answer(raw)
    lib.wait_for("the end", lambda: ends)
    lib.equal((ends[0].number(fake.TAG), ends[0].number(fake.STATUS)), (5, 0), "the end of an order")
    disconnect(daemon, 6, service="vpn", user="alice", session="s2")
    raw, _ = gateway.take()
    gateway.answer(raw, 42, attribute(101, 503))
    lib.wait_for("the refusal", lambda: len(ends) == 2)
    lib.equal(ends[1].number(fake.TAG), 6, "the order")
    lib.contains(ends[1].text(wire.TEXT), "503", "what is said of a refusal")
    if ends[1].number(fake.STATUS) == 0:
        raise AssertionError("a refusal was reported as done")


def test_h2_identification_alone(lab):
    """It holds what tells which session, a time stamp, and nothing else."""
    _, daemon = served(lab)
    gateway = Gateway()
    disconnect(daemon, 5, service="vpn", user="alice", nas="127.0.0.1", session="s1", address="10.0.0.9")
    _, found = gateway.take()
    stamp = struct.unpack(">I", found.pop(55))[0]
    if abs(stamp - time.time()) > 5:
        raise AssertionError(f"Event-Timestamp {stamp}")
    del found[80]
    lib.equal(found, {1: b"alice", 4: bytes([127, 0, 0, 1]), 44: b"s1", 8: bytes([10, 0, 0, 9])}, "attributes")


def test_disconnect_that_cannot_be(lab):
    """Gateways that do not answer, are not known, or whose address is not: each is reported with its reason."""
    _, daemon = served(lab, client(), client("range", '"127.0.1.0/24"'))
    ends = orders_of(daemon)
    disconnect(daemon, 1, service="gone", user="alice", session="s1")
    disconnect(daemon, 2, service="range", user="alice", session="s1", nas="somewhere")
    disconnect(daemon, 3, service="vpn")
    disconnect(daemon, 4, service="range", user="alice", session="s1", nas="127.0.1.7")
    lib.wait_for("the end of three", lambda: len(ends) == 3)
    lib.wait_for("the end of the fourth", lambda: len(ends) == 4, 30)
    lib.equal(sorted(end.number(fake.TAG) for end in ends), [1, 2, 3, 4], "orders")
    lib.equal([end for end in ends if end.number(fake.STATUS) == 0], [], "orders that were done")
    lib.contains(ends[3].text(wire.TEXT), "does not answer", "the reason of the last")


def test_order_statistics(lab):
    """The daemon asks for counters over the connection that waits for work."""
    answers = []
    server, daemon = served(lab)
    del server
    lib.wait_for("work is offered", lambda: daemon.works == 1)
    daemon.answer = lambda request: answers.append(request) if request.kind == fake.DONE else fake.judge(request)
    with Nas() as nas:
        accepted(nas, access())
        daemon.push(fake.ORDER, [(fake.TAG, struct.pack(">Q", 77)), (fake.ORDER_NAME, "stats")])
        lib.wait_for("the order is done", lambda: answers)
        daemon.push(fake.ORDER, [(fake.TAG, struct.pack(">Q", 78)), (fake.ORDER_NAME, "unheard-of")])
        lib.wait_for("the other one, too", lambda: len(answers) == 2)
    cells = [cell.decode() for cell in answers[0].fields[fake.CELL]]
    lib.equal(answers[0].number(fake.STATUS), 0, "its status")
    lib.equal([cell for cell in cells if cell.startswith("\taccepts") or cell.startswith("vpn")], ["\taccepts\t1"], "all together")
    with Nas() as nas:
        daemon.push(fake.ORDER, [(fake.TAG, struct.pack(">Q", 79)), (fake.ORDER_NAME, "stats"), (ARG, "client=vpn")])
        lib.wait_for("the counters of a client", lambda: len(answers) == 3)
    lib.contains("\n".join(cell.decode() for cell in answers[2].fields[fake.CELL]), "vpn\taccepts\t1", "its cells")
    if answers[1].number(fake.STATUS) == 0:
        raise AssertionError("an order that nobody knows was said to be done")


if __name__ == "__main__":
    lib.main()
