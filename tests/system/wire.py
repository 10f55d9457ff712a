"""A small client of the wire protocol (doc/PROTOCOL.md), and many of them let loose at once.

Written from the page, not from the C code: what both agree on is the protocol.
"""

import hashlib
import os
import pickle
import select
import socket
import struct
import time
import traceback

PAM_SOCKET = "/run/warifu/pam.sock"
CONTROL_SOCKET = "/run/warifu/control.sock"
RADIUS_SOCKET = "/run/warifu/radius.sock"

BEGIN, ANSWER, ABORT, ACCOUNT, SESSION, CHANGE, ACT = 1, 2, 3, 4, 5, 6, 16
PROMPTS, RESULT, HEAD, ROW, END = 32, 33, 48, 49, 50
TXN, PURPOSE, USER, SERVICE, RHOST, TTY, RUSER, LANGUAGE, IDEMPOTENCY, EVIDENCE, ANSWERS, PROMPT, VERDICT = range(1, 14)
TEXT_ID, TEXT, EVENT, SECRET = 14, 15, 16, 17
ATTEMPT, RECORD, WORK, DONE, CHALLENGE, ORDER = 7, 8, 9, 10, 34, 35
TAG, STATE, NAS, PATIENCE, GROUP, ACCT_SESSION = 25, 26, 27, 28, 29, 30
START, STOP, INTERIM, NAS_ON, NAS_OFF = range(1, 6)
REJECT, ACCEPT, UNAVAILABLE, IGNORE, CHANGE_FIRST, EXPIRED = range(6)
TEXT_PASSWORD, TEXT_CODE, TEXT_CURRENT = 1, 2, 3
VERSION = 4
# What a reply must hold to be a reply; the daemon is not believed more than the protocol says.
REQUIRED = {PROMPTS: (TXN, PROMPT), RESULT: (VERDICT,), CHALLENGE: (TAG, TXN, STATE, PROMPT)}


class Gone(Exception):
    """The daemon closed the connection, or does not answer."""


def field(number, value):
    """One field: id, length, bytes."""
    if isinstance(value, str):
        value = value.encode()
    return struct.pack(">HH", number, len(value)) + value


def frame(kind, fields, version=VERSION):
    """A whole frame from (id, bytes) pairs."""
    body = struct.pack(">HH", version, kind) + b"".join(field(number, value) for number, value in fields)
    return struct.pack(">I", len(body)) + body


def parse(body):
    """(version, type, {id: [bytes]}) of a frame without its length."""
    version, kind = struct.unpack(">HH", body[:4])
    fields = {}
    at = 4
    while at < len(body):
        number, length = struct.unpack(">HH", body[at:at + 4])
        value = body[at + 4:at + 4 + length]
        if len(value) != length:
            raise ValueError("a field longer than its frame")
        fields.setdefault(number, []).append(value)
        at += 4 + length
    for number in REQUIRED.get(kind, ()):
        if number not in fields:
            raise ValueError(f"message {kind} without field {number}")
    return version, kind, fields


class Client:
    """One connection."""

    def __init__(self, path=PAM_SOCKET, timeout=120, version=VERSION):
        self.version = version
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.raw = b""
        try:
            self.socket.connect(path)
        except OSError as error:
            raise Gone(f"connect: {error}") from error

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, kind, fields):
        """Sends one message."""
        try:
            self.socket.sendall(frame(kind, fields, self.version))
        except OSError as error:
            raise Gone(f"send: {error}") from error

    def take(self, count):
        """Exactly so many bytes."""
        data = b""
        while len(data) < count:
            try:
                part = self.socket.recv(count - len(data))
            except OSError as error:
                raise Gone(f"receive: {error}") from error
            if not part:
                raise Gone("closed")
            data += part
        return data

    def receive(self):
        """(type, fields) of the next message; its bytes stay in .raw."""
        head = self.take(4)
        body = self.take(struct.unpack(">I", head)[0])
        self.raw = head + body
        version, kind, fields = parse(body)
        if version != self.version:
            raise ValueError(f"reply of version {version} to a request of version {self.version}")
        return kind, fields

    def ask(self, kind, fields):
        """Sends and receives."""
        self.send(kind, fields)
        return self.receive()


def begin_fields(user, service="sshd", source="192.0.2.1", purpose=1, language="en", version=VERSION, extra=()):
    """The fields of a BEGIN; also of an ACCOUNT, without the purpose (0)."""
    fields = [(PURPOSE, bytes([purpose]))] if purpose else []
    fields += [(USER, user), (SERVICE, service)]
    if source:
        fields.append((RHOST, source))
    if version >= 2:
        fields.append((LANGUAGE, language))
    return fields + list(extra)


class Login:
    """One transaction: begin(), then answer(); .verdict is None until there is one."""

    def __init__(self, user, service="sshd", source="192.0.2.1", version=VERSION, purpose=1, timeout=120, path=PAM_SOCKET):
        self.client = Client(path, timeout, version)
        self.request = begin_fields(user, service, source, purpose, version=version)
        self.txn = None
        self.prompts = []
        self.verdict = None
        self.text_id = None
        self.replies = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.__exit__()

    def take(self, kind, fields):
        """A reply: prompts or the verdict."""
        self.replies.append(self.client.raw)
        if kind == PROMPTS:
            self.txn = fields[TXN][0]
            self.prompts = [struct.unpack(">BBHI", raw) for raw in fields[PROMPT]]
        elif kind == RESULT:
            self.verdict = fields[VERDICT][0][0]
            self.text_id = struct.unpack(">H", fields[TEXT_ID][0])[0] if TEXT_ID in fields else None
        else:
            raise ValueError(f"unexpected message {kind}")
        return self.verdict

    def begin(self, extra=()):
        """Starts it; the prompts are then in .prompts."""
        return self.take(*self.client.ask(BEGIN, self.request + list(extra)))

    def answer_fields(self, password, code):
        """The ANSWER to all prompts."""
        by_text = {TEXT_PASSWORD: password, TEXT_CURRENT: password, TEXT_CODE: code}
        fields = [(TXN, self.txn)]
        for number, _echo, text, _ttl in self.prompts:
            fields.append((ANSWERS, bytes([number]) + by_text[text].encode()))
        return fields

    def answer(self, password, code="000000"):
        """Answers all prompts and waits for the verdict."""
        return self.take(*self.client.ask(ANSWER, self.answer_fields(password, code)))

    def run(self, password, code="000000"):
        """From the start to the verdict."""
        if self.begin() is None:
            self.answer(password, code)
        return self.verdict


def login(user, password, code="000000", **options):
    """One login; gives its verdict."""
    with Login(user, **options) as attempt:
        return attempt.run(password, code)


def log_in_and_account(user, password, code, service="sshd", source="192.0.2.1"):
    """Login and account phase as the module does them: (verdict, account's verdict)."""
    with Login(user, service, source) as attempt:
        verdict = attempt.run(password, code)
        if verdict != ACCEPT:
            return verdict, None
        fields = [(TXN, attempt.txn)] + begin_fields(user, service, source, purpose=0)
        with Client() as client:
            _kind, fields = client.ask(ACCOUNT, fields)
        return verdict, fields[VERDICT][0][0]


class Gateway:
    """The RADIUS front end's connection: many requests at once, told apart by their tags."""

    def __init__(self, service="vpn", timeout=120):
        self.service = service
        self.client = Client(RADIUS_SOCKET, timeout)
        self.tag = 0
        self.replies = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.__exit__()

    def send(self, kind, fields, key=None):
        """Sends one request; its tag. Without a key it is like no other."""
        self.tag += 1
        key = hashlib.sha256(repr(key).encode()).digest() if key is not None else os.urandom(32)
        head = [(TAG, struct.pack(">Q", self.tag)), (SERVICE, self.service), (NAS, "gw1"), (IDEMPOTENCY, key)]
        self.client.send(kind, head + list(fields))
        return self.tag

    def wait(self, tag):
        """(type, fields) of the answer to it."""
        while tag not in self.replies:
            kind, fields = self.client.receive()
            number = struct.unpack(">Q", fields[TAG][0])[0]
            if number in self.replies:
                raise ValueError(f"a second answer to request {number}")
            self.replies[number] = kind, fields
        return self.replies[tag]

    def attempt(self, user, answer, state=None, key=None, patience=None):
        """Sends one round of a login; its tag."""
        fields = [(USER, user), (ANSWERS, b"\0" + answer.encode())]
        if state is not None:
            fields.append((STATE, state))
        if patience is not None:
            fields.append((PATIENCE, struct.pack(">I", patience)))
        return self.send(ATTEMPT, fields, key)

    def verdict(self, tag):
        """Of a RESULT; None for a CHALLENGE."""
        kind, fields = self.wait(tag)
        return fields[VERDICT][0][0] if kind == RESULT else None

    def first(self, user, password, key=None, state=None):
        """The state of the challenge that follows an answer; a verdict if none does."""
        kind, fields = self.wait(self.attempt(user, password, state, key))
        return fields[STATE][0] if kind == CHALLENGE else fields[VERDICT][0][0]

    def rounds(self, user, *answers):
        """The verdict on answers to one challenge after the other; the state of the challenge behind the last."""
        state = None
        for answer in answers:
            state = self.first(user, answer, state=state)
            if not isinstance(state, bytes):
                break
        return state

    def second(self, user, code, state, key=None):
        """The verdict on a code."""
        return self.verdict(self.attempt(user, code, state, key))

    def login(self, user, password, code):
        """Both rounds; the verdict."""
        return self.rounds(user, password, code)

    def record(self, event, session, user, key=None):
        """One record of accounting; the verdict."""
        return self.verdict(self.send(RECORD, [(EVENT, bytes([event])), (USER, user), (ACCT_SESSION, session)], key))


class Crowd:
    """Many processes that do one thing at the same moment.

    Each is forked, calls ready(number), which gets everything up to the decisive step done, waits at the
    barrier, and then calls go(what ready gave). What go returns comes back; an exception comes back as
    a text.
    """

    def __init__(self, count, ready, go, timeout=180):
        self.count, self.ready, self.go, self.timeout = count, ready, go, timeout

    def child(self, number, waiting, gate, results):
        """One process."""
        code = 1
        try:
            state = self.ready(number)
            os.write(waiting, b".")
            select.select([gate], [], [])  # the gate opens by its end
            answer = self.go(state)
            code = 0
        except BaseException as error:  # pylint: disable=broad-except
            answer = f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
        with os.fdopen(results, "wb") as stream:
            pickle.dump(answer, stream)
        os._exit(code)

    def spawn(self, number, waiting, gate, close):
        """Forks one; gives its pid and the end from which its answer is read."""
        mine, its = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(mine)
            os.close(close)
            self.child(number, waiting, gate, its)
        os.close(its)
        return pid, mine

    def wait_ready(self, waiting):
        """Until all stand at the barrier, or one has failed on its way."""
        there = 0
        deadline = time.monotonic() + self.timeout
        while there < self.count and time.monotonic() < deadline:
            if not select.select([waiting], [], [], 1)[0]:
                continue
            got = os.read(waiting, 4096)
            if not got:
                return
            there += len(got)

    def run(self):
        """Lets them go; a list with what each gave, in order of their numbers."""
        arrive, arrived = os.pipe()
        gate, opener = os.pipe()
        children = [self.spawn(number, arrived, gate, opener) for number in range(self.count)]
        os.close(arrived)
        self.wait_ready(arrive)
        os.close(opener)
        answers = []
        for pid, results in children:
            with os.fdopen(results, "rb") as stream:
                raw = stream.read()
            os.waitpid(pid, 0)
            answers.append(pickle.loads(raw) if raw else "died")
        os.close(arrive)
        os.close(gate)
        return answers


def crowd_login(attempts, timeout=180):
    """Verdicts of logins answered at the same moment; attempts: dicts with user, password, code, source...

    A verdict is a number; one that got no answer is a text.
    """
    def ready(number):
        options = dict(attempts[number])
        password, code = options.pop("password"), options.pop("code", "000000")
        attempt = Login(**options)
        attempt.begin()
        return attempt, password, code

    def go(state):
        attempt, password, code = state
        return attempt.verdict if attempt.verdict is not None else attempt.answer(password, code)

    return Crowd(len(attempts), ready, go, timeout).run()
