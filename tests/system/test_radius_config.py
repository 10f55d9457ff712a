"""RADIUS in warifu.conf: what both programs say of it, and the commands that write and show clients."""

import json
import os
import pwd
import socket
import stat

import lib
import radius

ADDED = "/etc/warifu/conf.d/radius-vpn.conf"
SECRET = f"{radius.SECRETS}/vpn.secret"


def test_attributes_are_checked(lab):
    """warifu-radiusd --check knows the dictionaries, warifud does not read them; both name file and line."""
    cases = {
        'reply "r" { attributes = {"No-Such-Thing = 1"} }': "no attribute of the dictionary",
        'reply "r" { attributes = {"Session-Timeout = soon"} }': "Session-Timeout",
        'reply "r" { attributes = {"Framed-IP-Address = 192.0.2"} }': "IPv4",
        radius.client("v", send_groups="yes", group_attribute='"No-Such-Thing = %group"'): "No-Such-Thing",
    }
    radius.make_user()
    for text, words in cases.items():
        lab.configure(text)
        lab.run(lib.DAEMON, "--check")
        said = lab.run(radius.SERVER, "--check", code=1).stderr
        lib.contains(said, words, text)
        lib.contains(said, f"{lib.CONFIG}:", text)
    for profile in ("fortigate", "pan-os", "cisco-asa", "ocserv", "strongswan"):
        lab.configure(radius.client(profile=f'"{profile}"', send_groups="true"))
        lab.run(lib.DAEMON, "--check")
        lab.run(radius.SERVER, "--check")


def doctor(lab, name):
    """Level and text of one row."""
    rows = json.loads(lab.run(lib.CLI, "doctor", "--json", code=None).stdout)
    row = next(row for row in rows if row["name"] == name)
    return row["level"], row["text"]


def test_client_is_added(lab):
    """From the command to a server that serves it; what would not load is not written."""
    radius.make_user()
    lab.up("")
    lib.equal(lab.ask("radius", "client", "list"), [], "clients before")
    made = lab.ask("radius", "client", "add", "vpn", "--network", "127.0.0.1,::1", "--profile", "fortigate")
    lib.equal(made["path"], ADDED, "the file")
    info = os.stat(SECRET)
    lib.equal((info.st_uid, stat.S_IMODE(info.st_mode)), (pwd.getpwnam("warifu-radius").pw_uid, 0o400), "the secret's file")
    with open(SECRET, encoding="ascii") as stream:
        lib.equal(stream.read(), made["secret"] + "\n", "the secret")
    lab.cli("reload")
    row = lab.ask("radius", "client", "list")[0]
    lib.equal((row["client"], row["sources"], row["secret"], row["message-authenticator"]),
              ("vpn", "127.0.0.1 ::1", "ok", "required"), "the client")
    origins = {row["option"]: row["origin"] for row in lab.ask("radius", "client", "show", "vpn")}
    lib.equal((origins["timeout"], origins["network"], origins["rate"]), ("profile fortigate", f"{ADDED}:3", "built in"), "origins")
    lib.contains(lab.run(lib.CLI, "radius", "client", "add", "twin", "--network", "::1", code=1).stderr,
                 "overlaps with ::1 of client 'vpn'", "a twin")
    lib.equal(sorted(os.listdir("/etc/warifu/conf.d")), ["radius-vpn.conf"], "files")
    lib.equal(os.listdir(radius.SECRETS), ["vpn.secret"], "secrets")
    lab.run(radius.SERVER, "--check")
    radius.Server(lab).start().stop()


def test_doctor_looks_at_secrets(lab):
    """Open, short and old secrets, and a client that need send no Message-Authenticator."""
    lab.up(radius.client(secret=b"long enough to be a secret", message_authenticator='"optional"'))
    lib.equal(doctor(lab, "RADIUS secrets")[0], "ok", "a good one")
    lib.equal(doctor(lab, "RADIUS clients")[0], "warn", "a client without Message-Authenticator")
    os.chmod(SECRET, 0o440)
    lib.equal(doctor(lab, "RADIUS secrets")[0], "bad", "an open one")
    lab.cli("radius", "secret", "vpn", "--replace")
    lib.equal(doctor(lab, "RADIUS secrets")[0], "ok", "a new one")
    os.utime(SECRET, (0, 0))
    level, text = doctor(lab, "RADIUS secrets")
    lib.equal(level, "warn", "an old one")
    lib.contains(text, SECRET, "which")
    lib.contains(lab.run(lib.DAEMON, "--check").stderr, "has not been changed for a year", "--check")


def test_doctor_looks_at_the_server(lab):
    """Not running, its port held by somebody else, running: each with what to do."""
    lab.up("")
    lib.equal("RADIUS server" in [row["name"] for row in json.loads(lab.run(lib.CLI, "doctor", "--json", code=None).stdout)], False,
              "a row without clients")
    lab.configure(radius.client(secret=b"long enough to be a secret"))
    lab.cli("reload")
    lib.equal(doctor(lab, "RADIUS server"), ("bad", "does not run; start it (systemctl start warifu-radiusd)"), "no server")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 1812))
        level, text = doctor(lab, "RADIUS server")
        lib.equal(level, "bad", "another program at its port")
        lib.contains(text, f"python3 (process {os.getpid()} of user root) holds 0.0.0.0:1812", "which")
    server = radius.Server(lab).start().connected()
    lib.equal(doctor(lab, "RADIUS server"), ("ok", "is connected to the daemon"), "a server")
    server.stop()


def test_starts_that_are_refused(lab):
    """An address that somebody else has, a user that is not there: said, and the server ends."""
    radius.Server(lab)  # for its user and its folders
    lab.configure(radius.client())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 1812))
        lib.contains(lab.run(radius.SERVER, "--foreground", code=1).stderr, "cannot listen at 0.0.0.0:1812: Address already in use",
                     "an address that is taken")
    lab.configure('radius {\n\tuser = "no-such-user"\n}\n', radius.client())
    lib.contains(lab.run(radius.SERVER, "--foreground", code=1).stderr, "'no-such-user' (option radius.user) does not exist",
                 "a user who is not there")


if __name__ == "__main__":
    lib.main()
