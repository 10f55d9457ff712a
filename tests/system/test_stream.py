"""Streams of the log: every row arrives, in order, whatever goes away meanwhile, and another program reads it."""

import os
import signal
import socket
import struct
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
        lab.cli("group", "add", f"{prefix}{number}") if False else lab.cli("user", "add", f"{prefix}{number}")


def rows(lab):
    """What the log itself has, as a message would have it."""
    return [streams.bare(row) for row in lab.log()]


def stream(lab, name="siem"):
    """What is said of a stream."""
    return next(row for row in lab.ask("log", "streams") if row["name"] == name)


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
    authority.sign("log", "IP:127.0.0.1")
    rsyslog = streams.Rsyslog(lab, authority).start()
    upstream.make_user()
    up(lab,
       streams.section("tls", f"tls://127.0.0.1:{streams.PORT}", since="all", ca_file=f'"{authority.ca}"'),
       streams.section("tcp", f"tcp://127.0.0.1:{streams.PORT + 1}", since="all"),
       streams.section("udp", f"udp://127.0.0.1:{streams.PORT + 2}", since="all"))
    write(lab, 5, "u")
    lab.cli("user", "add", "花子", "--name", 'x"][warifu@1 y="z"] \\ =|', code=None)
    for name in ("tls", "tcp", "udp"):
        wait_delivered(lab, name)
        lib.wait_for(f"rsyslogd wrote {name}", lambda: len(rsyslog.rows(name)) >= len(rows(lab)), 20)
        lib.equal(streams.once(rsyslog.rows(name)), rows(lab), name)
