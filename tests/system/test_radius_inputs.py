"""Inputs that broke other RADIUS servers, or that they answer wrongly, each named after its flaw; none may end the server, let
somebody in, or be answered otherwise than here. After each a good login must work."""

import hmac
import os
import random
import struct
import time

import lib
import radius
import wire
from fake import FakeDaemon, judge, result
from radius import Nas, Server, access, attribute, client, record, status_server

ACCEPT, REJECT, NONE = radius.ACCEPT, radius.REJECT, None
FILTER_RULE, TUNNEL_PASSWORD, ASCEND_FILTER, FRAMED_MTU = 92, 69, 242, 12


def vendor(number, content):
    """A Vendor-Specific attribute."""
    return attribute(radius.VENDOR, struct.pack(">I", number) + content)


def eap(content, **options):
    """A request with an EAP-Message and no password."""
    return access(password=None, extra=attribute(radius.EAP_MESSAGE, content), **options)


def filled(length, protect=True):
    """A request of exactly this length; its Message-Authenticator is the last attribute."""
    room = length - len(access(extra=b"", protect=protect))
    extra = b""
    while room > 0:
        # No rest of one octet may be left over.
        size = 2 if room == 2 else min(room, 255) if room - min(room, 255) != 1 else min(room, 255) - 1
        extra += attribute(FILTER_RULE, b"p" * (size - 2))
        room -= size
    return access(extra=extra, protect=protect)


def with_authenticator_first(raw):
    """The same request, its Message-Authenticator first."""
    zeroed = raw[:20] + raw[-18:-16] + bytes(16) + raw[20:-18]
    return zeroed[:22] + hmac.new(radius.SECRET, zeroed, "md5").digest() + zeroed[38:]


FLAWS = (
    ("CVE-2024-3596: Proxy-State without Message-Authenticator, 200", lambda: access(extra=attribute(33, bytes(200)), protect=False), NONE),
    ("CVE-2024-3596: Proxy-State without Message-Authenticator, 400", lambda: access(extra=attribute(33, bytes(200)) * 2, protect=False), NONE),
    ("FreeRADIUS 3.2.9: NAS-Filter-Rule that fills the packet", lambda: access(extra=attribute(FILTER_RULE, b"permit in ip from any to any " * 8) * 16), ACCEPT),
    ("FreeRADIUS 3.2.9: EAP-MSCHAPv2 shorter than its inner length", lambda: eap(b"\x02\x01\x00\x0a\x1a\x02\x01\xff\xff\x31"), REJECT),
    ("FreeRADIUS 3.2.9: EAP-MD5 shorter than its inner length", lambda: eap(b"\x02\x01\x00\x07\x04\xff\x00"), REJECT),
    ("FreeRADIUS 3.2.9: TEAP with a length beyond its end", lambda: eap(b"\x02\x01\x00\x0a\x37\x80\xff\xff\xff\xff"), REJECT),
    ("CVE-2017-10978: Tunnel-Password of an odd length", lambda: access(extra=attribute(TUNNEL_PASSWORD, b"\x01\x80\x01" + bytes(17))), ACCEPT),
    ("CVE-2017-10978: Tunnel-Password of a huge inner length", lambda: access(extra=attribute(TUNNEL_PASSWORD, b"\x01\x80\x01\xff" + bytes(15))), ACCEPT),
    ("CVE-2017-10978: MPPE key of an odd length", lambda: access(extra=vendor(311, b"\x10\x09\x80\x01\xff" + bytes(4))), ACCEPT),
    ("CVE-2017-10984: WiMAX with continuation and a short length", lambda: access(extra=vendor(24757, b"\x01\x02\x80")), ACCEPT),
    ("CVE-2017-10985: concatenated attributes of no data", lambda: access(extra=attribute(FILTER_RULE) * 150), ACCEPT),
    ("CVE-2017-10985: EAP-Messages of no data", lambda: access(password=None, extra=attribute(radius.EAP_MESSAGE) * 150), REJECT),
    ("FR-GV-305: integers of wrong size", lambda: access(extra=attribute(radius.SERVICE_TYPE, bytes(5)) + attribute(FRAMED_MTU, b"\xff") + attribute(radius.NAS_PORT)), ACCEPT),
    ("FR-GV-202: nested TLVs beyond their end", lambda: access(extra=vendor(24757, b"\x01\x30\x00" + b"\x02\x2f" * 20)), ACCEPT),
    ("FR-GV-206: extended types without content", lambda: access(extra=b"".join(attribute(number) for number in range(241, 247))), ACCEPT),
    ("RFC 6929: long extended with the more flag and nothing behind", lambda: access(extra=attribute(245, b"\x1a\x80") * 3), ACCEPT),
    ("CVE-2022-41861: Ascend-Data-Filter of wrong sizes", lambda: access(extra=vendor(529, b"\xf2\x05abc") + attribute(ASCEND_FILTER, b"x" * 31)), ACCEPT),
    ("CVE-2022-41860: EAP-SIM with an unknown option", lambda: eap(b"\x02\x01\x00\x10\x12\x0a\x00\x00\x7f\x01\x00\x00\xff\x00\x00\x00"), REJECT),
    ("freeradius-server#5061: EAP-Message of one octet", lambda: eap(b"\x02"), REJECT),
    ("freeradius-server#5061: EAP-Message with a length beyond its end", lambda: eap(b"\x02\x01\xff\xff\x01"), REJECT),
    ("CVE-2009-3111: Tunnel-Password of zero length", lambda: access(extra=attribute(TUNNEL_PASSWORD)), ACCEPT),
    ("CVE-2003-0967: tagged attributes of the tag alone", lambda: access(extra=attribute(TUNNEL_PASSWORD, b"\x01") + attribute(64, b"\x01")), ACCEPT),
    ("FreeRADIUS 3.0.18: Message-Authenticator at the end of 4096 octets", lambda: filled(4096), ACCEPT),
    ("FreeRADIUS 3.0.18: Message-Authenticator that ends behind the packet", lambda: filled(4095, protect=False)[:-16] + b"\x50\x12" + bytes(14), NONE),
    ("radcli 1.5.3: names of 253 octets everywhere", lambda: access("u" * 253, nas="n" * 253, extra=attribute(radius.CALLING_STATION, "c" * 253)), ACCEPT),
)

# What FreeRADIUS 3.2.1 was asked, and what we answer; where it differs theirs is behind it.
PROBES = (
    ("valid, Message-Authenticator last", access, ACCEPT),
    ("valid, Message-Authenticator first", lambda: with_authenticator_first(access()), ACCEPT),
    ("valid, no Message-Authenticator", lambda: access(protect=False), NONE),  # Accept
    ("bad Message-Authenticator", lambda: access()[:-1] + b"\x00", NONE),
    ("two Message-Authenticators", lambda: radius.sign(access(), radius.SECRET), NONE),
    ("three Proxy-States interleaved", lambda: access(extra=attribute(33, "a") + attribute(radius.NAS_PORT, 1) + attribute(33, "b") + attribute(33, "c")), ACCEPT),
    ("eight octets behind its Length", lambda: access() + bytes(8), ACCEPT),
    ("shorter than its Length", lambda: access()[:-4], NONE),
    ("Length 19", lambda: access()[:2] + b"\x00\x13" + access()[4:], NONE),
    ("nineteen octets", lambda: access()[:19], NONE),
    ("empty datagram", lambda: b"", NONE),
    ("header alone", lambda: radius.packet(1, 1, os.urandom(16), b""), NONE),  # Reject
    ("attribute of length 0", lambda: access(extra=b"\x12\x00"), NONE),
    ("attribute of length 1", lambda: access(extra=b"\x12\x01"), NONE),
    ("attribute past the end", lambda: access(extra=b"\x12\xfd"), NONE),
    ("attribute of type 0", lambda: access(extra=attribute(0, "x")), NONE),
    ("one stray octet", lambda: access(extra=b"\x12", protect=False), NONE),
    ("Reply-Message of zero length", lambda: access(extra=attribute(radius.REPLY_MESSAGE)), ACCEPT),
    ("190 unknown attributes", lambda: access(extra=attribute(200, "x") * 190), ACCEPT),
    ("1000 attributes", lambda: access(extra=attribute(200) * 1000), NONE),
    ("User-Password of 17 octets", lambda: access(password=None, extra=attribute(2, bytes(17))), REJECT),
    ("User-Password of 144 octets", lambda: access(password=None, extra=attribute(2, bytes(144))), REJECT),
    ("User-Password of 0 octets", lambda: access(password=None, extra=attribute(2)), REJECT),
    ("two User-Passwords", lambda: access(extra=attribute(2, bytes(16))), REJECT),  # Accept
    ("User-Password and CHAP-Password", lambda: access(extra=attribute(3, bytes(17))), REJECT),  # Accept
    ("CHAP, the authenticator as challenge", lambda: access(password=None, extra=attribute(3, bytes(17))), REJECT),  # Accept
    ("CHAP for one with a hash", lambda: access(password=None, extra=attribute(60, bytes(16)) + attribute(3, bytes(17))), REJECT),
    ("no User-Name", lambda: access(None), REJECT),
    ("empty User-Name", lambda: access(""), REJECT),
    ("User-Name with a NUL", lambda: access(b"alice\0x"), REJECT),  # Accept as the name before it
    ("password with a NUL", lambda: access(password=b"correct horse\0junk"), REJECT),
    ("neither NAS-IP-Address nor NAS-Identifier", lambda: access(nas=None), REJECT),  # Accept
    ("unknown State and a right password", lambda: access(state="unknown"), REJECT),  # Accept
    ("EAP without Message-Authenticator", lambda: eap(b"\x02\x01\x00\x05\x01", protect=False), NONE),
    ("EAP with Message-Authenticator", lambda: eap(b"\x02\x01\x00\x05\x01"), REJECT),
    ("vendor attribute too short", lambda: access(extra=attribute(26, b"\x00\x00")), ACCEPT),
    ("vendor attribute with an inner length of 0", lambda: access(extra=vendor(9, b"\x01\x00")), ACCEPT),
    ("vendor attribute with an inner overrun", lambda: access(extra=vendor(9, b"\x01\xffxx")), ACCEPT),
    ("Service-Type of 3 octets", lambda: access(extra=attribute(6, b"\0\0\1")), ACCEPT),
    ("attribute 241 of length 2", lambda: access(extra=attribute(241)), ACCEPT),
    ("Status-Server", status_server, ACCEPT),
    ("Status-Server without Message-Authenticator", lambda: status_server(protect=False), NONE),
    ("Status-Server with a bad one", lambda: status_server(secret=b"x" * 16), NONE),
    ("Authorize-Only without State", lambda: access(extra=attribute(6, 17)), REJECT),
)

MORE = (
    ("Message-Authenticator of 15 octets", lambda: access(extra=attribute(80, bytes(15)), protect=False), NONE),
    ("Message-Authenticator of 17 octets", lambda: access(extra=attribute(80, bytes(17)), protect=False), NONE),
    ("EAP-Message and User-Password", lambda: access(extra=attribute(79, b"\x02\x01\x00\x05\x01")), REJECT),
    ("a name of overlong UTF-8", lambda: access(b"al\xc0\xafice"), REJECT),
    ("a name with a surrogate", lambda: access(b"al\xed\xa0\x80ice"), REJECT),
    ("a name with a line feed", lambda: access("alice\nsshd: accepted root"), REJECT),
    ("a name with an escape sequence", lambda: access("alice\x1b[2J"), REJECT),
    ("a name with C1 controls", lambda: access("alice\u009b2J"), REJECT),
    ("a name with a percent sign", lambda: access("%s%n%x"), ACCEPT),
    ("a name with a slash", lambda: access("../../etc/passwd"), ACCEPT),
    ("a name of two dots", lambda: access(".."), ACCEPT),
    ("a name that begins with a hyphen", lambda: access("--help"), ACCEPT),
    ("a name of blanks", lambda: access("   "), ACCEPT),
    ("two User-Names", lambda: access(extra=attribute(1, "bob")), REJECT),
    ("a password of 128 octets", lambda: access(password="p" * 128), REJECT),
    ("State of 0 octets", lambda: access(state=b""), REJECT),
    ("State of 253 octets", lambda: access(state=b"s" * 253), REJECT),
    ("two States", lambda: access(state="s" * 40, extra=attribute(24, "t" * 40)), REJECT),
    ("State of 40 octets with controls", lambda: access(state=b"\n" * 40), REJECT),
    ("Class sent back", lambda: access(extra=attribute(radius.CLASS, bytes(range(250)))), ACCEPT),
    ("NAS-Identifier that is no text", lambda: access(nas=bytes(range(1, 200))), ACCEPT),
    ("NAS-IP-Address of wrong length", lambda: access(nas=None, extra=attribute(4, b"\x01")), ACCEPT),
    ("a packet of 20 octets of zeros", lambda: bytes(20), NONE),
    ("4096 octets of 0xff", lambda: b"\xff" * 4096, NONE),
    ("a datagram of 8000 octets, its Length 4096", lambda: filled(4096) + bytes(3904), ACCEPT),
    ("a datagram of 8000 octets, its Length 8000", lambda: b"\x01\x01\x1f\x40" + bytes(7996), NONE),
)


def say_yes_to_names(request):
    """The judge, for whoever has the right password."""
    return judge(request)


def served(lab, answer=say_yes_to_names):
    """Server and daemon."""
    server = Server(lab)
    daemon = FakeDaemon(lab, answer)
    lab.configure(client(rate=10000), client("ten", '"127.0.0.10"', b"the other secret"))
    return server.start().connected(), daemon


def try_rows(lab, rows):
    """Each row, and a good login after it."""
    server, _ = served(lab)
    problems = []
    with Nas() as nas:
        for name, make, wanted in rows:
            reply = nas.ask(make(), 0.25 if wanted is None else 5)
            if (reply and reply.code) != wanted:
                problems.append(f"{name}: {reply and reply.code}, should be {wanted}")
            if server.process.poll() is not None:
                raise AssertionError(f"the server ended with {server.process.returncode} over: {name}")
            lib.equal(nas.ask(access()).code, ACCEPT, f"a good login after: {name}")
    if problems:
        raise AssertionError("; ".join(problems))
    for line in server.said().split("\n"):
        if any(ord(letter) < 32 or 0x7f <= ord(letter) < 0xa0 for letter in line):
            raise AssertionError(f"a line of the log has control characters: {line!r}")


def test_flaws(lab):
    """Past flaws of others."""
    try_rows(lab, FLAWS)


def test_probes(lab):
    """What FreeRADIUS 3.2.1 was probed with."""
    try_rows(lab, PROBES)


def test_more(lab):
    """Odd names, States and sizes."""
    try_rows(lab, MORE)


def test_codes_that_are_not_served(lab):
    """On the port of logins, and on that of accounting."""
    served(lab)
    with Nas() as nas, Nas(port=radius.ACCT_PORT) as accounting:
        for code in (0, 2, 3, 4, 5, 11, 13, 40, 43, 52, 255):
            nas.silent(bytes([code]) + access()[1:], 0.1)
        for code in (0, 1, 2, 3, 5, 11, 13, 40, 43, 52, 255):
            accounting.silent(bytes([code]) + record(radius.START)[1:], 0.1)
        lib.equal(accounting.ask(status_server()).code, radius.ACCOUNTING_RESPONSE, "Status-Server for accounting")


def test_fr_ad_001_names_that_begin_alike(lab):
    """10.0.0.1 and 10.0.0.10 are two clients, each with its secret; names that begin alike are two names."""
    _, daemon = served(lab)
    with Nas() as one, Nas("127.0.0.10", secret=b"the other secret") as ten:
        one.silent(access(secret=b"the other secret"))
        ten.silent(access())
        lib.equal(ten.ask(access("alice", secret=b"the other secret")).code, ACCEPT, "its own secret")
        lib.equal(one.ask(access("alic")).code, ACCEPT, "another name")
    lib.equal([request.user for request in daemon.of()], ["alice", "alic"], "names")


def test_cve_2010_3697_flood(lab):
    """30,000 requests as fast as they go: the server stays, within its memory, and serves after it."""
    server, _ = served(lab, lambda request: result(wire.REJECT))
    socks = [Nas() for _ in range(120)]
    for number in range(30000):
        socks[number % 120].send(access("flood", identifier=number // 120 % 256))
    for nas in socks:
        nas.socket.close()
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as stream:
        used = int(next(line for line in stream if line.startswith("VmRSS")).split()[1])
    if used > 200 * 1024:
        raise AssertionError(f"{used} KiB of memory in use")

    def attempt():
        with Nas() as nas:
            return nas.ask(access("flood"), 2)

    lib.equal(radius.retry(attempt, 30).code, REJECT, "after the flood")


def test_pam_radius_111_resent_after_a_short_reply(lab):
    """A short reply, and the request comes again: the whole reply once more."""
    served(lab)
    raw = access(password="wrong")
    with Nas() as nas:
        first = nas.ask(raw).raw
        time.sleep(0.1)
        lib.equal(nas.ask(raw).raw, first, "the bytes")


def test_identifiers_wrap(lab):
    """300 requests under way from one port: those whose identifier comes again replace the older ones (D3)."""
    server, daemon = served(lab, lambda request: None)
    with Nas() as nas:
        for number in range(300):
            nas.send(access(identifier=number % 256))
        lib.wait_for("all are asked", lambda: len(daemon.of()) == 300)
        daemon.answer = say_yes_to_names
        lib.equal(nas.ask(access(identifier=7)).code, ACCEPT, "a new request")
    if server.process.poll() is not None:
        raise AssertionError("the server ended")


def test_reply_that_nobody_hears(lab):
    """The device is gone when the reply leaves (ICMP unreachable): others are served."""
    _, daemon = served(lab)
    for _ in range(20):
        with Nas() as nas:
            nas.send(access())
    lib.wait_for("all are asked", lambda: len(daemon.of()) == 20)
    with Nas() as nas:
        lib.equal(nas.ask(access()).code, ACCEPT, "the next one")


def test_random_packets(lab):
    """20,000 packets with octets changed, cut or repeated, half of them signed again: the server stays."""
    server, _ = served(lab)
    chance = random.Random(1)
    makers = [row[1] for row in FLAWS + PROBES + MORE]
    with Nas() as nas:
        for number in range(20000):
            raw = bytearray(chance.choice(makers)())
            for _ in range(chance.randrange(4)):
                if raw:
                    raw[chance.randrange(len(raw))] = chance.randrange(256)
            if len(raw) > 40 and number % 2:
                raw = bytearray(radius.sign(bytes(raw[:2]) + struct.pack(">H", len(raw)) + bytes(raw[4:]), radius.SECRET))
            nas.send(bytes(raw[:4096]))
            if number % 500 == 0:
                while nas.receive(0.001):
                    pass
    def attempt():
        with Nas() as nas:
            return nas.ask(access(), 1)

    lib.equal(radius.retry(attempt).code, ACCEPT, "a good login after all of them")
    if server.process.poll() is not None:
        raise AssertionError(f"the server ended with {server.process.returncode}")


if __name__ == "__main__":
    lib.main()
