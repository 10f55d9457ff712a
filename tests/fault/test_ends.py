"""The other ends: the command and the PAM module with each of their own fallible calls failing in turn.
The daemon itself has none."""

import os

import hosts
import lib
import pam
import rounds
import wire
from test_acts import in_force, say_all, told
from test_logins import expect

def ends(lab, act, check, clean="code 0"):
    """A loop in which the daemon does not look at the page."""
    rounds.Loop(lab, act, check, None, None, program="end", clean=clean, binary=lib.CLI).walk()
    rounds.sound(lab)


def apart(lab):
    """The daemon without the page, what is called with it."""
    page = rounds.up(lab)
    lab.stop()
    environment, page.environment = page.environment, dict(os.environ)
    lab.start()
    return environment


def command(lab, environment, *arguments, text=None):
    """One command with its faults: (exit code, output, error)."""
    done = lab.run(lib.CLI, *arguments, text=text, code=None, timeout=60, env=environment)
    return done.returncode, done.stdout, done.stderr


def test_list(lab):
    """`warifu user list`: whole, or an error."""
    environment = apart(lab)
    lab.people(3, token=None)
    whole = lab.cli("user", "list")

    def check(outcome):
        told(outcome)
        if outcome[0] == 0:
            lib.equal(outcome[1], whole, "the list")
    ends(lab, lambda: command(lab, environment, "user", "list"), check)
    say_all(lab)


def test_json(lab):
    """The same in JSON."""
    environment = apart(lab)
    lab.people(3, token=None)
    whole = lab.cli("user", "list", "--json")

    def check(outcome):
        told(outcome)
        if outcome[0] == 0:
            lib.equal(outcome[1], whole, "the list")
    ends(lab, lambda: command(lab, environment, "user", "list", "--json"), check)
    say_all(lab)


def test_password(lab):
    """`warifu user passwd --stdin`: the password of the input or none."""
    environment = apart(lab)
    alice = lab.person("alice")
    state = {"number": 0}

    def act():
        state["number"] += 1
        state["new"] = f"the {state['number']}th of many plum trees"
        return command(lab, environment, "user", "passwd", "alice", "--stdin", text=state["new"] + "\n")

    def check(outcome):
        told(outcome)
        in_force(lab, alice, [state["new"]] + [alice.password] * (outcome[0] != 0))
    ends(lab, act, check)
    say_all(lab)


def service():
    """A PAM service with the module alone."""
    hosts.write_service("faults", "auth required pam_warifu.so timeout=5", "account required pam_warifu.so timeout=5")


def module(lab, environment, person, answers):
    """authenticate and acct_mgmt with faults in the module; PAM's code of the last step."""
    os.environ["WARIFU_FAULT_PAGE"] = environment["WARIFU_FAULT_PAGE"]
    try:
        result = pam.run("faults", person.name, answers, ("authenticate", "acct_mgmt"))
    finally:
        del os.environ["WARIFU_FAULT_PAGE"]
    return result["codes"]


def test_module_right(lab):
    """The right answers: success, or PAM_AUTHINFO_UNAVAIL."""
    environment = apart(lab)
    service()
    alice = lab.person("alice", unix=True)

    def check(codes):
        for code in codes:
            expect(code, {pam.SUCCESS, pam.AUTHINFO_UNAVAIL}, f"PAM codes {codes}")

    def well():
        lib.equal(rounds.attempt(alice, alice.code()), wire.ACCEPT, "afterwards")
    loop = rounds.Loop(lab, lambda: tuple(module(lab, environment, alice, [alice.password, alice.code()])),
                       lambda codes: None, None, well, program="end")
    loop.check = check
    loop.walk()
    rounds.sound(lab)


def test_module_wrong(lab):
    """A wrong code: never success."""
    environment = apart(lab)
    service()
    alice = lab.person("alice", unix=True)
    wrong = alice.wrong()

    def check(codes):
        if codes[0] == pam.SUCCESS:
            raise rounds.Broken(f"a wrong code opens: {codes}")
    ends(lab, lambda: tuple(module(lab, environment, alice, [alice.password, wrong])), check,
         clean=f"code {pam.AUTH_ERR}")


if __name__ == "__main__":
    lib.main()
