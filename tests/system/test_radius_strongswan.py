"""A real strongSwan as a client of warifu-radiusd, by our ready profile: its XAuth (IKEv1) asks with password and code in one
field; what it carries by EAP (IKEv2) is refused with a line that says so. Both ends are real, charon and charon; of a tunnel
nothing is made, because kernels of test machines lack ESP.
"""

import os

import lib
import radius
from radius import client
from test_radius_clients import Tap, WORDS, SECRET, background, logins, up, write

GATEWAY, TRAVELLER = "10.9.0.1", "10.9.0.2"
CHARON = "/usr/lib/ipsec/charon"
PLUGINS = ("aes sha1 sha2 md5 gmp random nonce pem x509 pubkey pkcs1 pkcs8 constraints hmac kdf kernel-netlink "
           "socket-default vici eap-identity eap-gtc xauth-generic")
# More than radius: the address without its port, and the groups of a login from its Class.
EAP_RADIUS = f"""eap-radius {{
		class_group = yes
		station_id_with_port = no
		servers {{
			warifu {{
				address = 127.0.0.1
				auth_port = {radius.AUTH_PORT}
				secret = {WORDS}
			}}
		}}
	}}"""
STRONGSWAN = """charon {{
	load = {load}
	port = {port}
	port_nat_t = {nat}
	filelog {{
		log {{
			path = {log}
			flush_line = yes
			default = 1
		}}
	}}
	plugins {{
		vici {{
			socket = unix://{vici}
		}}
		{more}
	}}
}}
"""
SERVED = """connections {{
	ike1 {{
		version = 1
		local_addrs = {gateway}
		local {{
			auth = psk
			id = gateway
		}}
		remote {{
			auth = psk
		}}
		remote-xauth {{
			auth = xauth-radius
			groups = {groups}
		}}
	}}
	ike2 {{
		version = 2
		local_addrs = {gateway}
		local {{
			auth = pubkey
			certs = {pem}
			id = vpn.test
		}}
		remote {{
			auth = eap-radius
			eap_id = %any
		}}
	}}
}}
secrets {{
	ike-1 {{
		secret = between both
	}}
}}
"""
TRAVELS = """connections {{
	ike1 {{
		version = 1
		local_addrs = {traveller}
		remote_addrs = {gateway}
		remote_port = 500
		local {{
			auth = psk
		}}
		local-xauth {{
			auth = xauth
			xauth_id = alice
		}}
		remote {{
			auth = psk
			id = gateway
		}}
	}}
	ike2 {{
		version = 2
		local_addrs = {traveller}
		remote_addrs = {gateway}
		remote_port = 500
		local {{
			auth = eap
			eap_id = alice
			id = alice
		}}
		remote {{
			auth = pubkey
			id = vpn.test
			certs = {pem}
		}}
	}}
}}
secrets {{
	ike-1 {{
		secret = between both
	}}
	xauth-alice {{
		id = alice
		secret = "{answer}"
	}}
	eap-alice {{
		id = alice
		secret = "{answer}"
	}}
}}
"""


class Charon:
    """One end."""

    def __init__(self, lab, name, ports, more=""):
        self.lab = lab
        self.folder = os.path.join(lab.logs, name)
        for part in ("", "private", "x509"):
            os.makedirs(os.path.join(self.folder, part), exist_ok=True)
        self.vici, self.log = f"{self.folder}/vici", f"{self.folder}/charon.log"
        self.conf = write(f"{self.folder}/strongswan.conf",
                          STRONGSWAN.format(load=PLUGINS + (" eap-radius" if more else ""), port=ports[0], nat=ports[1], vici=self.vici, log=self.log,
                                            more=more))
        # Each with a /run of its own: there is only one place for its file with the process's number.
        background(lab, name, "unshare", "--mount", "sh", "-c",
                               f"mount -t tmpfs none /run && STRONGSWAN_CONF={self.conf} exec {CHARON}")
        lib.wait_for(f"{name} serves", lambda: os.path.exists(self.vici), 20)

    def said(self):
        """What is in its log."""
        with open(self.log, encoding="utf-8", errors="replace") as stream:
            return stream.read()

    def swanctl(self, *words, code=0):
        """What it says."""
        return self.lab.run("env", f"STRONGSWAN_CONF={self.conf}", "swanctl", *words, "--uri", f"unix://{self.vici}",
                            code=code, timeout=60)

    def load(self, text):
        """Connections and secrets, in the place of those before."""
        path = write(f"{self.folder}/swanctl.conf", text)
        self.swanctl("--load-all", "--clear", "--noprompt", "--file", path)


def ends(lab, groups="staff"):
    """Both; gives the gateway's, and how the traveller tries to get in."""
    radius.need(CHARON, "swanctl", "openssl", "ip")
    lab.run("ip", "link", "add", "vpn0", "type", "veth", "peer", "name", "vpn1")
    for address in (GATEWAY, TRAVELLER):
        lab.run("ip", "addr", "add", f"{address}/24", "dev", "vpn0")
    for name in ("vpn0", "vpn1"):
        lab.run("ip", "link", "set", name, "up")
    lab.closers.append(lambda: lab.run("ip", "link", "del", "vpn0"))
    gateway = Charon(lab, "gateway", (500, 4500), EAP_RADIUS)
    pem = f"{gateway.folder}/x509/gateway.pem"
    lab.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=vpn.test", "-addext",
            "subjectAltName=DNS:vpn.test", "-keyout", f"{gateway.folder}/private/gateway.key", "-out", pem)
    gateway.load(SERVED.format(gateway=GATEWAY, pem=pem, groups=groups))
    traveller = Charon(lab, "traveller", (5500, 5501))

    def attempt(answer, connection="ike1"):
        traveller.load(TRAVELS.format(gateway=GATEWAY, traveller=TRAVELLER, pem=pem, answer=answer))
        done = traveller.swanctl("--initiate", "--ike", connection, "--timeout", "15", code=None)
        traveller.swanctl("--terminate", "--ike", connection, "--force", code=None)
        return done.returncode == 0

    return gateway, attempt


def test_xauth(lab):
    """Password and code in one field, signed; the traveller's address as the source, where the section trusts it; a group in
    Class, which the gateway asks for."""
    person = up(lab, client("ike", secret=SECRET, profile='"strongswan"', send_groups="yes", trust_calling_station="yes"))
    lab.cli("user", "set", "alice", "--groups", "staff")
    gateway, attempt = ends(lab)
    tap = Tap()
    logins(lab, person, lambda password, code: attempt(f"{password}{code}"), "ike")
    tap.each_has(radius.MESSAGE_AUTHENTICATOR, True, "strongSwan")
    lib.equal({row["source"] for row in lab.evaluated("alice")}, {TRAVELLER}, "the source")
    lab.cli("user", "set", "alice", "--groups", "guests")
    lib.equal(attempt(f"{person.password}{person.code()}"), False, "a login of another group")
    lib.equal(lab.evaluated("alice")[-1]["result"], "success", "as far as the daemon knows")
    lib.contains(gateway.said(), "group membership to 'staff' required", "what the gateway says")


def test_a_challenge_is_a_refusal(lab):
    """Why the profile presets one field: strongSwan has no further question for the traveller, and does not let him in."""
    person = up(lab, client("ike", secret=SECRET, profile='"strongswan"', mode='"challenge"'))
    gateway, attempt = ends(lab)
    lib.equal(attempt(person.password), False, "with the password")
    lib.equal(lab.radius.counters("ike").get("challenges"), 1, f"counters: {lab.radius.counters('ike')}")
    lib.contains(gateway.said(), "XAuth authentication of 'alice' failed", "what the gateway says")


def test_eap_is_refused(lab):
    """IKEv2 with EAP: an Access-Reject at once, not silence, and a line for the operator."""
    person = up(lab, client("ike", secret=SECRET, profile='"strongswan"'))
    gateway, attempt = ends(lab)
    lib.equal(attempt(f"{person.password}{person.code()}", "ike2"), False, "by EAP")
    lib.contains(gateway.said(), "RADIUS authentication of 'alice' failed", "the gateway was answered")
    lib.contains(lab.radius.said(), "method-eap: EAP is not supported: set the device to PAP", "the line")
    lib.equal(lab.radius.counters("ike").get("rejects", 0) >= 1, True, f"counters: {lab.radius.counters('ike')}")
    lib.equal(lab.evaluated("alice"), [], "nothing was evaluated")


if __name__ == "__main__":
    lib.main()
