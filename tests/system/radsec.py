"""RADIUS over TLS for the tests: certificates, the sections for them, and a client with Python's own TLS."""

import contextlib
import hmac
import os
import pwd
import shutil
import socket
import ssl
import struct
import time

import lib
import radius

PORT = 2083
SECRET = b"radsec"
FOLDER = "/etc/warifu/radsec"
KEY = "00112233445566778899aabbccddeeff"
OLD_TLS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}


def path(name, suffix="pem"):
    """A file of a certificate."""
    return f"{FOLDER}/{name}.{suffix}"


class Authority:
    """A CA, its certificates and what it takes back; all of it in FOLDER."""

    def __init__(self, lab, name="ca"):
        self.lab, self.name = lab, name
        radius.make_user()
        os.makedirs(FOLDER, exist_ok=True)
        shutil.rmtree(path(name, "db"), ignore_errors=True)
        os.makedirs(path(name, "db"))
        for file, text in (("index", ""), ("serial", "01\n"), ("crlnumber", "01\n"), ("conf", self.conf())):
            with open(f"{path(name, 'db')}/{file}", "w", encoding="ascii") as stream:
                stream.write(text)
        self.openssl("req", "-x509", *self.curve(), "-days", "90", "-subj", f"/CN={name}", "-keyout", path(name, "key"), "-out", path(name))

    def conf(self):
        """For `openssl ca`."""
        folder = path(self.name, "db")
        return (f"[ca]\ndefault_ca=it\n[it]\ndatabase={folder}/index\nserial={folder}/serial\ncrlnumber={folder}/crlnumber\n"
                f"new_certs_dir={folder}\ncertificate={path(self.name)}\nprivate_key={path(self.name, 'key')}\ndefault_md=sha256\n"
                "policy=any\ncopy_extensions=copy\ndefault_crl_days=9\nunique_subject=no\n[any]\ncommonName=supplied\n")

    @staticmethod
    def curve():
        """Keys that cost nothing."""
        return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"

    def openssl(self, *arguments):
        """The command."""
        return self.lab.run("openssl", *arguments)

    def make(self, name, names=None, dates=("-days", "9")):
        """A certificate with its key, which the server may read."""
        request = path(name, "csr")
        extra = ("-addext", f"subjectAltName={names}") if names else ()
        self.openssl("req", *self.curve(), "-subj", f"/CN={name}", *extra, "-keyout", path(name, "key"), "-out", request)
        self.openssl("ca", "-batch", "-notext", "-config", f"{path(self.name, 'db')}/conf", *dates, "-in", request, "-out", path(name))
        own(path(name, "key"))
        return self

    def revoke(self, *names, dates=()):
        """A list of revoked certificates with these in it; gives its line for the section."""
        config = ("-config", f"{path(self.name, 'db')}/conf")
        for name in names:
            self.openssl("ca", *config, "-revoke", path(name))
        self.openssl("ca", *config, "-gencrl", *dates, "-out", path(self.name, "crl"))
        return f'\tcrl = "{path(self.name, "crl")}"\n'


def own(file):
    """Only the server's user may read it."""
    user = pwd.getpwnam("warifu-radius")
    os.chmod(file, 0o400)
    os.chown(file, user.pw_uid, user.pw_gid)


def section(more="", server="server"):
    """The section radius: UDP as always, and TLS."""
    return (f'radius {{\n\tradsec = {{"127.0.0.1:{PORT}", "[::1]:{PORT}"}}\n\tcertificate = "{path(server)}"\n'
            f'\tkey = "{path(server, "key")}"\n\tca = "{path("ca")}"\n{more}}}\n')


def gateway(name="gw", certificate=None, **options):
    """A client that is known by its certificate."""
    lines = "".join(f"\t{key} = {value}\n" for key, value in options.items())
    return f'client "{name}" {{\n\tcertificate = {{"{certificate or name}"}}\n{lines}}}\n'


def keyed(name="branch", key=KEY):
    """A client that is known by a key."""
    radius.make_user()
    os.makedirs(FOLDER, exist_ok=True)
    file = path(name, "psk")
    with open(file, "w", encoding="ascii") as stream:
        stream.write(key + "\n")
    own(file)
    return f'client "{name}" {{\n\tpsk_identity = "{name}"\n\tpsk_file = "{file}"\n}}\n'


class Link:
    """A connection of a gateway; certificate None: without one."""

    # pylint: disable=too-many-arguments
    def __init__(self, certificate="gw", server="127.0.0.1", address="127.0.0.1", version=None, protocols=None, ca="ca"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(path(ca))
        if certificate:
            context.load_cert_chain(path(certificate), path(certificate, "key"))
        if version:
            context.minimum_version = context.maximum_version = version
        if protocols:
            context.set_alpn_protocols(protocols)
        self.raw = socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET)
        self.raw.settimeout(10)
        if ":" not in server:
            self.raw.bind((address, 0))
        self.raw.connect((server, PORT))
        self.tls = context.wrap_socket(self.raw)
        self.bytes = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Hangs up."""
        with contextlib.suppress(OSError):
            self.tls.close()

    def send(self, raw):
        """One record."""
        self.tls.sendall(raw)

    def receive(self, seconds=5.0):
        """The next packet; None: nothing came; b"": the server has hung up."""
        deadline = time.monotonic() + seconds
        while len(self.bytes) < 4 or len(self.bytes) < struct.unpack(">H", self.bytes[2:4])[0]:
            self.tls.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                part = self.tls.recv(8192)
            except (TimeoutError, ssl.SSLWantReadError):
                return None
            except (ssl.SSLError, ConnectionError):
                return b""
            if not part:
                return b""
            self.bytes += part
        length = struct.unpack(">H", self.bytes[2:4])[0]
        raw, self.bytes = self.bytes[:length], self.bytes[length:]
        return raw

    def ask(self, raw, seconds=5.0):
        """Sends; gives the reply, checked, or None or b""."""
        self.send(raw)
        answer = self.receive(seconds)
        return answer and radius.Reply(answer, raw, SECRET)

    def closed(self, seconds=5.0):
        """Whether the server hangs up."""
        return self.receive(seconds) == b""


def refused(**options):
    """Whether a connection of this kind is refused: with TLS 1.3 one learns of it behind the handshake."""
    try:
        with Link(**options) as link:
            return link.closed()
    except (ssl.SSLError, ConnectionError):
        return True


def access(user="alice", password="correct horse", **options):
    """An Access-Request as it is sent within TLS."""
    return radius.access(user, password, secret=SECRET, **options)


def token_packet(code, token, attributes=b""):
    """A packet of RADIUS/1.1 (RFC 9765): a Token in place of identifier and authenticator."""
    return radius.packet(code, 0, struct.pack(">I", token) + bytes(12), attributes)


def token_access(token, user="alice", password="correct horse", state=None):
    """An Access-Request of it: nothing is hidden or signed."""
    attributes = radius.attribute(radius.USER_NAME, user) + radius.attribute(radius.USER_PASSWORD, password)
    attributes += radius.attribute(radius.NAS_ID, "nas one")
    return token_packet(radius.ACCESS_REQUEST, token, attributes + (radius.attribute(radius.STATE_ATTR, state) if state else b""))


class TokenLink(Link):
    """A gateway that speaks RADIUS/1.1: Python's TLS, since no program of Debian does."""

    def __init__(self, **options):
        super().__init__(protocols=["radius/1.1"], **options)
        lib.equal(self.tls.selected_alpn_protocol(), "radius/1.1", "the protocol")
        self.last = b""

    def token(self):
        """The next reply's Token; what is reserved is zero, and nothing is signed."""
        self.last = self.receive()
        lib.equal((self.last[1], self.last[8:20]), (0, bytes(12)), "what is reserved")
        lib.equal(radius.MESSAGE_AUTHENTICATOR in self.attributes(), False, "a Message-Authenticator")
        return struct.unpack(">I", self.last[4:8])[0]

    def attributes(self):
        """Of the last reply: by their number, the last one of each."""
        found, at = {}, 20
        while at < len(self.last):
            found[self.last[at]] = self.last[at + 2:at + self.last[at + 1]]
            at += self.last[at + 1]
        return found

    def state(self):
        """Of the challenge that was the last reply."""
        return self.attributes()[radius.STATE_ATTR]

    def ask(self, raw, seconds=5.0):
        """Sends; gives the reply's code."""
        del seconds
        self.send(raw)
        lib.equal(self.token(), struct.unpack(">I", raw[4:8])[0], "the Token")
        return self.last[0]


def translated(raw, secret):
    """A request for a client with this secret as it would be within TLS; what is no packet stays as it is."""
    at, end = 20, len(raw)
    out = bytearray(raw)
    signature = None
    if end < 20 or struct.unpack(">H", raw[2:4])[0] != end:
        return raw
    while at < end:
        if at + 2 > end or raw[at + 1] < 2 or at + raw[at + 1] > end:
            return raw
        value = slice(at + 2, at + raw[at + 1])
        if raw[at] == radius.USER_PASSWORD and len(raw[value]) % 16 == 0 and raw[value]:
            out[value] = rehidden(raw[value], raw[4:20], secret)
        if raw[at] == radius.MESSAGE_AUTHENTICATOR and len(raw[value]) == 16 and signature is None:
            signature = value
        at = value.stop
    if signature is not None:
        sign_again(raw, out, signature, secret)
    return bytes(out)


def rehidden(hidden, authenticator, secret):
    """A User-Password under the secret of TLS."""
    plain, before = b"", authenticator
    for place in range(0, len(hidden), 16):
        pad = radius.hashlib.md5(secret + before).digest()
        before = hidden[place:place + 16]
        plain += bytes(a ^ b for a, b in zip(before, pad))
    return radius.hide(plain, SECRET, authenticator)


def sign_again(raw, out, place, secret):
    """A Message-Authenticator that was right is right again; a wrong one stays wrong."""
    zeroed = raw[:place.start] + bytes(16) + raw[place.stop:]
    if hmac.new(secret, zeroed, "md5").digest() != raw[place]:
        return
    out[place] = bytes(16)
    out[place] = hmac.new(SECRET, bytes(out), "md5").digest()


def wait_gone(server, name, words):
    """Waits until the server has said why the client's connection ended."""
    lib.wait_for(f"{name} is disconnected", lambda: [line for line in server.said(server.marked).split("\n")
                                                     if f'"{name}"' in line and words in line])
