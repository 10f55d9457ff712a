"""A daemon that is none: it speaks the wire protocol on radius.sock and does to warifu-radiusd what a test wants,
well or badly.  What is tested with it is the server alone; logins through the real daemon have tests of their own."""

import contextlib
import os
import socket
import struct
import threading
import time

import wire

SOCKET = "/run/warifu/radius.sock"
ATTEMPT, RECORD, WORK, DONE, CHALLENGE, ORDER = 7, 8, 9, 10, 34, 35
CELL, STATUS, TAG, STATE, NAS, PATIENCE, GROUP = 22, 23, 25, 26, 27, 28, 29
ACCT_SESSION, FRAMED, OCTETS_IN, OCTETS_OUT, SECONDS, CAUSE, ORDER_NAME = 30, 31, 32, 33, 34, 35, 36
A_STATE = "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t_"
VERSION = 3


def result(verdict, fields=()):
    """A reply: RESULT."""
    return wire.RESULT, [(wire.VERDICT, bytes([verdict]))] + list(fields)


def challenge(state=A_STATE, text="", text_id=wire.TEXT_CODE, ttl=60, echo=0):
    """A reply: CHALLENGE."""
    fields = [(wire.TXN, bytes(16)), (STATE, state), (wire.PROMPT, struct.pack(">BBHI", 1, echo, text_id, ttl))]
    return CHALLENGE, fields + ([(wire.TEXT, text)] if text else [])


class Request:
    """A question, with its fields by name."""

    def __init__(self, kind, fields):
        self.kind = kind
        self.fields = fields
        self.tag = fields.get(TAG, [b""])[0]

    def text(self, number):
        """A field as text, "" for none."""
        return self.fields.get(number, [b""])[0].decode()

    def number(self, number):
        """A field as a number, None for none."""
        value = self.fields.get(number)
        return value and int.from_bytes(value[0], "big")

    @property
    def user(self):
        """USER."""
        return self.text(wire.USER)

    @property
    def password(self):
        """ANSWER without its prompt id."""
        return self.fields[wire.ANSWERS][0][1:].decode(errors="replace")


def judge(request):
    """What a daemon would say whose only password is "correct horse" and whose code is 123456."""
    if request.kind == RECORD:
        return result(wire.ACCEPT)
    if request.user == "two" and not request.text(STATE):
        return challenge()
    right = request.password in ("correct horse", "123456")
    return result(wire.ACCEPT if right else wire.REJECT, [] if right else [(wire.TEXT_ID, struct.pack(">H", 6))])


class FakeDaemon:
    """Listens; answers by `judge`, which gets a Request and gives (type, fields), bytes, or None for no answer."""

    def __init__(self, lab, answer=judge):
        self.answer = answer
        self.requests = []
        self.works = 0
        self.connections = []
        self.lock = threading.Lock()
        self.listener = None
        self.start()
        lab.closers.append(self.stop)

    def start(self):
        """Listens (again)."""
        os.makedirs(os.path.dirname(SOCKET), exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(SOCKET)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(SOCKET)
        os.chmod(SOCKET, 0o666)
        self.listener.listen(8)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def stop(self):
        """Gone: nobody listens, and every connection breaks."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(SOCKET)
        self.hang_up()

    def hang_up(self):
        """Breaks the connections, and goes on listening."""
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self.connections = []

    def accept(self, listener):
        """Takes connections."""
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.connections.append(connection)
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        """One connection."""
        with contextlib.suppress(OSError, ValueError):
            while True:
                head = self.take(connection, 4)
                _, kind, fields = wire.parse(self.take(connection, struct.unpack(">I", head)[0]))
                request = Request(kind, fields)
                if kind == WORK:
                    self.works += 1
                    continue
                with self.lock:
                    self.requests.append(request)
                self.reply(connection, request, self.answer(request))

    @staticmethod
    def take(connection, count):
        """Exactly so many bytes."""
        data = b""
        while len(data) < count:
            part = connection.recv(count - len(data))
            if not part:
                raise OSError("closed")
            data += part
        return data

    def reply(self, connection, request, answer):
        """Sends what was decided on."""
        if answer is None:
            return
        if not isinstance(answer, bytes):
            kind, fields = answer
            answer = wire.frame(kind, [(TAG, request.tag)] + list(fields), VERSION)
        connection.sendall(answer)

    def push(self, kind, fields):
        """A message that nobody asked for, over the newest connection, once it has been accepted."""
        deadline = time.monotonic() + 5
        while not self.connections and time.monotonic() < deadline:
            time.sleep(0.01)
        self.connections[-1].sendall(wire.frame(kind, fields, VERSION))

    def of(self, kind=ATTEMPT):
        """The questions of a kind, so far."""
        with self.lock:
            return [request for request in self.requests if request.kind == kind]


def slowly(seconds, answer=judge):
    """A daemon that takes its time, for each request alone."""
    def later(request):
        time.sleep(seconds)
        return answer(request)
    return later
