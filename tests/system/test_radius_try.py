"""warifu radius test: a login through the running server, each step told; silence with its causes; and what an
operator needs for it."""

import json

import lib
import radius
from radius import Server, client

REPLY = 'reply "staff" { attributes = {"Filter-Id = staff", "Session-Timeout = 3600", "Cisco-AVPair = \\"shell:priv-lvl=15\\""} }\n'


def up(lab, *parts):
    """Daemon, server, alice."""
    radius.make_user()
    lab.up(*(parts or (client(),)), lib.NO_BACKOFF)
    person = lab.person("alice")
    return Server(lab).start().connected(), person


def probe(lab, person, *options, code=0, answers=None):
    """The command's output, and what it said of errors."""
    text = "\n".join(answers or (person.password, person.code())) + "\n"
    return lab.run(lib.CLI, "radius", "test", person.name, "--stdin", *options, text=text, code=code)


def test_challenge_and_accept(lab):
    """What a person sees: two rounds, checked replies, attributes by their names; and the same as JSON."""
    _, person = up(lab, client(reply='{"staff"}'), REPLY)
    lines = probe(lab, person).stdout.splitlines()
    for words in ("--> Access-Request  127.0.0.1:1812", "vpn: mode challenge, secret_file /etc/warifu/radius/vpn.secret", "<-- Access-Challenge  ", "    Reply-Message = One-time code:",
                  "    Response Authenticator: right", "    Message-Authenticator: right", "<-- Access-Accept  ",
                  "    Filter-Id = staff", "    Session-Timeout = 3600", "    Cisco-AVPair = shell:priv-lvl=15", "alice gets in."):
        if not [line for line in lines if line.startswith(words)]:
            raise AssertionError(f"no line {words!r} in {lines}")
    lib.equal(lab.evaluated("alice")[-1]["machine"], "warifu-radius-test", "the row's machine")
    steps = lab.ask("radius", "test", "alice", "--stdin", text=f"{person.password}\n{person.code()}\n")
    lib.equal([step["name"] for step in steps if step["event"] in ("sent", "received", "result")],
              ["Access-Request", "Access-Challenge", "Access-Request", "Access-Accept", "accept"], "the steps")
    lab.verify()


def test_refused(lab):
    """A wrong code: exit code 1, and the way to the reason."""
    _, person = up(lab)
    said = probe(lab, person, code=1, answers=(person.password, person.wrong())).stdout
    lib.contains(said, "<-- Access-Reject", "the packet")
    lib.contains(said, "alice is refused; 'warifu why alice' says why.", "the result")
    lib.equal(lab.failures("alice"), 1, "failures")


def test_each_mode(lab):
    """Password and code are joined as the client's mode wants them."""
    modes = ("code-last", "code-first", "separator", "code", "scrv1")
    sections = [client(f"c{number}", f'"127.0.0.{number}"', mode=f'"{mode}"', **({"separator": '","'} if mode == "separator" else {}))
                for number, mode in enumerate(modes, 2)]
    _, person = up(lab, *sections)
    for number, mode in enumerate(modes, 2):
        answers = (person.code(),) if mode == "code" else (person.password, person.code())
        said = probe(lab, person, "--client", f"c{number}", answers=answers).stdout
        lib.contains(said, "alice gets in.", mode)


def causes(lab, person, *options):
    """Their names, of a test that has no answer."""
    done = probe(lab, person, "--json", *options, code=3)
    return [step["name"] for step in json.loads(done.stdout) if step["event"] == "cause"]


def test_silence_has_causes(lab):
    """Not running; a secret that the server has not read; an address that it does not know."""
    server, person = up(lab, client(timeout=1), client("new", '"127.0.0.7"', timeout=1))
    path = f"{radius.SECRETS}/vpn.secret"
    with open(path, "rb") as stream:
        old = stream.read()
    with open(path, "wb") as stream:
        stream.write(b"another secret than before\n")
    lib.equal(causes(lab, person), ["secret"], "another secret")
    with open(path, "wb") as stream:
        stream.write(old)
    lab.configure(client(timeout=1), client("late", '"127.0.0.8"', timeout=1), lib.NO_BACKOFF)
    lab.cli("reload")
    lib.equal(causes(lab, person, "--client", "late"), ["unknown-client"], "a client that the server has not read")
    lib.equal(causes(lab, person, "--server", "127.0.0.1:1999"), ["not-running"], "a wrong port")
    server.stop()
    lib.equal(causes(lab, person), ["not-running"], "no server")


def test_what_it_needs(lab):
    """A client with a loopback address, else the section to write; root for the secret; a daemon."""
    _, person = up(lab, client("vpn", '"192.0.2.1"'))
    said = probe(lab, person, code=1).stderr
    lib.contains(said, "No RADIUS client has an address of this machine's own", "no client")
    lib.contains(said, 'client "local" {', "the section")
    lib.contains(probe(lab, person, "--client", "nobody", code=1).stderr, "There is no RADIUS client 'nobody'", "an unknown one")
    lib.contains(probe(lab, person, "--client", "vpn", code=1).stderr, "has no address of this machine's own", "one elsewhere")
    lab.run(lib.CLI, "radius", "client", "add", "local", "--network", "127.0.0.1")
    lab.cli("reload")
    lab.radius.reload()
    lib.contains(probe(lab, person).stdout, "alice gets in.", "with what was advised")
    lab.unix_user("viewer")
    lab.run("groupadd", "-f", "warifu-viewer")
    lab.run("usermod", "-a", "-G", "warifu-viewer", "viewer")
    lab.cli("reload")
    denied = lab.run("setpriv", "--reuid", "viewer", "--regid", "viewer", "--init-groups", lib.CLI, "radius", "test", "alice", "--stdin",
                     text="x\n", code=4).stderr
    lib.contains(denied, "for root alone", "somebody who may not read the secret")
    lab.stop()
    probe(lab, person, code=3)


if __name__ == "__main__":
    lib.main()
