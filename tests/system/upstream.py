"""Servers that warifu-egress asks: a real FreeRADIUS, and one of our own that does whatever a test wants; and
warifu-egress itself.
"""

import contextlib
import hashlib
import os
import pwd
import shutil
import socket
import struct
import subprocess
import threading

import lib
import raddb
import radius

EGRESS = "/usr/sbin/warifu-egress"
SECRET = b"maple leaf avenue"
PORT = 18120

# Carol is asked back.
SITE = """	authorize {
		update reply {
			&Message-Authenticator := 0x00
		}
		if (&User-Name == "carol") {
			if (!&State) {
				if (&User-Password == "sms") {
					update reply {
						&State := 0x6c6162
						&Reply-Message := "Code of the SMS:"
						&Prompt := Echo
					}
					update control {
						&Response-Packet-Type := Access-Challenge
						&Auth-Type := asks
					}
				}
				else {
					reject
				}
			}
			elsif (&State == 0x6c6162 && &User-Password == "4711") {
				update control {
					&Auth-Type := Accept
				}
			}
			else {
				reject
			}
		}
		files
		pap
	}
	authenticate {
		Auth-Type PAP {
			pap
		}
		Auth-Type asks {
			ok
		}
	}
"""


def make_user():
    """The user that warifu-egress runs as."""
    with contextlib.suppress(KeyError):
        pwd.getpwnam("warifu-egress")
        return
    subprocess.run(["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell",
                    "/usr/sbin/nologin", "warifu-egress"], check=True)


def section(name="passlogic", factor="possession", groups='"old"', servers=f'"127.0.0.1:{PORT}"', secret=SECRET, **options):
    """An upstream section; its secret goes into a file."""
    make_user()
    path = f"/etc/warifu/{name}.secret"
    os.makedirs("/etc/warifu", exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(secret + b"\n")
    os.chmod(path, 0o400)
    user = pwd.getpwnam("warifu-egress")
    os.chown(path, user.pw_uid, user.pw_gid)
    lines = "".join(f"\t{key} = {value}\n" for key, value in options.items())
    return (f'upstream "{name}" {{\n\tservers = {{{servers}}}\n\tsecret_file = "{path}"\n\tfactor = "{factor}"\n'
            f"\tgroups = {{{groups}}}\n{lines}}}\n")


class Egress(lib.Program):
    """warifu-egress."""

    def __init__(self, lab):
        super().__init__(lab, "warifu-egress", 10)
        make_user()
        os.makedirs("/run/warifu", exist_ok=True)

    def start(self):
        """Starts it and waits until it serves."""
        mark = self.mark()
        self.run(EGRESS, "--foreground")
        lib.wait_for("warifu-egress serves", lambda: self.serves(mark), 20)
        return self

    def serves(self, mark):
        """Whether it has said so."""
        if self.process.poll() is not None:
            raise AssertionError(f"warifu-egress ended with {self.process.returncode}: {self.said()[-2000:]}")
        return " delivers for the daemon" in self.said(mark)


class FreeRadius(lib.Program):
    """The real one, with users and their codes; carol is asked back."""

    def __init__(self, lab, users, site=SITE, signed="yes"):
        if not raddb.installed():
            raise lib.Skip("the package freeradius is not installed")
        super().__init__(lab, "freeradius", 10)
        self.folder = os.path.join(lab.logs, "freeradius")
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        lines = (f'{name} Cleartext-Password := "{code}"' for name, code in users.items())
        raddb.write(self.folder, PORT, SECRET.decode(), site, lines, log="yes", signed=signed)
        self.run(raddb.PROGRAM, "-d", self.folder, "-f", "-l", "stdout")
        lib.wait_for("FreeRADIUS listens", self.listens, 20)

    def listens(self):
        """Whether it answers a Status-Server."""
        if self.process.poll() is not None:
            raise AssertionError(f"freeradius ended: {self.said()[-2000:]}")
        with radius.Nas(port=PORT, secret=SECRET) as nas:
            nas.send(radius.status_server(SECRET))
            return nas.receive(0.5)


class Request:
    """What a server was asked."""

    def __init__(self, raw, sender):
        self.raw, self.sender = raw, sender
        self.attributes, at = {}, 20
        while at < len(raw):
            self.attributes[raw[at]] = raw[at + 2:at + raw[at + 1]]
            at += raw[at + 1]

    def name(self):
        """User-Name."""
        return self.attributes[radius.USER_NAME].decode()

    def password(self):
        """User-Password, in the clear."""
        hidden, plain, before = self.attributes[radius.USER_PASSWORD], b"", self.raw[4:20]
        for at in range(0, len(hidden), 16):
            pad = hashlib.md5(SECRET + before).digest()
            before = hidden[at:at + 16]
            plain += bytes(a ^ b for a, b in zip(before, pad))
        return plain.rstrip(b"\0").decode()


class Odd:
    """A server of our own: `answer(request)` gives (code, attributes), or None for silence. It keeps what it was asked; the
    same packet again is answered alike and kept once."""

    def __init__(self, lab, answer, port=PORT):
        self.answer = answer
        self.asked = []
        self.known = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", port))
        self.socket.settimeout(0.1)
        self.open = True
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        lab.closers.append(self.close)

    def close(self):
        """Nobody listens any more."""
        self.open = False
        self.thread.join()
        self.socket.close()

    def serve(self):
        """One packet after the other."""
        while self.open:
            try:
                raw, sender = self.socket.recvfrom(4096)
            except socket.timeout:
                continue
            threading.Thread(target=self.reply, args=(raw, sender), daemon=True).start()

    def reply(self, raw, sender):
        """To one packet."""
        if raw not in self.known:
            request = Request(raw, sender)
            self.known[raw] = None
            self.asked.append(request)
            self.known[raw] = self.answer(request)
        if self.known[raw] is not None and self.open:
            self.send(raw, sender, *self.known[raw])

    def send(self, raw, sender, code, attributes=b""):
        """A reply, signed."""
        head = struct.pack(">BBH", code, raw[1], 20 + 18 + len(attributes))
        zeroed = radius.attribute(radius.MESSAGE_AUTHENTICATOR, bytes(16)) + attributes
        signature = radius.hmac.new(SECRET, head + raw[4:20] + zeroed, "md5").digest()
        body = radius.attribute(radius.MESSAGE_AUTHENTICATOR, signature) + attributes
        self.socket.sendto(head + hashlib.md5(head + raw[4:20] + body + SECRET).digest() + body, sender)
