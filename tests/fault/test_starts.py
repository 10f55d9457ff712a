"""The starts of the programs beside the daemon with each fallible call failing in turn: warifu-radiusd, warifu-egress, and
a daemon that serves as a relay.

What fails ends with an exit code other than 0 and a sentence; what serves all the same ends in order when it is told to.
"""

import fault
import lib
import radius
import radsec
import relays
import rounds
import upstream
from test_life import ended


class Beginner(lib.Program):
    """A program that the loop alone starts, again and again."""

    def __init__(self, lab, name, *command):
        super().__init__(lab, name, 20)
        self.command = command
        self.page = fault.Page("/run/fault-page-start")

    def begin(self):
        """Without waiting for it."""
        self.run(*self.command)

    def start(self):
        """After a problem nothing has to be there."""
        self.process = None


def walk(program, serves):
    """All starts; `serves` is what it says when it is ready."""

    def start():
        mark = program.mark()
        program.begin()
        outcome = ended(program, program.process, mark, serves=serves)
        if outcome == "ended":
            program.process = None
        return outcome

    def check(outcome):
        if outcome == "ended":
            return
        program.process.terminate()
        code = program.process.wait(20)
        program.process = None
        if code < 0:
            raise rounds.Broken(f"its stop: {code}: {program.said()[-300:]}")
    rounds.Loop(program.lab, start, check, program="start", clean="serves", subject=program,
                binary=program.command[0]).walk()


def test_radiusd(lab):
    """With listeners of UDP and TLS, a client, a dictionary's attribute, and what it has learned."""
    radius.Server(lab)  # for its user and its folders
    radsec.Authority(lab).make("server")
    lab.configure(radsec.section(), radsec.gateway(), radius.client("vpn", message_authenticator='"auto"'))
    walk(Beginner(lab, "radiusd", radius.SERVER, "--foreground"), " serves at")


def test_egress(lab):
    """With a server to be asked."""
    upstream.Egress(lab)  # for its user and its folder
    lab.configure('user = "warifu"', upstream.section())
    walk(Beginner(lab, "egress", upstream.EGRESS, "--foreground"), " for the daemon; sections ")


def test_relay(lab):
    """A host without accounts, whose centre is not there."""
    authority = relays.Authority(lab)
    relays.Relay(lab, authority.make("host", "web1.test"))  # for its configuration
    walk(Beginner(lab, "host", lib.DAEMON, "--foreground", "--config", relays.CONFIG), " serves ")


def test_relay_by_radius(lab):
    """One whose centre is asked over RADIUS by warifu-egress."""
    relays.Relay(lab, "")
    with open(relays.CONFIG, "w", encoding="utf-8") as stream:
        stream.write(f'node = "host1"\nrun_dir = "{relays.RUN}"\nstate_dir = "{relays.STATE}"\n'
                     'relay {\n\tupstream = "centre"\n}\nupstream "centre" {\n\tservers = {"127.0.0.1:1812"}\n'
                     '\tsecret_file = "/etc/warifu/centre.secret"\n}\n')
    walk(Beginner(lab, "host", lib.DAEMON, "--foreground", "--config", relays.CONFIG), " serves ")


if __name__ == "__main__":
    lib.main()
