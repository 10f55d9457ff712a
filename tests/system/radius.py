"""A small RADIUS client, written from the RFCs and not from the C code; and warifu-radiusd with what it needs.

Packets are made attribute by attribute, right or wrong as a test wants them.
"""

import contextlib
import hashlib
import hmac
import os
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import time

import lib

SERVER = "/usr/sbin/warifu-radiusd"
SECRETS = "/etc/warifu/radius"
STATE = "/var/lib/warifu-radius"
SECRET = b"plum blossom lane"

ACCESS_REQUEST, ACCEPT, REJECT, ACCOUNTING_REQUEST, ACCOUNTING_RESPONSE = 1, 2, 3, 4, 5
CHALLENGE, STATUS_SERVER = 11, 12
USER_NAME, USER_PASSWORD, CHAP_PASSWORD, NAS_IP, NAS_PORT, SERVICE_TYPE = 1, 2, 3, 4, 5, 6
FRAMED_IP, FILTER_ID, REPLY_MESSAGE, STATE_ATTR, CLASS, VENDOR, SESSION_TIMEOUT = 8, 11, 18, 24, 25, 26, 27
CALLING_STATION, NAS_ID, PROXY_STATE, ACCT_STATUS, ACCT_DELAY, ACCT_IN, ACCT_OUT = 31, 32, 33, 40, 41, 42, 43
ACCT_SESSION, ACCT_TIME, ACCT_CAUSE, EVENT_TIME = 44, 46, 49, 55
PROMPT, EAP_MESSAGE, MESSAGE_AUTHENTICATOR, NAS_IPV6 = 76, 79, 80, 95
AUTH_PORT, ACCT_PORT = 1812, 1813
START, STOP, INTERIM, NAS_ON, NAS_OFF = 1, 2, 3, 7, 8


def attribute(number, value=b""):
    """One attribute: type, length, value."""
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, int):
        value = struct.pack(">I", value)
    return struct.pack(">BB", number, len(value) + 2) + value


def hide(password, secret, authenticator):
    """User-Password (RFC 2865 section 5.2)."""
    if isinstance(password, str):
        password = password.encode()
    password += bytes(-len(password) % 16 if password else 16)
    hidden, before = b"", authenticator
    for at in range(0, len(password), 16):
        pad = hashlib.md5(secret + before).digest()
        before = bytes(a ^ b for a, b in zip(password[at:at + 16], pad))
        hidden += before
    return hidden


def packet(code, identifier, authenticator, attributes):
    """Header and attributes."""
    return struct.pack(">BBH", code, identifier, 20 + len(attributes)) + authenticator + attributes


def sign(raw, secret):
    """Adds a Message-Authenticator at the end (RFC 3579 section 3.2)."""
    raw = raw[:2] + struct.pack(">H", len(raw) + 18) + raw[4:] + attribute(MESSAGE_AUTHENTICATOR, bytes(16))
    return raw[:-16] + hmac.new(secret, raw, "md5").digest()


def access(user="alice", password="correct horse", secret=SECRET, extra=b"", identifier=None, authenticator=None, protect=True,
           nas=b"nas one", state=None):
    """An Access-Request as a gateway sends it; user, password or nas None: without."""
    authenticator = authenticator or os.urandom(16)
    identifier = os.urandom(1)[0] if identifier is None else identifier
    attributes = b""
    if user is not None:
        attributes += attribute(USER_NAME, user)
    if password is not None:
        attributes += attribute(USER_PASSWORD, hide(password, secret, authenticator))
    if nas is not None:
        attributes += attribute(NAS_ID, nas)
    if state is not None:
        attributes += attribute(STATE_ATTR, state)
    raw = packet(ACCESS_REQUEST, identifier, authenticator, attributes + extra)
    return sign(raw, secret) if protect else raw


def record(status, session="s1", user="alice", secret=SECRET, extra=b"", identifier=None, nas=b"nas one"):
    """An Accounting-Request (RFC 2866)."""
    identifier = os.urandom(1)[0] if identifier is None else identifier
    attributes = attribute(ACCT_STATUS, status) + attribute(ACCT_SESSION, session)
    if user is not None:
        attributes += attribute(USER_NAME, user)
    if nas is not None:
        attributes += attribute(NAS_ID, nas)
    raw = packet(ACCOUNTING_REQUEST, identifier, bytes(16), attributes + extra)
    return raw[:4] + hashlib.md5(raw + secret).digest() + raw[20:]


def status_server(secret=SECRET, identifier=None, protect=True):
    """A Status-Server (RFC 5997)."""
    identifier = os.urandom(1)[0] if identifier is None else identifier
    raw = packet(STATUS_SERVER, identifier, os.urandom(16), attribute(NAS_ID, "nas one"))
    return sign(raw, secret) if protect else raw


class Reply:
    """A reply, checked as a careful client does: code, identifier, both authenticators."""

    def __init__(self, raw, request, secret):
        self.raw = raw
        self.code, self.identifier, length = struct.unpack(">BBH", raw[:4])
        lib.equal(length, len(raw), "the reply's length")
        lib.equal(self.identifier, request[1], "the reply's identifier (A5)")
        wanted = hashlib.md5(raw[:4] + request[4:20] + raw[20:] + secret).digest()
        lib.equal(raw[4:20], wanted, "the Response Authenticator (A5)")
        self.attributes = []
        at = 20
        while at < len(raw):
            number, size = raw[at], raw[at + 1]
            self.attributes.append((number, raw[at + 2:at + size]))
            at += size
        if self.code != ACCOUNTING_RESPONSE:
            self.check_protection(request, secret)

    def check_protection(self, request, secret):
        """I1: Message-Authenticator, first, and right."""
        lib.equal(self.attributes[0][0], MESSAGE_AUTHENTICATOR, "the first attribute of a reply (I1)")
        zeroed = self.raw[:4] + request[4:20] + self.raw[20:22] + bytes(16) + self.raw[38:]
        lib.equal(self.attributes[0][1], hmac.new(secret, zeroed, "md5").digest(), "the Message-Authenticator of a reply")

    def all(self, number):
        """All values of a type."""
        return [value for kind, value in self.attributes if kind == number]

    def one(self, number):
        """The only value of a type."""
        values = self.all(number)
        lib.equal(len(values), 1, f"attributes of type {number}")
        return values[0]

    def kinds(self):
        """The types, in their order."""
        return [kind for kind, _ in self.attributes]


class Nas:
    """A gateway: a socket of its own."""

    def __init__(self, address="127.0.0.1", server="127.0.0.1", port=AUTH_PORT, secret=SECRET, source_port=0):
        self.secret = secret
        self.server = (server, port)
        self.socket = socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, source_port))
        self.sender = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, raw, server=None):
        """One datagram."""
        self.socket.sendto(raw, server or self.server)

    def receive(self, seconds=5.0):
        """The next datagram, or None."""
        self.socket.settimeout(seconds)
        try:
            raw, self.sender = self.socket.recvfrom(8192)
        except socket.timeout:
            return None
        return raw

    def ask(self, raw, seconds=5.0):
        """Sends; gives the reply, checked, or None."""
        self.send(raw)
        answer = self.receive(seconds)
        return answer and Reply(answer, raw, self.secret)

    def silent(self, raw, seconds=0.4):
        """Sends; nothing must come back."""
        self.send(raw)
        answer = self.receive(seconds)
        if answer is not None:
            raise AssertionError(f"a reply of code {answer[0]}, where there should be none")


class Gateway:
    """What listens at a gateway for Disconnect-Requests (RFC 5176)."""

    def __init__(self, address="127.0.0.1"):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 3799))
        self.socket.settimeout(10)
        self.sender = None

    def take(self):
        """A request, both its authenticators checked (H1), and its attributes."""
        raw, self.sender = self.socket.recvfrom(4096)
        lib.equal(raw[0], 40, "the code")
        zero = raw[:4] + bytes(16) + raw[20:]
        lib.equal(raw[4:20], hashlib.md5(zero + SECRET).digest(), "the Request Authenticator")
        lib.equal((raw[20], raw[22:38]), (80, hmac.new(SECRET, zero[:22] + bytes(16) + zero[38:], "md5").digest()),
                  "the Message-Authenticator, first")
        attributes, at = {}, 20
        while at < len(raw):
            attributes[raw[at]] = raw[at + 2:at + raw[at + 1]]
            at += raw[at + 1]
        return raw, attributes

    def answer(self, raw, code=41, extra=b"", secret=SECRET, identifier=None):
        """ACK or NAK."""
        head = struct.pack(">BBH", code, raw[1] if identifier is None else identifier, 20 + len(extra))
        signature = hashlib.md5(head + raw[4:20] + extra + secret).digest()
        self.socket.sendto(head + signature + extra, self.sender)


def make_user():
    """The user that the server runs as."""
    with contextlib.suppress(KeyError):
        pwd.getpwnam("warifu-radius")
        return
    subprocess.run(["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", STATE, "--shell",
                    "/usr/sbin/nologin", "warifu-radius"], check=True)


def client(name="vpn", network='"127.0.0.1"', secret=None, **options):
    """A client section; its secret goes into a file."""
    secret = SECRET if secret is None else secret
    make_user()
    os.makedirs(SECRETS, exist_ok=True)
    path = f"{SECRETS}/{name}.secret"
    with open(path, "wb") as stream:
        stream.write(secret + b"\n")
    os.chmod(path, 0o400)
    user = pwd.getpwnam("warifu-radius")
    os.chown(path, user.pw_uid, user.pw_gid)
    lines = "".join(f"\t{key} = {value}\n" for key, value in options.items())
    return f'client "{name}" {{\n\tnetwork = {{{network}}}\n\tsecret_file = "{path}"\n{lines}}}\n'


class Server(lib.Program):
    """warifu-radiusd."""

    def __init__(self, lab):
        super().__init__(lab, "warifu-radiusd", 10)
        lab.radius = self
        self.marked = 0
        make_user()
        shutil.rmtree(STATE, ignore_errors=True)
        os.makedirs(STATE)
        os.makedirs("/run/warifu", exist_ok=True)
        shutil.chown(STATE, "warifu-radius", "warifu-radius")

    def start(self):
        """Starts it and waits until it serves."""
        self.marked = self.mark()
        self.run(SERVER, "--foreground")
        lib.wait_for("warifu-radiusd serves", self.serves, 20)
        return self

    def serves(self):
        """Whether it has said so."""
        if self.process.poll() is not None:
            raise AssertionError(f"warifu-radiusd ended with {self.process.returncode}: {self.said()[-2000:]}")
        return " serves " in self.said(self.marked)

    def connected(self):
        """Waits until it has found the daemon."""
        lib.wait_for("the daemon is found", lambda: "connected to the daemon" in self.said(self.marked))
        return self

    def counters(self, name=None):
        """Its counters, in all or of a client, as it logs them on SIGUSR1."""
        mark = len(self.said())
        self.process.send_signal(signal.SIGUSR1)
        words = f'counters of client "{name}":' if name else "counters:"
        line = lib.wait_for("the counters", lambda: [row for row in self.said(mark).split("\n") if words in row])[0]
        pairs = (pair.split("=") for pair in line.split(words)[1].split())
        return {key: int(value) for key, value in pairs}

    def reload(self):
        """SIGHUP, and waits for what it says of it; gives that."""
        mark = len(self.said())
        self.process.send_signal(signal.SIGHUP)
        return lib.wait_for("a reload", lambda: [row for row in self.said(mark).split("\n") if "reloaded" in row])[0]


def retry(check, seconds=10.0):
    """Until check() gives something: of what resumes by itself."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = check()
        if found is not None:
            return found
    raise AssertionError(f"no reply in {seconds} s")


def need(*programs):
    """Skips the test where one of these is not installed."""
    for program in programs:
        if not shutil.which(program):
            raise lib.Skip(f"needs {program}")
