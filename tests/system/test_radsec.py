"""RADIUS over TLS: a gateway of our own (radsec.py) for each line F and G of the checklist and for each input that broke
others, before a daemon that is none; then radsecproxy and libradcli with logins through the real one."""

import contextlib
import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import threading
import time

import lib
import radius
import radsec
import test_radius_inputs
import wire
from fake import FakeDaemon, judge, slowly
from radius import Nas, Server, attribute, client, record, status_server
from radsec import Authority, Link, access, gateway, keyed, path, refused, section
from test_radius_clients import RADCLI, background, by_challenge, logins, write

def served(lab, *sections, more="", answer=judge):
    """The server with TLS, a gateway `gw` and these sections; its daemon, and the authority."""
    authority = Authority(lab).make("server", "DNS:radius.test,IP:127.0.0.1").make("gw").make("other", "DNS:other.test")
    daemon = FakeDaemon(lab, answer=answer)
    lab.configure(section(more), gateway(rate=10000), *sections)
    return Server(lab).start().connected(), daemon, authority


def accepted(link, raw=None):
    """It is let in; gives the reply."""
    reply = link.ask(raw or access())
    lib.equal(reply and reply.code, radius.ACCEPT, "the reply's code")
    return reply


def still_serves():
    """A new connection and a login."""
    with Link() as link:
        accepted(link)


# --- the checklist ---

def test_f1_tls_at_once(lab):
    """What is no TLS, or too old a one, is hung up on; IPv4 and IPv6, TLS 1.2 and 1.3 are served."""
    server, daemon, _ = served(lab)
    for first in (radius.access(), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", bytes(100), b"\x80\x2e\x01\x00\x02"):
        with socket.create_connection(("127.0.0.1", radsec.PORT), 5) as raw:
            raw.sendall(first)
            raw.settimeout(8)
            with contextlib.suppress(ConnectionError):
                lib.equal(raw.recv(1000)[:1] in (b"", b"\x15"), True, f"an alert or nothing after {first[:4]!r}")
                while raw.recv(1000):
                    pass
    for version in radsec.OLD_TLS.values():
        with Link(version=version) as link:
            accepted(link)
    with Link(server="::1") as link:
        accepted(link)
    old = lab.run("openssl", "s_client", "-connect", f"127.0.0.1:{radsec.PORT}", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0",
                  "-cert", path("gw"), "-key", path("gw", "key"), code=None)
    lib.contains(old.stdout + old.stderr, "alert protocol version", "TLS 1.1")
    lib.equal(len(daemon.of()), 3, "questions")
    lib.contains(server.said(), "a TLS connection from 127.0.0.1:", "the log says who is not let in")
    lib.equal(server.counters()["connections"], 3, "connections let in")


BREACHES = (
    ("Length 19", lambda: access()[:2] + b"\x00\x13" + access()[4:]),
    ("Length 0", lambda: access()[:2] + b"\x00\x00" + access()[4:]),
    ("Length 4097", lambda: access()[:2] + b"\x10\x01" + access()[4:]),
    ("Length 65535", lambda: access()[:2] + b"\xff\xff" + access()[4:]),
    ("attribute of length 0", lambda: access(extra=b"\x12\x00")),
    ("attribute of length 1", lambda: access(extra=b"\x12\x01")),
    ("attribute past the end", lambda: access(extra=b"\x12\xfd")),
    ("one stray octet", lambda: access(extra=b"\x12", protect=False)),
    ("bad Message-Authenticator", lambda: access()[:-16] + bytes(16)),
    ("two Message-Authenticators", lambda: radius.sign(access(), radsec.SECRET)),
    ("bad Request Authenticator", lambda: record(radius.START, secret=b"another")),
    ("Status-Server without Message-Authenticator", lambda: status_server(radsec.SECRET, protect=False)),
)


def test_f2_broken_packets_end_the_connection(lab):
    """Each of them, behind a good login on the same connection; and none is evaluated."""
    server, daemon, _ = served(lab)
    for name, make in BREACHES:
        with Link() as link:
            accepted(link)
            link.send(make())
            lib.equal(link.closed(), True, name)
    lib.equal(len(daemon.of()), len(BREACHES), "questions")
    counters = server.counters("gw")
    lib.equal(counters["connections.broken"], len(BREACHES), "connections ended because of what came")
    lib.equal(counters["dropped.form.length"], 4, "packets of impossible length")
    radsec.wait_gone(server, "gw", "it sent what is no right packet (length)")


def test_f2_other_codes_leave_it_open(lab):
    """Replies to nothing and codes that mean nothing are dropped, and the connection goes on."""
    served(lab)
    with Link() as link:
        for code in (2, 3, 5, 11, 41, 42, 44, 45, 52):
            link.send(radius.packet(code, 7, os.urandom(16), b""))
        lib.equal(link.receive(0.3), None, "an answer to them")
        accepted(link)


def test_f3_closed_connections_and_duplicates(lab):
    """Within a connection a request that comes again gets the same bytes; what was under way when it closed gets no
    reply, neither there nor elsewhere; identifier 0 of the watchdog is answered; 256 requests at once."""
    server, daemon, _ = served(lab)
    raw = access(identifier=9)
    with Link() as link:
        first = accepted(link, raw).raw
        lib.equal(accepted(link, raw).raw, first, "the bytes of the duplicate")
        lib.equal(len(daemon.of()), 1, "questions")
        lib.equal(link.ask(status_server(radsec.SECRET, identifier=0)).code, radius.ACCEPT, "the watchdog")
        requests = [access(identifier=number) for number in range(256)]
        link.send(b"".join(requests))
        replies = {radius.Reply(answer, requests[answer[1]], radsec.SECRET).identifier
                   for answer in (link.receive() for _ in requests)}
        lib.equal(len(replies), 256, "replies")
    with Link() as link:
        accepted(link, raw)  # another connection: another request, which the daemon knows by its key
        daemon.answer = slowly(1)
        link.send(access())
        lib.wait_for("it is asked", lambda: len(daemon.of()) == 259)
    daemon.answer = judge
    lib.wait_for("it is dropped", lambda: server.counters().get("dropped.hung-up") == 1)
    with Link() as link:
        lib.equal(link.receive(1.5), None, "a reply on another connection")
        accepted(link)


def test_f4_limits(lab):
    """Connections of one client and in all; who is beyond is refused with a word, and comes in once there is room."""
    server, _, _ = served(lab, gateway("other", "other.test"), more="\tradsec_connections = 5\n\tradsec_client_connections = 3\n")
    links = [Link() for _ in range(3)]
    for link in links:
        accepted(link)
    lib.equal(refused(), True, "a fourth one of the same client")
    with Link("other") as link:
        accepted(link)
        with Link("other") as second:
            accepted(second)
            lib.equal(refused(certificate="other"), True, "a sixth one of all")
    links.pop().close()
    lib.wait_for("there is room", lambda: not refused_now())
    for link in links:
        accepted(link)
        link.close()
    lib.contains(server.said(), "radius.radsec_client_connections", "the log names the limit")
    lib.equal(server.counters("gw")["connections.crowded"], 1, "over the client's limit")


def refused_now():
    """Whether a login on a new connection fails."""
    with contextlib.suppress(AssertionError, OSError, ssl.SSLError):
        still_serves()
        return False
    return True


def test_f4_idle(lab):
    """A connection on which nothing comes is ended; one that is used stays."""
    served(lab, more="\tradsec_idle = 10\n")
    with Link() as idle, Link() as used:
        started = time.monotonic()
        while time.monotonic() - started < 12:
            accepted(used)
            time.sleep(1)
        lib.equal(idle.closed(1), True, "the idle one is ended")
        accepted(used)


def test_f5_the_secret_is_radsec(lab):
    """The fixed secret, whatever the client's own is; no Message-Authenticator is demanded, Proxy-State may come; the
    reply holds one, first."""
    _, daemon, _ = served(lab, client("vpn", '"127.0.0.1"'))
    with Link() as link:
        accepted(link, access(protect=False, extra=attribute(radius.PROXY_STATE, "hop")))
        lib.equal(link.ask(radius.access(secret=radius.SECRET, protect=False)).code, radius.REJECT, "a password hidden otherwise")
    with Nas() as nas:
        lib.equal(nas.ask(radius.access()).code, radius.ACCEPT, "the client of that address, over UDP")
    lib.equal({request.text(wire.SERVICE) for request in daemon.of()}, {"gw", "vpn"}, "the clients in the questions")


def s_client(lab, *options):
    """OpenSSL's client with a key: what it gets back for a login, and what it says."""
    return answer_of(lab, "openssl", "s_client", "-connect", f"127.0.0.1:{radsec.PORT}", "-quiet", *options)


def answer_of(lab, *command):
    """What a program that hands its input on gets back for a login, and what it says."""
    # pylint: disable=consider-using-with
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lab.closers.append(process.kill)
    process.stdin.write(access())
    process.stdin.flush()
    os.set_blocking(process.stdout.fileno(), False)
    got = b""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline and len(got) < 20 and process.poll() is None:
        got += process.stdout.read(4096) or b""
        time.sleep(0.02)
    process.kill()
    return got, process.communicate()[1].decode(errors="replace")


def test_f6_certificates(lab):
    """Only a certificate of the CA, valid now, not revoked, with a name of a client and from where it may come."""
    server, daemon, authority = served(lab, gateway("near", "near.test", network='{"127.0.0.7"}'))
    authority.make("near", "DNS:near.test").make("old", "DNS:gw", dates=("-startdate", "20200101000000Z", "-enddate", "20200201000000Z"))
    Authority(lab, "elsewhere").make("forged", "DNS:gw")
    for name, options in {
            "no certificate": {"certificate": None}, "of another CA": {"certificate": "forged"},
            "expired": {"certificate": "old"}, "of no client": {"certificate": "other"},
            "from elsewhere": {"certificate": "near"}}.items():
        for version in radsec.OLD_TLS.values():
            lib.equal(refused(version=version, **options), True, name)
    with Link("near", address="127.0.0.7") as link:
        accepted(link)
    lib.equal(len(daemon.of()), 1, "questions")
    lib.equal(server.counters()["connections.refused"], 10, "connections that were refused")
    lib.contains(server.said(), "a TLS connection from 127.0.0.1:", "the log")
    with Link() as link:
        accepted(link)
        lab.configure(section(authority.revoke("gw")), gateway(), gateway("other", "other.test"))
        lib.contains(server.reload(), "configuration reloaded", "the reload")
        lib.equal(link.closed(), True, "the revoked one is ended")
    lib.equal(refused(), True, "it does not come in again")
    with Link("other") as link:
        accepted(link)
    radsec.wait_gone(server, "gw", "its certificate is believed no more")


def test_f6_keys(lab):
    """A key by its name instead of a certificate, TLS 1.2 and 1.3; a wrong key and an unknown name are refused."""
    server, daemon, _ = served(lab, keyed())
    for number, version in enumerate(("-tls1_2", "-tls1_3")):
        got, said = s_client(lab, version, "-psk_identity", "branch", "-psk", radsec.KEY)
        lib.equal(got[:1], bytes([radius.ACCEPT]), f"with the key, {version}: {said}")
        for identity, key in (("branch", "ff" * 16), ("nobody", radsec.KEY), ("", radsec.KEY)):
            got, said = s_client(lab, version, "-psk_identity", identity, "-psk", key)
            lib.equal(got, b"", f"{identity} with {key[:4]}, {version}")
        lib.equal(len(daemon.of()), number + 1, "questions")
    lib.equal(server.counters("branch")["connections"], 2, "connections of the client")
    still_serves()


def test_f7_unserved_codes_are_told(lab):
    """Disconnect- and CoA-Requests get a Protocol-Error that says which code and why."""
    served(lab)
    with Link() as link:
        for code in (40, 43, 13):
            raw = radius.packet(code, 3, os.urandom(16), attribute(radius.PROXY_STATE, "hop"))
            reply = link.ask(raw)
            lib.equal(reply.code, 52, "the code")
            lib.equal(reply.one(101), struct.pack(">I", 406), "Error-Cause")
            lib.equal(reply.one(241), bytes([4, 0, 0, 0, code]), "Original-Packet-Code")
            lib.equal(reply.one(radius.PROXY_STATE), b"hop", "Proxy-State")
        accepted(link)


def test_f8_one_connection_for_all(lab):
    """Logins with challenge, accounting and Status-Server on the one connection, and replies in any order."""
    def answer(request):
        return None if request.user == "slow" else judge(request)

    _, daemon, _ = served(lab, answer=answer)
    with Link() as link:
        first = link.ask(access("two"))
        lib.equal(first.code, radius.CHALLENGE, "the first round")
        accepted(link, access("two", "123456", state=first.one(radius.STATE_ATTR)))
        lib.equal(link.ask(record(radius.START, secret=radsec.SECRET)).code, radius.ACCOUNTING_RESPONSE, "a record")
        lib.equal(link.ask(status_server(radsec.SECRET)).code, radius.ACCEPT, "Status-Server")
        link.send(access("slow", identifier=1))
        lib.wait_for("the slow one is asked", lambda: daemon.of()[-1].user == "slow")
        accepted(link, access(identifier=2))
        slow = daemon.of()[-2]
        lib.equal(slow.user, "slow", "the question before")
        daemon.reply(daemon.connections[-1], slow, judge(slow))
        lib.equal(link.receive()[:2], bytes([radius.ACCEPT, 1]), "the slow one's reply, after the other's")


def test_g1_protocols(lab):
    """A client that offers protocols is told ours; one that offers none of ours is refused."""
    served(lab)
    with Link(protocols=["http/1.1", "radius/1.0"]) as link:
        lib.equal(link.tls.selected_alpn_protocol(), "radius/1.0", "the protocol")
        accepted(link)
    lib.equal(refused(protocols=["radius/1.2"]), True, "radius/1.2 alone")
    with Link() as link:
        lib.equal(link.tls.selected_alpn_protocol(), None, "the protocol of who offers none")


def test_g1_one_version_alone(lab):
    """`version` says what is spoken; with 1.1 alone who offers nothing is refused by an alert of its own."""
    served(lab, more='\tversion = {"1.1"}\n')
    with Link(protocols=["radius/1.0", "radius/1.1"]) as link:
        lib.equal(link.tls.selected_alpn_protocol(), "radius/1.1", "the protocol")
    lib.equal(refused(protocols=["radius/1.0"]), True, "radius/1.0 alone")
    said = lab.run("openssl", "s_client", "-connect", f"127.0.0.1:{radsec.PORT}", "-cert", path("gw"), "-key", path("gw", "key"), code=None)
    lib.contains(said.stdout + said.stderr, "no application protocol", "the alert")


def test_g2_tokens(lab):
    """RADIUS/1.1: each reply has its request's Token, in whatever order; a request's key has its connection in it."""
    server, daemon, _ = served(lab)

    def keys():
        return {request.fields[wire.IDEMPOTENCY][0] for request in daemon.of()}

    with radsec.TokenLink() as link:
        for token in (7, 8, 9):
            link.send(radsec.token_access(token))
        lib.equal(sorted(link.token() for _ in range(3)), [7, 8, 9], "the Tokens that came back")
        lib.equal(link.ask(radsec.token_access(7)), radius.ACCEPT, "a Token that is used again")
        lib.equal(link.ask(radsec.token_access(10, password="wrong")), radius.REJECT, "a refusal")
        lib.equal(link.ask(radsec.token_packet(radius.STATUS_SERVER, 11)), radius.ACCEPT, "Status-Server without a signature")
    lib.equal(len(keys()), 4, "keys: the fourth packet was the first one")
    with radsec.TokenLink() as link:
        lib.equal(link.ask(radsec.token_access(7)), radius.ACCEPT, "the same packet over another connection")
    lib.equal(len(keys()), 5, "keys: it is another request")
    lib.equal(server.counters()["connections.radius-1.1"], 2, "connections that speak it")


# --- inputs that broke others ---

def test_flaws(lab):
    """Every input of test_radius_inputs within TLS: none lets in who should not be, none ends the server."""
    server, _, _ = served(lab)
    rows = test_radius_inputs.FLAWS + test_radius_inputs.PROBES + test_radius_inputs.MORE
    for name, make, wanted in rows:
        raw = make()
        if len(raw) < 4 or struct.unpack(">H", raw[2:4])[0] != len(raw):
            wanted = None  # in a stream the rest is another packet, or it is still to come
        with Link() as link:
            link.send(radsec.translated(raw, radius.SECRET) or b"\x01")
            answer = link.receive(0.2 if wanted is None else 5)
            code = answer[0] if answer else None
            # Without a Message-Authenticator nothing is wrong here: who sent it has proved it.
            free = wanted is None and code in (radius.ACCEPT, radius.REJECT) and unsigned(raw)
            if code != wanted and not free:
                raise AssertionError(f"{name}: {code}, but should be {wanted}")
        if server.process.poll() is not None:
            raise AssertionError(f"{name} ended the server")
    still_serves()


def unsigned(raw):
    """A packet without Message-Authenticator."""
    at = 20
    while at + 2 <= len(raw) and raw[at + 1] >= 2:
        if raw[at] == radius.MESSAGE_AUTHENTICATOR:
            return False
        at += raw[at + 1]
    return True


def test_tls_fragments(lab):
    """A header octet by octet, packets that begin and end anywhere in records, two in one record."""
    _, daemon, _ = served(lab)
    with Link() as link:
        raw = access()
        for place in range(len(raw)):
            link.send(raw[place:place + 1])
        lib.equal(link.receive()[0], radius.ACCEPT, "octet by octet")
        two = access(identifier=1) + access(identifier=2)
        link.send(two)
        lib.equal(sorted(link.receive()[1] for _ in range(2)), [1, 2], "two in one record")
        link.send(two[:30])
        link.send(two[30:-5])
        lib.equal(link.receive()[1], 1, "the first of two")
        lib.equal(link.receive(0.3), None, "the second one is not all there")
        link.send(two[-5:])
        lib.equal(link.receive()[1], 2, "the second of two")
    lib.equal(len(daemon.of()), 3, "questions; the two that came again are known")


def test_tls_length_changes_in_the_stream(lab):
    """A Length that is longer than the packet takes the beginning of the next one: it ends badly, and soon."""
    served(lab)
    with Link() as link:
        raw = access(protect=False)
        link.send(raw[:2] + struct.pack(">H", len(raw) + 30) + raw[4:] + access())
        lib.equal(link.closed(), True, "hung up on")
    still_serves()


def test_tls_half_close(lab):
    """The client says that it will send nothing more: its connection ends, with what was under way."""
    server, _, _ = served(lab, answer=slowly(0.5))
    with Link() as link:
        link.send(access())
        with socket.socket(fileno=os.dup(link.tls.fileno())) as below:
            below.shutdown(socket.SHUT_WR)
        lib.equal(link.closed(), True, "hung up on")
    lib.wait_for("nothing is under way", lambda: server.counters().get("dropped.hung-up") == 1)
    still_serves()


def test_tls_renegotiation(lab):
    """TLS 1.2 offers a second handshake; it is refused, and the server stays."""
    server, _, _ = served(lab)
    done = lab.run("openssl", "s_client", "-connect", f"127.0.0.1:{radsec.PORT}", "-tls1_2", "-cert", path("gw"), "-key", path("gw", "key"),
                   text="R\n", code=None, timeout=20)
    lib.contains(done.stdout + done.stderr, "RENEGOTIATING", "what OpenSSL says")
    lib.contains(done.stdout + done.stderr, "no renegotiation", "the answer to it")
    lib.equal(server.process.poll(), None, "the server's end")
    still_serves()


def test_tls_no_session_comes_again(lab):
    """No ticket, no early data: each connection proves its certificate anew."""
    served(lab)
    for version in ("-tls1_2", "-tls1_3"):
        done = lab.run("openssl", "s_client", "-connect", f"127.0.0.1:{radsec.PORT}", version, "-cert", path("gw"), "-key", path("gw", "key"),
                       "-reconnect", text="Q\n", code=None, timeout=20)
        lib.equal("Reused," in done.stdout, False, f"a session that is taken up again, {version}")
        lib.equal("TLS session ticket:" in done.stdout, False, f"a ticket, {version}")


def test_g4_no_ticket_leads_to_another_version(lab):
    """A session of RADIUS/1.1 could be taken up again as that alone; none is handed out, so that each is agreed on anew."""
    served(lab)
    session = os.path.join(lab.logs, "session.pem")
    for version in ("radius/1.1", "radius/1.0"):
        done = lab.run("openssl", "s_client", "-connect", f"127.0.0.1:{radsec.PORT}", "-tls1_3", "-alpn", version, "-cert", path("gw"),
                       "-key", path("gw", "key"), "-sess_out", session, text="Q\n", code=None, timeout=20)
        lib.contains(done.stdout, f"ALPN protocol: {version}", "what is agreed on")
        lib.equal((os.path.exists(session), "Session-ID:" in done.stdout), (False, False), f"a session of {version}")


def latencies(seconds):
    """Logins over UDP one after the other; how long each took, in order of length."""
    found = []
    with Nas() as nas:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            started = time.monotonic()
            lib.equal(nas.ask(radius.access()).code, radius.ACCEPT, "a login over UDP")
            found.append(time.monotonic() - started)
    return sorted(found)


def test_tls_slow_handshakes(lab):
    """60 connections that say nothing, and a crowd of new handshakes, beside datagrams and a good gateway: each of those
    is answered as before, and the silent ones are ended."""
    server, _, _ = served(lab, client("vpn", '"127.0.0.1"', rate=100000))
    calm = latencies(2)
    silent = [socket.create_connection(("127.0.0.1", radsec.PORT), 5) for _ in range(60)]
    for number, raw in enumerate(silent):
        with contextlib.suppress(OSError):
            raw.sendall(b"\x16\x03\x01\x02\x00\x01\x00"[:number % 8])
    stop = threading.Event()

    def crowd():
        while not stop.is_set():
            with contextlib.suppress(OSError, ssl.SSLError):
                Link("other").close()

    threads = [threading.Thread(target=crowd, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    busy = latencies(4)
    still_serves()
    stop.set()
    for thread in threads:
        thread.join()
    typical = busy[len(busy) // 2]
    if busy[len(busy) * 99 // 100] > 0.25 or typical > 0.05 + 20 * calm[len(calm) // 2]:
        raise AssertionError(f"p50 {typical:.4f} s, p99 {busy[len(busy) * 99 // 100]:.4f} s beside handshakes; calm {calm[len(calm) // 2]:.4f} s")
    for raw in silent:
        raw.settimeout(8)
        with contextlib.suppress(ConnectionError):
            while raw.recv(100):
                pass
        raw.close()
    lib.contains(server.said(), "a TLS connection from 127.0.0.1:", "the log")
    if server.counters()["connections.refused"] + server.counters()["connections.crowded"] < 60:
        raise AssertionError("not all of the silent ones were counted")


# --- life ---

def test_restart(lab):
    """The daemon goes and comes, then the server: gateways connect again and are served."""
    server, daemon, _ = served(lab)
    with Link() as link:
        accepted(link)
        daemon.stop()
        link.send(access())
        lib.equal(link.receive(0.5), None, "a reply without a daemon")
        lib.equal(link.ask(status_server(radsec.SECRET), 0.5), None, "Status-Server without a daemon")
        daemon.start()
        lib.equal(link.receive()[0], radius.ACCEPT, "what waited for the daemon")
        accepted(link)
        server.stop()
        lib.equal(link.closed(), True, "the server says goodbye")
    server.start().connected()
    still_serves()
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    server.start().connected()
    still_serves()


def test_reload(lab):
    """A new certificate is shown to new connections, the old ones go on; a client that is gone is hung up on; a
    configuration that cannot be used leaves all as it was."""
    server, _, authority = served(lab, gateway("other", "other.test"))
    with Link() as link, Link("other") as other:
        accepted(link)
        accepted(other)
        before = link.tls.getpeercert(True)
        authority.make("server", "DNS:radius.test")
        lab.configure(section(), gateway())
        server.reload()
        lib.equal(other.closed(), True, "who is no client any more")
        accepted(link)
        with Link() as fresh:
            accepted(fresh)
            if fresh.tls.getpeercert(True) == before:
                raise AssertionError("the old certificate is still shown")
        os.rename(path("ca"), path("ca", "away"))
        lib.contains(server.reload(), "not reloaded", "without the CA's certificate")
        os.rename(path("ca", "away"), path("ca"))
        accepted(link)
        still_serves()


def test_check(lab):
    """--check names what is wrong with the files of TLS."""
    authority = Authority(lab).make("server", "DNS:radius.test").make("gw")
    authority.make("over", dates=("-startdate", "20200101000000Z", "-enddate", "20200201000000Z"))
    authority.make("soon", dates=("-days", "5"))
    lab.configure(section(), gateway(), keyed())

    def check(code):
        done = lab.run(radius.SERVER, "--check", code=code)
        return done.stdout + done.stderr

    lib.contains(check(0), "fine", "a good configuration")
    for more, words, code in ((section(server="over"), "has expired", 1), (section(server="soon"), "ends in", 0),
                              (section().replace("server.key", "gw.key"), "key values mismatch", 1),
                              (section().replace("ca.pem", "none.pem"), "certificate of the CA", 1),
                              (section(f'\tcrl = "{path("gw")}"\n'), "list of revoked certificates", 1)):
        lab.configure(more, gateway(), keyed())
        lib.contains(check(code), words, "what --check says")
    for dates, words, code in ((("-crl_lastupdate", "20200101000000Z", "-crl_nextupdate", "20200201000000Z"), "ca.crl: has expired", 1),
                               (("-crlhours", "3"), "certificate", 0)):
        lab.configure(section(authority.revoke(dates=dates)), gateway())
        lib.contains(check(code), words, "what --check says of a list")
    os.chmod(path("server", "key"), 0o644)
    lab.configure(section(), gateway())
    lib.contains(check(1), "open to everybody", "a key that others may read")
    lab.configure(section(), gateway(), keyed(key="short"))
    os.chmod(path("server", "key"), 0o400)
    lib.contains(check(1), "hexadecimal digits", "a key by name that is none")


def test_commands(lab):
    """What the operator sees: the transport of each client, its counters."""
    authority = Authority(lab).make("server").make("gw")
    del authority
    lab.up(section(), gateway(), keyed(), client("vpn"), lib.NO_BACKOFF)
    lab.person("alice")
    Server(lab).start().connected()
    with Link() as link:
        lib.equal(link.ask(access(password="wrong")).code, radius.CHALLENGE, "a login")
    rows = lab.ask("radius", "client", "list")
    lib.equal({row["client"]: row["transport"] for row in rows}, {"gw": "tls", "branch": "tls-psk", "vpn": "udp"}, "transports")
    lib.equal({row["client"]: row["proof"] for row in rows}, {"gw": "certificate", "branch": "key", "vpn": "secret"}, "proofs")
    shown = {row["option"]: row["value"] for row in lab.ask("radius", "client", "show", "branch")}
    lib.equal((shown["transport"], shown["proof"], shown["psk_identity"]), ("tls-psk", "key", "branch"), "the client's values")
    counters = {(row["client"], row["counter"]): row["value"] for row in lab.ask("radius", "stats")}
    lib.equal(counters[("gw", "connections")], 1, "its connections")


def test_f6_clients_are_added(lab):
    """By `radius client add`, and let in by what it has made: a key, and a fingerprint of a certificate that signed itself."""
    authority = Authority(lab).make("server")
    lab.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=alone",
            "-days", "2", "-keyout", path("alone", "key"), "-out", path("alone"))
    pin = lab.run("openssl", "x509", "-in", path("alone"), "-noout", "-fingerprint", "-sha256").stdout.strip().split("=")[1]
    del authority
    lab.up(section(), lib.NO_BACKOFF)
    lab.person("alice")
    made = lab.ask("radius", "client", "add", "branch", "--psk-identity", "branch 1", "--network", "127.0.0.1")
    lib.equal(os.path.basename(made["psk-file"]), "branch.psk", "the key's file")
    lab.cli("radius", "client", "add", "pinned", "--certificate", f"sha256:{pin}")
    lab.cli("reload")
    lib.equal({row["client"]: (row["transport"], row["proof"], row["secret"]) for row in lab.ask("radius", "client", "list")},
              {"branch": ("tls-psk", "key", "ok"), "pinned": ("tls", "fingerprint", None)}, "how they prove themselves")
    server = Server(lab).start().connected()

    def by_key(key, version="-tls1_3"):
        return s_client(lab, version, "-psk_identity", "branch 1", "-psk", key)[0][:1]

    for version in ("-tls1_2", "-tls1_3"):
        lib.equal(by_key(made["secret"], version), bytes([radius.CHALLENGE]), f"the key, {version}")
    with Link("alone") as link:
        lib.equal(link.ask(access(password="wrong")).code, radius.CHALLENGE, "a login by fingerprint")
    again = lab.ask("radius", "secret", "branch", "--replace")
    lib.contains(server.reload(), "configuration reloaded", "the reload")
    lib.equal((by_key(made["secret"]), by_key(again["secret"])), (b"", bytes([radius.CHALLENGE])), "the key of before, and the new one")


def test_doctor_speaks_the_readers_language(lab):
    """What warifu-radiusd knows of its certificates is said by the daemon, to each operator in his language."""
    Authority(lab).make("soon", dates=("-days", "5")).make("gw")
    lab.up(section(server="soon"), gateway())
    Server(lab).start().connected()

    def finding(language):
        rows = json.loads(lab.run(lib.CLI, "--lang", language, "--json", "doctor", code=None).stdout)
        return next((row["level"], row["text"]) for row in rows if "soon.pem" in row["text"])

    level, text = finding("en")
    lib.equal(level, "warn", "it ends soon")
    lib.contains(text, "ends in 5 days", "in English")
    level, text = finding("ja")
    lib.equal((level, text.isascii()), ("warn", False), f"in Japanese: {text}")
    lib.equal("ends in" in text, False, f"English within it: {text}")


# --- programs of others ---

PROXY = """ListenUDP 127.0.0.1:18160
LogLevel 2
LogDestination file://{folder}/radsecproxy.out
tls default {{
	CACertificateFile {ca}
	CertificateFile {pem}
	CertificateKeyFile {key}
}}
client 127.0.0.1 {{
	type udp
	secret {secret}
}}
server warifu {{
	host 127.0.0.1
	port {port}
	type tls
	tls default
	secret radsec
	StatusServer on
	matchCertificateAttribute SubjectAltName:IP:127.0.0.1
}}
realm * {{
	server warifu
	accountingServer warifu
}}
"""


def real(lab, *sections):
    """The real daemon, the server with TLS, and alice."""
    Authority(lab).make("server", "DNS:localhost,IP:127.0.0.1").make("gw")
    lab.up(section(), *sections, lib.NO_BACKOFF)
    person = lab.person("alice")
    Server(lab).start().connected()
    return person


def test_radsecproxy(lab):
    """radsecproxy in front: devices over UDP to it, TLS from there; Proxy-State comes through, Status-Server watches."""
    radius.need("radsecproxy", "radclient")
    person = real(lab, gateway())
    words = "plum-blossom-lane-7"
    conf = write(f"{lab.logs}/proxy.conf", PROXY.format(folder=lab.logs, ca=path("ca"), pem=path("gw"), key=path("gw", "key"),
                                                        secret=words, port=radsec.PORT))
    background(lab, "radsecproxy", "radsecproxy", "-f", "-c", conf)
    lib.wait_for("the proxy has connected", lambda: lab.radius.counters("gw").get("connections"), 20)
    logins(lab, person, by_challenge(lab, 18160), "gw")
    lib.equal(lab.radius.counters("gw")["connections"], 1, "connections of the proxy")


def test_g3_logins_over_radius_1_1(lab):
    """Password, challenge and code, plain within TLS, before the real daemon: as with every other client."""
    person = real(lab, gateway())
    with radsec.TokenLink() as link:
        tokens = iter(range(100))

        def attempt(password, code):
            lib.equal(link.ask(radsec.token_access(next(tokens), password=password)), radius.CHALLENGE, "the first round")
            return link.ask(radsec.token_access(next(tokens), password=code, state=link.state())) == radius.ACCEPT

        logins(lab, person, attempt, "gw")


def radcli(lab, person, servers, *lines):
    """libradcli's own client by this configuration."""
    if lab.run("sh", "-c", "test -e /etc/radcli/dictionary && command -v cc && pkg-config --exists radcli", code=None).returncode != 0:
        raise lib.Skip("needs libradcli-dev and a compiler")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "radcli_login.c")
    flags = lab.run("pkg-config", "--cflags", "--libs", "radcli").stdout.split()
    lab.run("cc", "-o", f"{lab.logs}/radcli-login", source, *flags)
    write(f"{lab.logs}/servers", servers)
    text = RADCLI.format(folder=lab.logs).replace("127.0.0.1:1812", f"127.0.0.1:{radsec.PORT}").replace("acctserver 127.0.0.1:1813\n", "")
    conf = write(f"{lab.logs}/radcli.conf", text + "serv-type tls\n" + "".join(line + "\n" for line in lines))

    def attempt(password, code):
        done = lab.run(f"{lab.logs}/radcli-login", conf, person.name, password, code, code=None, timeout=30)
        lib.contains(done.stdout, "challenge", "the first round")
        return done.returncode == 0
    return attempt


def test_radcli(lab):
    """libradcli over TLS with a certificate, as ocserv would use it."""
    person = real(lab, gateway())
    attempt = radcli(lab, person, "127.0.0.1 radsec\n", f"tls-ca-file {path('ca')}", f"tls-cert-file {path('gw')}",
                     f"tls-key-file {path('gw', 'key')}")
    logins(lab, person, attempt, "gw")


def test_gnutls_with_a_key(lab):
    """GnuTLS, which is not the server's own library, with a key by its name. (libradcli 1.2.11 of Debian 12 offers no
    suite with its key that any server could take.)"""
    radius.need("gnutls-cli")
    _, daemon, _ = served(lab, keyed())
    got, said = answer_of(lab, "gnutls-cli", "--logfile=/dev/null", "--no-ca-verification", "--pskusername=branch",
                          "--pskkey=" + radsec.KEY, "--priority=NORMAL:-KX-ALL:+ECDHE-PSK:+PSK", "-p", str(radsec.PORT), "127.0.0.1")
    lib.equal(got[:1], bytes([radius.ACCEPT]), f"the reply; it said {said}")
    lib.equal([request.text(wire.SERVICE) for request in daemon.of()], ["branch"], "the client in the question")


if __name__ == "__main__":
    lib.main()
