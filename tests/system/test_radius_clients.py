"""Programs of others as clients of warifu-radiusd, as Debian ships them: each logs in with password and code, and is
refused with a wrong one. What they send is looked at on the wire. What is not installed is skipped, with a word.
"""

import base64
import glob
import hashlib
import os
import socket
import struct
import subprocess
import threading

import lib
import raddb
import radius
from radius import attribute, client

# Without blanks: most of their files cannot have any.
SECRET = b"plum-blossom-lane-7"
WORDS = SECRET.decode()
EXCEPTION = {"message_authenticator": '"optional"'}
ADVISED = {"message_authenticator": '"auto"'}  # what the profiles say of clients that send none


class Tap(threading.Thread):
    """Everything that is sent to the server's port, as it is on the wire."""

    def __init__(self, port=radius.AUTH_PORT):
        super().__init__(daemon=True)
        self.port = port
        self.packets = []
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
        self.socket.bind(("lo", 0x0800))
        self.start()

    def run(self):
        while True:
            raw, where = self.socket.recvfrom(65535)
            head = (raw[0] & 15) * 4
            if where[2] == socket.PACKET_OUTGOING or raw[9] != socket.IPPROTO_UDP:
                continue
            if struct.unpack(">H", raw[head + 2:head + 4])[0] == self.port:
                self.packets.append(raw[head + 8:])

    def kinds(self):
        """Which attributes each Access-Request had, in the order of the packets."""
        found = []
        for packet in self.packets:
            at, kinds = 20, set()
            while packet[0] == radius.ACCESS_REQUEST and at + 1 < len(packet):
                kinds.add(packet[at])
                at += max(packet[at + 1], 2)
            found.append(kinds)
        return found

    def each_has(self, kind, wanted, who):
        """Whether all of them have such an attribute, or none of them."""
        found = self.kinds()
        lib.equal(bool(found), True, f"requests of {who}")
        lib.equal({kind in kinds for kinds in found}, {wanted}, f"attributes of type {kind} in the requests of {who}")


def up(lab, *sections):
    """Daemon, server with these clients, alice."""
    radius.make_user()
    lab.up(*sections, lib.NO_BACKOFF)
    person = lab.person("alice")
    radius.Server(lab).start().connected()
    return person


def logins(lab, person, attempt, service):
    """attempt(password, code) gives whether it was let in: right, each half wrong, the code again, right again."""
    code = person.code()
    lib.equal(attempt(person.password, code), True, "with password and code")
    lib.equal(attempt(person.password, code), False, "with the same code again")
    lib.equal(attempt(person.password, person.wrong()), False, "with a wrong code")
    lib.equal(attempt("not the password", person.code()), False, "with a wrong password")
    lib.equal(attempt(person.password, person.code()), True, "with both right again")
    rows = lab.evaluated(person.name)
    lib.equal([row["reason"] for row in rows if row["result"] == "failure"], ["replayed", "wrong-code", "wrong-password"], "reasons")
    lib.equal([row["kinds"] for row in rows if row["result"] == "success"], ["knowledge+possession"] * 2, "what was proven")
    lib.equal({row["service"] for row in rows}, {service}, "the service in the rows")
    lab.verify()


def background(lab, name, *command):
    """A program that runs as long as the test; gives a function that says what it has said."""
    path = os.path.join(lab.logs, name + ".log")
    with open(path, "wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def end():
        process.kill()
        process.wait()

    def said():
        if process.poll() is not None:
            raise AssertionError(f"{name} ended with {process.returncode}")
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    lab.closers.append(end)
    return said


def write(path, text, mode=0o600):
    """A file with this text; gives its path."""
    with open(path, "w", encoding="ascii") as stream:
        stream.write(text)
    os.chmod(path, mode)
    return path


def certificate(lab):
    """A key and a certificate of its own for 127.0.0.1; gives their paths."""
    key, pem = os.path.join(lab.logs, "key.pem"), os.path.join(lab.logs, "cert.pem")
    lab.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=vpn.test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", pem)
    return key, pem


def pin(lab, pem):
    """The hash of the certificate's key, as openconnect wants it."""
    public = lab.run("openssl", "x509", "-in", pem, "-pubkey", "-noout").stdout
    der = base64.b64decode("".join(public.split("\n")[1:-2]))
    return "pin-sha256:" + base64.b64encode(hashlib.sha256(der).digest()).decode()


def ask(lab, port, source, **attributes):
    """One request of radclient's; what it printed."""
    words = ", ".join(f"{name.replace('_', '-')} = {value}" for name, value in attributes.items())
    line = f'User-Name = "alice", NAS-Identifier = "radclient", Packet-Src-IP-Address = {source}, {words}\n'
    return lab.run("radclient", "-x", "-r", "1", "-t", "5", f"127.0.0.1:{port}", "auth", WORDS, text=line, code=None).stdout


def by_challenge(lab, port=radius.AUTH_PORT, source="127.0.0.1", **more):
    """A login of radclient's in two rounds, as a function for logins()."""
    def attempt(password, code):
        first = ask(lab, port, source, User_Password=f'"{password}"', **more)
        lib.contains(first, "Received Access-Challenge", "the first round")
        lib.contains(first, "Prompt = No-Echo", "the first round")
        state = first.split("\tState = 0x")[1].split()[0]
        second = ask(lab, port, source, User_Password=f'"{code}"', State="0x" + state, **more)
        for word, verdict in (("Accept", True), ("Reject", False)):
            if f"Received Access-{word}" in second:
                return verdict
        raise AssertionError(f"the second round: {second!r}")
    return attempt


def test_radclient(lab):
    """radclient, which signs if it is told to: in two rounds by default, and in one field where its mode is such."""
    radius.need("radclient")
    person = up(lab, client(secret=SECRET), client("field", '"127.0.0.2"', SECRET, mode='"code-last"'))
    tap = Tap()
    logins(lab, person, by_challenge(lab, Message_Authenticator="0x00"), "vpn")
    tap.each_has(radius.MESSAGE_AUTHENTICATOR, True, "radclient with it")
    joined = {"User_Password": f'"{person.password}{person.code()}"', "Message_Authenticator": "0x00"}
    lib.contains(ask(lab, 1812, "127.0.0.2", **joined), "Received Access-Accept", "in one field")
    lib.contains(ask(lab, 1812, "127.0.0.2", **joined), "Received Access-Reject", "in one field, again")
    unsigned = ask(lab, 1812, "127.0.0.1", User_Password=f'"{person.password}"')
    if "Received" in unsigned:
        raise AssertionError(f"a request without Message-Authenticator was answered: {unsigned}")


def test_pam_radius(lab):
    """pam_radius under pamtester: sends no Message-Authenticator, so refused by default and let in by its exception."""
    radius.need("pamtester")
    if not glob.glob("/lib/*/security/pam_radius_auth.so"):
        raise lib.Skip("needs the package libpam-radius-auth")
    person = up(lab, client(secret=SECRET), client("old", '"127.0.0.2"', SECRET, profile='"pam_radius"', **EXCEPTION))
    conf = os.path.join(lab.logs, "pam_radius.conf")
    write("/etc/pam.d/viaradius", f"auth required pam_radius_auth.so conf={conf} retry=1\naccount required pam_permit.so\n", 0o644)

    def attempt(password, code, source="127.0.0.2"):
        write(conf, f"127.0.0.1:1812 {WORDS} 3 {source}\n")
        with lib.terminal(lab, "pamtester", ["viaradius", "alice", "authenticate"]) as child:
            child.expect("assword")
            child.sendline(password)
            if child.expect(["code", "pamtester: .*"]) == 0:
                child.sendline(code)
                child.expect("pamtester: .*")
            return "successfully authenticated" in child.after

    tap = Tap()
    lib.equal(attempt(person.password, "000000", "127.0.0.1"), False, "by default")
    tap.each_has(radius.MESSAGE_AUTHENTICATOR, False, "pam_radius")
    lib.contains(lab.radius.said(), 'message_authenticator = "optional"', "the log says the way out")
    logins(lab, person, attempt, "old")


OCSERV = """auth = "radius[config={folder}/radcli.conf,groupconfig=false]"
tcp-port = 4443
listen-host = 127.0.0.1
run-as-user = nobody
run-as-group = nogroup
socket-file = /run/ocserv.sock
server-cert = {pem}
server-key = {key}
isolate-workers = false
max-ban-score = 0
use-occtl = false
pid-file = /run/ocserv.pid
device = vpns
ipv4-network = 10.77.0.0/24
cisco-client-compat = true
"""
RADCLI = """authserver 127.0.0.1:1812
acctserver 127.0.0.1:1813
servers {folder}/servers
dictionary /etc/radcli/dictionary
radius_timeout 5
radius_retries 2
bindaddr *
"""


def test_ocserv(lab):
    """ocserv with openconnect: two prompts, the second with the text of the challenge."""
    radius.need("ocserv", "openconnect", "openssl")
    person = up(lab, client("ocserv", secret=SECRET, profile='"ocserv"', **ADVISED))
    key, pem = certificate(lab)
    write(f"{lab.logs}/servers", f"127.0.0.1 {WORDS}\n")
    write(f"{lab.logs}/radcli.conf", RADCLI.format(folder=lab.logs))
    conf = write(f"{lab.logs}/ocserv.conf", OCSERV.format(folder=lab.logs, key=key, pem=pem))
    said = background(lab, "ocserv", "ocserv", "-f", "-d", "2", "-c", conf)
    lib.wait_for("ocserv listens", lambda: said() and listens(4443))
    number = pin(lab, pem)

    def attempt(password, code):
        done = lab.run("openconnect", "--authenticate", "--non-inter", "--servercert", number, "-u", "alice", "--passwd-on-stdin",
                       "https://127.0.0.1:4443", text=f"{password}\n{code}\n", code=None, timeout=60)
        lib.contains(done.stdout + done.stderr, "One-time code", "the second prompt")
        lib.equal(done.returncode == 0, "COOKIE=" in done.stdout, "exit code and cookie")
        return done.returncode == 0

    tap = Tap()
    logins(lab, person, attempt, "ocserv")
    tap.each_has(radius.MESSAGE_AUTHENTICATOR, False, "ocserv's radcli")


def listens(port):
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


PROXIED = """home_server ours {{
	type = auth
	ipaddr = 127.0.0.1
	port = 1812
	secret = "{secret}"
	response_window = 10
	status_check = status-server
}}
home_server_pool ours {{
	type = fail-over
	home_server = ours
}}
realm DEFAULT {{
	auth_pool = ours
	nostrip
}}"""
PROXY = """	authorize {
		update control {
			&Proxy-To-Realm := DEFAULT
		}
	}
"""


def test_freeradius_proxy(lab):
    """FreeRADIUS as a proxy in front: signs what it forwards, adds its Proxy-State to the device's, and gets both back."""
    radius.need("freeradius", "radclient")
    person = up(lab, client("proxy", secret=SECRET))
    raddb.write(lab.logs, 18130, WORDS, PROXY, proxies="yes", beside=PROXIED.format(secret=WORDS))
    said = background(lab, "freeradius", "freeradius", "-d", lab.logs, "-f", "-l", "stdout")
    lib.wait_for("FreeRADIUS serves", lambda: "Ready to process requests" in said(), 30)
    tap = Tap()
    logins(lab, person, by_challenge(lab, 18130, Proxy_State="0x646576696365"), "proxy")
    tap.each_has(radius.PROXY_STATE, True, "the proxy")
    tap.each_has(radius.MESSAGE_AUTHENTICATOR, True, "the proxy")
    for packet in tap.packets:
        lib.equal((packet.count(attribute(radius.PROXY_STATE, "device")), packet.count(b"radclient")), (1, 1), "the device's own attributes")
    lib.contains(ask(lab, 18130, "127.0.0.1", User_Password='"x"', Proxy_State="0x646576696365"), "Proxy-State = 0x646576696365", "what comes back")


OPENVPN = """local 127.0.0.1
port 11940
proto udp
dev tun
topology subnet
ca {pem}
cert {pem}
key {key}
dh none
server 10.78.0.0 255.255.255.0
ifconfig-noexec
route-noexec
verify-client-cert none
username-as-common-name
duplicate-cn
plugin /usr/lib/openvpn/radiusplugin.so {folder}/plugin.conf
client-config-dir {folder}/ccd
status {folder}/status 5
tmp-dir {folder}
"""
# The plug-in's file wants tabs, and each brace on a line of its own.
PLUGIN = """NAS-Identifier=openvpn
Service-Type=5
Framed-Protocol=1
NAS-Port-Type=5
NAS-IP-Address=127.0.0.1
OpenVPNConfig={folder}/server.conf
subnet=255.255.255.0
overwriteccfiles=false
server
{{
\tacctport=1813
\tauthport=1812
\tname=127.0.0.1
\tretry=1
\twait=5
\tsharedsecret={secret}
}}
"""
OPENVPN_CLIENT = ["--client", "--dev", "tun", "--proto", "udp", "--remote", "127.0.0.1", "11940", "--nobind", "--ifconfig-noexec",
                  "--route-noexec", "--auth-user-pass", "--auth-retry", "none", "--auth-nocache", "--static-challenge", "One-time code", "1"]


def test_openvpn(lab):
    """OpenVPN with its RADIUS plug-in: the static challenge brings both at once, as SCRV1; its accounting is stored."""
    radius.need("openvpn", "openssl")
    if not os.path.exists("/usr/lib/openvpn/radiusplugin.so"):
        raise lib.Skip("needs the package openvpn-auth-radius")
    if not os.path.exists("/dev/net/tun"):
        raise lib.Skip("needs /dev/net/tun")
    person = up(lab, client("openvpn", secret=SECRET, profile='"openvpn"', **ADVISED))
    key, pem = certificate(lab)
    os.mkdir(f"{lab.logs}/ccd")
    write(f"{lab.logs}/plugin.conf", PLUGIN.format(folder=lab.logs, secret=WORDS))
    conf = write(f"{lab.logs}/server.conf", OPENVPN.format(folder=lab.logs, key=key, pem=pem))
    said = background(lab, "openvpn", "openvpn", "--config", conf)
    lib.wait_for("OpenVPN serves", lambda: "Initialization Sequence Completed" in said(), 20)

    def attempt(password, code):
        with lib.terminal(lab, "openvpn", [*OPENVPN_CLIENT, "--ca", pem], timeout=40) as child:
            for prompt, answer in (("Username:", "alice"), ("Password:", password), ("One-time code", code)):
                child.expect(prompt)
                child.sendline(answer)
            return child.expect(["AUTH_FAILED", "Initialization Sequence Completed"]) == 1

    tap = Tap()
    logins(lab, person, attempt, "openvpn")
    tap.each_has(radius.MESSAGE_AUTHENTICATOR, False, "OpenVPN's plug-in")
    lib.equal(len(lab.log("--user", "alice", event="session.open")), 2, "records of accounting")


if __name__ == "__main__":
    lib.main()
