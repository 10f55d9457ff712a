"""In the virtual machine: starts the daemon and logs in without end. What was sent and told goes at once over the
serial port to the host, a line of JSON each; the write returns when the host has it."""

import glob
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))
import fault  # pylint: disable=wrong-import-position
import oath  # pylint: disable=wrong-import-position
import wire  # pylint: disable=wrong-import-position

PORTS = "/dev/vport*p*"  # there is one
DATABASE = "/var/lib/warifu/warifu.db"
GUESS_EVERY = 0.2  # seconds: in all cuts together the thresholds are not reached


class Port:
    """The way out of the machine."""

    def __init__(self):
        deadline = time.monotonic() + 30
        while not glob.glob(PORTS) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.descriptor = os.open(glob.glob(PORTS)[0], os.O_WRONLY)
        self.lock = threading.Lock()

    def write(self, *words):
        """One line, whole."""
        line = (json.dumps(words) + "\n").encode()
        with self.lock:
            while line:
                line = line[os.write(self.descriptor, line):]


def daemon(lossy):
    """Starts it, and waits until it answers."""
    environment = None
    if lossy:
        page = fault.Page()
        page.set("sync_lies", 1)
        environment = page.environment
    os.makedirs("/run/warifu", exist_ok=True)
    process = subprocess.Popen(["/usr/sbin/warifud", "--foreground"], env=environment)  # pylint: disable=consider-using-with
    while process.poll() is None:
        try:
            wire.Client().socket.close()
            return
        except wire.Gone:
            time.sleep(0.05)
    sys.exit("the daemon has ended")


def counter_of(name):
    """Where the token stands after what happened before."""
    database = sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True, timeout=30)
    found = database.execute("SELECT counter FROM credential AS c JOIN account AS a ON a.id = c.account_id "
                             "WHERE a.name = ? AND c.factor = 3 AND c.state = 1", (name,)).fetchone()[0]
    database.close()
    return found


def attempt(port, person, number, code):
    """A login by code; what is told leaves the machine."""
    with wire.Login(person["name"], service="codes") as login:
        if login.begin() is None:
            port.write("sent", person["name"], number, login.txn.hex())
            login.answer("", code)
            port.write("told", person["name"], number, login.txn.hex(), login.verdict)


def honest(port, person):
    """One code after the other."""
    number = counter_of(person["name"])
    while True:
        attempt(port, person, number, oath.otp(person["secret"], number))
        number += 1


def guesser(port, person):
    """Wrong codes."""
    while True:
        attempt(port, person, -1, person["wrong"])
        time.sleep(GUESS_EVERY)


def main():
    """Until the power goes."""
    port = Port()
    with open(sys.argv[1], encoding="utf-8") as stream:
        people = json.load(stream)
    daemon("--lossy" in sys.argv)
    for person in people:
        work = guesser if person["wrong"] else honest
        threading.Thread(target=work, args=(port, person)).start()


main()
