"""Receivers of the log: rsyslogd from Debian, and one of our own, a program that is killed and started as a test wants.

Run as a program it is that one: streams.py PORT FILE PAUSE writes each message that came over TCP into FILE, one a line,
and waits PAUSE seconds after each, so that much of what its kernel has acknowledged is not read yet when it is killed.
"""

import contextlib
import json
import os
import re
import select
import shutil
import socket
import sys
import time

import lib

RSYSLOGD = "/usr/sbin/rsyslogd"
PORT = 6514
HOST = "127.0.0.1"
HEADER = re.compile(r"<(\d+)>1 (\S+) (\S+) warifu - (\S+) (\[meta sequenceId=\"\d+\"\]\[origin [^\]]*\]) (.*)", re.S)


def section(name="siem", to=f"tcp://{HOST}:{PORT}", **options):
    """A stream section."""
    lines = "".join(f"\t{key} = {value}\n" for key, value in options.items())
    return f'stream "{name}" {{\n\tto = "{to}"\n{lines}}}\n'


def certificate(authority, name):
    """The options of a section by which warifu-egress proves itself, and knows the receiver."""
    authority.make("host", name)
    path = os.path.join(authority.folder, name)
    shutil.chown(path + ".key", "warifu-egress", "warifu-egress")
    os.chmod(path + ".key", 0o400)
    return {"ca_file": f'"{authority.folder}/ca.pem"', "certificate": f'"{path}.pem"', "key": f'"{path}.key"'}


def bare(row):
    """Of a row what is not empty: as JSON in a message has it."""
    return {key: value for key, value in row.items() if value not in ("", None)}


def row_of(message):
    """The row in a message of RFC 5424, whose header must be of the row, too."""
    found = HEADER.fullmatch(message)
    if not found:
        raise AssertionError(f"no message of ours: {message[:300]!r}")
    row = json.loads(found[6])
    lib.equal((found[2], found[3], found[4]), (row["time"], row["node"], row["event"]), "the header")
    return row


def once(rows):
    """The rows without those that came again; the first of each must be in order."""
    seen = {}
    for row in rows:
        lib.equal(seen.setdefault(row["seq"], row), row, "the row that came again")
    lib.equal(list(seen), sorted(seen), "the order")
    return list(seen.values())


def frames(data):
    """The messages at the beginning of the bytes, each behind its length; and the rest."""
    messages = []
    while True:
        length, blank, rest = data.partition(b" ")
        if not blank or len(rest) < int(length):
            return messages, data
        messages.append(rest[:int(length)])
        data = rest[int(length):]


def journal_row(entry):
    """The row in a datagram for the journal: name, length, value (JOURNAL_NATIVE_PROTOCOL)."""
    fields = {}
    while entry:
        name, _, rest = entry.partition(b"\n")
        length = int.from_bytes(rest[:8], "little")
        lib.equal(rest[8 + length:9 + length], b"\n", f"the end of {name}")
        fields[name.decode()] = rest[8:8 + length].decode()
        entry = rest[9 + length:]
    lib.equal((fields["SYSLOG_IDENTIFIER"], fields["SYSLOG_FACILITY"]), ("warifu", "10"), "who says it")
    row = {name[7:].lower(): value for name, value in fields.items() if name.startswith("WARIFU_")}
    return {name: int(value) if name in ("seq", "count") else value for name, value in row.items()}


class Socket:
    """Of a program of this machine: it takes datagrams."""

    def __init__(self, path):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        os.chmod(path, 0o666)
        self.socket.setblocking(False)
        self.datagrams = []

    def take(self):
        """All that came."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self.datagrams.append(self.socket.recv(65536))
        return self.datagrams

    def close(self):
        """Nobody listens any more."""
        self.socket.close()


class Receiver(lib.Program):
    """Ours, as a program of its own."""

    def __init__(self, lab, port=PORT, pause=0.0):
        super().__init__(lab, "receiver", 10)
        self.port, self.pause = port, pause
        self.path = os.path.join(lab.logs, "received")

    def start(self):
        """Starts it and waits until it listens."""
        mark = self.mark()
        self.run(sys.executable, "-B", __file__, str(self.port), self.path, str(self.pause))
        lib.wait_for("the receiver listens", lambda: "listens" in self.said(mark))
        return self

    def messages(self):
        """All that came, also again."""
        if not os.path.exists(self.path):
            return []
        with open(self.path, encoding="utf-8") as stream:
            return stream.read().splitlines()

    def rows(self):
        """The rows of these."""
        return [row_of(message) for message in self.messages()]


class Rsyslog(lib.Program):
    """The real one: over TLS at PORT, TCP at PORT + 1, UDP at PORT + 2, each into a file of its own."""

    def __init__(self, lab, authority):
        if not os.path.exists(RSYSLOGD):
            raise lib.Skip("the package rsyslog is not installed")
        super().__init__(lab, "rsyslogd", 10)
        self.folder = os.path.join(lab.logs, "rsyslog")
        os.makedirs(self.folder)
        self.conf = os.path.join(self.folder, "conf")
        with open(self.conf, "w", encoding="utf-8") as stream:
            stream.write(self.text(authority))

    def text(self, authority):
        """Its configuration."""
        inputs = (("imtcp", PORT, "tls"), ("imptcp", PORT + 1, "tcp"), ("imudp", PORT + 2, "udp"))
        return (f'global(workDirectory="{self.folder}" maxMessageSize="16k" defaultNetstreamDriver="ossl"\n'
                f'defaultNetstreamDriverCAFile="{authority.folder}/ca.pem" defaultNetstreamDriverCertFile="{authority.folder}/log.pem"\n'
                f'defaultNetstreamDriverKeyFile="{authority.folder}/log.key")\n'
                'module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="x509/certvalid")\n'
                'module(load="imptcp")\nmodule(load="imudp")\n'
                'template(name="whole" type="string" '
                'string="<%pri%>1 %timestamp:::date-rfc3339% %hostname% %app-name% %procid% %msgid% %structured-data% %msg%\\n")\n'
                + "".join(f'ruleset(name="{name}") {{ action(type="omfile" file="{self.folder}/{name}" template="whole") }}\n'
                          f'input(type="{module}" port="{port}" address="{HOST}" ruleset="{name}")\n'
                          for module, port, name in inputs))

    def start(self):
        """Starts it and waits until it listens."""
        self.run(RSYSLOGD, "-n", "-f", self.conf, "-i", os.path.join(self.folder, "pid"))
        lib.wait_for("rsyslogd listens", self.listens)
        return self

    def listens(self):
        """Whether somebody can connect."""
        if self.process.poll() is not None:
            raise AssertionError(f"rsyslogd ended: {self.said()[-2000:]}")
        with socket.socket() as probe:
            return probe.connect_ex((HOST, PORT + 1)) == 0

    def rows(self, name):
        """What came over that."""
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as stream:
            return [row_of(line) for line in stream.read().splitlines()]


def receive(port, path, pause):
    """The program."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen()
    print("listens", flush=True)
    data = {}
    with open(path, "ab", buffering=0) as out:
        while True:
            ready, _, _ = select.select([listener, *data], [], [])
            for peer in ready:
                if peer is listener:
                    data[peer.accept()[0]] = b""
                    continue
                came = peer.recv(2048)
                messages, data[peer] = frames(data[peer] + came)
                for message in messages:
                    out.write(message + b"\n")
                    time.sleep(pause)
                if not came:
                    del data[peer]
                    peer.close()


if __name__ == "__main__":
    receive(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
