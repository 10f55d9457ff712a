"""Streams of the log: every row arrives, in order, whatever goes away meanwhile, and another program reads it."""

import json
import time

import lib
import relays
import streams
import upstream


def up(lab, *sections):
    """The daemon and warifu-egress with these streams."""
    lab.up(lib.NO_BACKOFF, *sections)
    return upstream.Egress(lab).start()


def write(lab, count, prefix):
    """That many rows and more: acts."""
    for number in range(count):
        lab.cli("user", "add", f"{prefix}{number}", "--stdin", text="correct horse battery\n")


def rows(lab):
    """What the log itself has, as a message would have it."""
    return [streams.bare(row) for row in lab.log("--limit", "100000")]


def stream(lab, name="siem"):
    """What is said of a stream."""
    return next(row for row in lab.ask("log", "streams") if row["stream"] == name)


def wait_delivered(lab, name="siem", seconds=60):
    """Until a stream has no backlog."""
    lib.wait_for(f"{name} has all", lambda: stream(lab, name)["backlog"] == 0, seconds)


def test_a_receiver_goes_and_comes(lab):
    """Receiver, warifu-egress and daemon are killed, each while rows are written: nothing is missing, the order is kept,
    and nobody waits for any of them. What the receiver had not read when it was killed comes again."""
    receiver = streams.Receiver(lab, pause=0.02).start()
    egress = up(lab, streams.section(since="all"))
    write(lab, 30, "a")
    lib.wait_for("some rows came", lambda: len(receiver.messages()) > 10)
    receiver.kill()
    started = time.monotonic()
    write(lab, 30, "b")
    if time.monotonic() - started > 20:
        raise AssertionError("writing waits for a receiver that is away")
    lib.wait_for("it is said", lambda: "refused" in stream(lab)["error"].lower(), 20)
    behind = stream(lab)
    lib.equal(behind["backlog"] >= 30, True, "the backlog")
    egress.kill()
    write(lab, 5, "c")
    egress.start()
    lab.kill()
    lab.start()
    write(lab, 5, "d")
    receiver.start()
    wait_delivered(lab, seconds=90)
    lib.wait_for("all were read", lambda: len({row["seq"] for row in receiver.rows()}) >= len(rows(lab)), 60)
    lib.equal(streams.once(receiver.rows())[:len(rows(lab))], rows(lab), "what came")
    lib.equal(stream(lab)["error"], None, "the error")


def test_rsyslog(lab):
    """rsyslogd from Debian has, over TLS, TCP and UDP, the rows that `warifu log --json` shows, each with its header; names
    that play another row are one name."""
    authority = relays.Authority(lab)
    authority.make("centre", "log", "127.0.0.1")
    upstream.make_user()
    own = streams.certificate(authority, "web1")
    rsyslog = streams.Rsyslog(lab, authority).start()
    up(lab,
       streams.section("tls", f"tls://127.0.0.1:{streams.PORT}", since="all", **own),
       streams.section("tcp", f"tcp://127.0.0.1:{streams.PORT + 1}", since="all"),
       streams.section("udp", f"udp://127.0.0.1:{streams.PORT + 2}", since="all"))
    write(lab, 5, "u")
    lab.cli("user", "set", "u0", "--display", 'x"][warifu@1 y="z"] \\ =| 花子')
    lab.cli("user", "add", 'x"][warifu@1 y="z"] \\ =|\n<14>1 - - - - - -', code=None)
    for name in ("tls", "tcp", "udp"):
        wait_delivered(lab, name)
        lib.wait_for(f"rsyslogd wrote {name}", lambda: len(rsyslog.rows(name)) >= len(rows(lab)), 20)
        lib.equal(streams.once(rsyslog.rows(name)), rows(lab), name)


def test_on_this_machine(lab):
    """The journal and syslog of this machine have every row; while their sockets are full or away, rows wait."""
    journal, local = streams.Socket("/run/journal.socket"), streams.Socket("/run/log.socket")
    lab.up(lib.NO_BACKOFF, streams.section("journal", "journald:/run/journal.socket", since="all"),
           streams.section("local", "syslog:/run/log.socket", since="all"))
    write(lab, 30, "u")  # a socket takes ten and a few: the others wait for it to be read
    for name, taker in (("journal", journal), ("local", local)):
        lib.wait_for(f"{name} has all", lambda name=name, taker=taker: taker.take() and stream(lab, name)["backlog"] == 0, 30)
    local.take()  # what lies in a socket goes with it
    local.close()
    write(lab, 2, "v")
    lib.wait_for("it is said", lambda: "refused" in (stream(lab, "local")["error"] or ""), 20)
    again = streams.Socket("/run/log.socket")
    wait_delivered(lab, "local", 30)
    wait_delivered(lab, "journal", 30)
    lib.equal([streams.journal_row(entry) for entry in journal.take()], rows(lab), "the journal")
    lines = [line.decode() for line in local.datagrams + again.take()]
    lib.equal([json.loads(line.partition(" warifu: ")[2]) for line in lines], rows(lab), "syslog")


def test_streams_come_and_go_at_a_reload(lab):
    """A stream that is new begins now and goes on where it stood when it is there again; what is sent can be chosen."""
    socket = streams.Socket("/run/log.socket")
    lab.up(lib.NO_BACKOFF)
    write(lab, 2, "a")
    section = streams.section("local", "syslog:/run/log.socket", rows='{"admin"}')
    for number, sections in enumerate(((section,), (), (section,))):
        lab.configure(lib.NO_BACKOFF, *sections)
        lab.cli("reload")
        lib.wait_for("the reload is a row", lambda number=number: len(lab.log(event="reload", **{"class": "system"})) > number)
        if sections:
            lib.wait_for("it has begun", lambda: stream(lab, "local")["delivered"] > 0)
            wait_delivered(lab, "local")
        write(lab, 1, f"b{number}")
    wait_delivered(lab, "local")
    sent = [json.loads(line.decode().partition(" warifu: ")[2]) for line in socket.take()]
    lib.equal([row["user"] for row in sent if row["event"] == "user.add"], ["b00", "b10", "b20"], "accounts")
    lib.equal({row["class"] for row in sent}, {"admin"}, "classes")


def test_cef(lab):
    """The Common Event Format over TCP: each row in a header of syslog, with its number."""
    receiver = streams.Receiver(lab).start()
    up(lab, streams.section(since="all", format="cef"))
    write(lab, 3, "u")
    lib.wait_for("all came", lambda: stream(lab)["backlog"] == 0 and len(receiver.messages()) == len(rows(lab)), 20)
    for message, row in zip(receiver.messages(), rows(lab)):
        lib.contains(message, "] CEF:0|Warifu|Warifu|", "the message")
        lib.contains(message, f" externalId={row['seq']} ", "its number")


def test_a_receiver_that_does_not_know_us(lab):
    """A receiver that wants a certificate of ours that it does not get, one of another authority, one with another name:
    nothing counts as delivered, and it is said why."""
    authority, other = relays.Authority(lab), relays.Authority(lab, "other")
    authority.make("centre", "log", "127.0.0.1")
    upstream.make_user()
    streams.Rsyslog(lab, authority).start()
    own = streams.certificate(authority, "web1")
    to = f"tls://127.0.0.1:{streams.PORT}"
    up(lab, streams.section("bare", to, since="all", ca_file=own["ca_file"]),
       streams.section("foreign", to, since="all", ca_file=f'"{other.folder}/ca.pem"'),
       streams.section("named", f"tls://localhost:{streams.PORT}", since="all", **own))
    for name, words in (("bare", "refuses our certificate"), ("foreign", "its certificate is refused"),
                        ("named", "its certificate is refused")):
        lib.wait_for(f"{name} is said", lambda: words in (stream(lab, name)["error"] or ""), 20)
        lib.equal(stream(lab, name)["delivered"], 0, name)
    row = next(check for check in lab.ask("doctor", code=None) if check["name"] == "streams")
    lib.equal(row["level"], "ok", "the doctor: nothing has waited for ten minutes")


if __name__ == "__main__":
    lib.main()
