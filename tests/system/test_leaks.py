"""The list of leaked passwords in the caged daemon: at setting, at a login, exchanged under it, and lists that are none."""

import hashlib
import os

import hosts
import lib
import pam

FOLDER = "/srv/leaks"
LIST = f"{FOLDER}/list.txt"
OPTION = f'password {{ leak_list = "{LIST}" }}'
LEAKED = "plum trees that everybody has seen"


def write(*passwords, turned=False):
    """A new file in the place of the old one, as a download would put it there; turned: in the wrong order."""
    os.makedirs(FOLDER, exist_ok=True)
    lines = sorted(f"{hashlib.sha1(password.encode()).hexdigest().upper()}:3\r\n" for password in passwords)
    with open(LIST + ".new", "w", encoding="ascii", newline="") as stream:
        stream.writelines(reversed(lines) if turned else lines)
    os.chmod(LIST + ".new", 0o644)
    os.rename(LIST + ".new", LIST)


def log_in(person):
    """Authentication and account phase: the last code."""
    return pam.run("plain", person.name, [person.password, person.code()], ("authenticate", "acct_mgmt"))["code"]


def test_leaked(lab):
    """Refused when it is set, and changed at the login that finds it."""
    write(LEAKED, "another one")
    lab.up(OPTION, lib.NO_BACKOFF)
    hosts.write_service("plain", "auth required pam_warifu.so", "account required pam_warifu.so")
    refused = lab.run(lib.CLI, "user", "add", "bob", "--stdin", text=LEAKED + "\n", code=None)
    lib.contains(refused.stdout + refused.stderr, "leaked passwords", "the refusal")
    carol = lab.person("carol")
    lib.equal(log_in(carol), pam.SUCCESS, "a password that is in no list")
    write(LEAKED, "another one", carol.password)
    lib.equal(log_in(carol), pam.SUCCESS, "the list that is open stays the one of before")
    lab.cli("reload")
    lib.equal(log_in(carol), pam.NEW_AUTHTOK_REQD, "a leaked password")
    lib.contains(lab.ask("user", "show", "carol")["change-rule"], "password.change_on (leak) (own)", "the rule of the change")
    lab.verify()


def test_no_list(lab):
    """What is no list is refused with its sentence, at a start, a reload and by the CLI; cut under the daemon it stops nobody."""
    write(LEAKED, "another one")
    lab.up(OPTION, lib.NO_BACKOFF)
    hosts.write_service("plain", "auth required pam_warifu.so", "account required pam_warifu.so")
    dave = lab.person("dave")
    os.truncate(LIST, 10)
    lib.equal(log_in(dave), pam.SUCCESS, "a login while the list is cut")
    write(LEAKED, "another one", "a third", turned=True)
    for command in ((lib.CLI, "reload"), (lib.DAEMON, "--check"), (lib.CLI, "leaks", "check", LIST)):
        refused = lab.run(*command, code=None)
        if refused.returncode == 0:
            raise AssertionError(f"{command} took a list that is not in order")
        lib.contains(refused.stdout + refused.stderr, "does not come after", " ".join(command))
    lib.equal(log_in(dave), pam.SUCCESS, "the configuration of before")
    write(LEAKED, "another one")
    lib.contains(lab.cli("leaks", "check", LIST), f"{LIST}: in order; lines: 2.", "a good one")
    os.unlink(LIST)
    lib.contains(lab.run(lib.CLI, "leaks", "check", LIST, code=1).stderr, f"{LIST}: ", "one that is gone")


if __name__ == "__main__":
    lib.main()
