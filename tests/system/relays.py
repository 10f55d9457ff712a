"""Hosts without accounts: their certificates, and a second daemon that serves one as a relay of the first."""

import os
import shutil

import lib
import wire

CENTRE = "auth.test"
PORT = 7443
RUN, STATE = "/run/warifu-relay", "/var/lib/warifu-relay"
CONFIG = "/etc/warifu-relay/warifu.conf"
SOCKET, CONTROL = RUN + "/pam.sock", RUN + "/control.sock"
BREAKGLASS = "/etc/warifu-relay/breakglass"
MAKER = "/usr/share/warifu/relay-certificates"


class Authority:
    """A CA in a folder of its own."""

    def __init__(self, lab, name="ca"):
        self.lab = lab
        self.folder = os.path.join("/etc", "relay-" + name)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.run("ca")
        os.chmod(self.folder, 0o755)

    def run(self, *what, days=None):
        """The script that people use."""
        environment = dict(os.environ, DAYS=str(days)) if days is not None else None
        self.lab.run(MAKER, self.folder, *what, env=environment)

    def make(self, kind, *names, days=None):
        """A certificate whose key the daemons may read; gives the lines of a section for it."""
        self.run(kind, *names, days=days)
        path = os.path.join(self.folder, names[0])
        shutil.chown(path + ".key", "root", "warifu")
        os.chmod(path + ".key", 0o640)
        return self.lines(names[0])

    def lines(self, name, authority=None):
        """The lines of a section with this certificate, and the CA of the other side."""
        path = os.path.join(self.folder, name)
        other = os.path.join((authority or self).folder, "ca.pem")
        return f'\tcertificate = "{path}.pem"\n\tkey = "{path}.key"\n\tca = "{other}"\n'


def centre(lab, authority, *hosts, names=(CENTRE, "127.0.0.1")):
    """The section of the daemon that owns the accounts."""
    lines = authority.make("centre", *names)
    allowed = ", ".join(f'"{name}"' for name in hosts)
    return f'relays {{\n\tlisten = {{"127.0.0.1:{PORT}"}}\n{lines}\tallow = {{{allowed}}}\n}}\n'


class Relay(lib.Program):
    """The second daemon."""

    def __init__(self, lab, lines, server=f"127.0.0.1:{PORT}"):
        super().__init__(lab, "relay", 15)
        for folder in (RUN, STATE, os.path.dirname(CONFIG)):
            shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.dirname(CONFIG))
        self.configure(lines, server)

    @staticmethod
    def configure(lines, server=f"127.0.0.1:{PORT}"):
        """Its configuration: paths, and where its centre is."""
        with open(CONFIG, "w", encoding="utf-8") as stream:
            stream.write(f'node = "not-web1"\nrun_dir = "{RUN}"\nstate_dir = "{STATE}"\n'
                         f'breakglass_file = "{BREAKGLASS}"\n'
                         f'relay {{\n\tserver = "{server}"\n{lines}}}\n')

    def start(self, connected=True):
        """Starts it and waits until it serves, and has its centre."""
        mark = self.mark()
        self.run(lib.DAEMON, "--foreground", "--config", CONFIG)
        lib.wait_for("the relay serves", lambda: " serves " in self.said(mark) or self.process.poll() is not None)
        lib.equal(self.process.poll(), None, "exit code of the relay")
        if connected:
            self.wait("is there", mark)
        return self

    def wait(self, words, mark=0, seconds=15):
        """Until it has said so."""
        lib.wait_for(f"the relay says {words!r}", lambda: words in self.said(mark), seconds)

    def cli(self, *arguments, **options):
        """warifu ARGUMENTS, asked of the relay."""
        return self.lab.run(lib.CLI, "--socket", CONTROL, *arguments, **options)


def login(person, password=None, code=None, **options):
    """One login through the relay; gives its verdict."""
    with wire.Login(person.name, path=SOCKET, **options) as attempt:
        return attempt.run(person.password if password is None else password, person.code() if code is None else code)


def use(service):
    """A PAM service that has the stanza asks the relay from now on."""
    path = f"/etc/pam.d/{service}"
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    if f"socket={SOCKET}" not in text:
        text = text.replace("pam_warifu.so", f"pam_warifu.so socket={SOCKET}")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)
