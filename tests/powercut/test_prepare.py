"""The store of the virtual machine: people with tokens, made by a daemon on the host."""

import json
import os
import shutil

import lib

WORK = os.environ["WARIFU_POWERCUT"]
CONFIG = ('node = "powercut"\n', lib.NO_BACKOFF, "lock {\n\tthreshold = 1000\n}\npossession {\n\tthreshold = 1000\n}\n", lib.UNLIMITED_SOURCE,
          'service "codes" {\n\task = {"code"}\n}\n')
HONEST, GUESSERS = 6, 2


def test_prepare(lab):
    """State folder, configuration and people.json for the guest."""
    lab.up(*CONFIG)
    people = lab.people(HONEST, "honest") + lab.people(GUESSERS, "guesser")
    lab.stop()
    shutil.copytree(lib.STATE, os.path.join(WORK, "state"))
    shutil.copy(lib.CONFIG, WORK)
    with open(os.path.join(WORK, "people.json"), "w", encoding="utf-8") as stream:
        json.dump([{"name": person.name, "password": person.password, "secret": person.secret,
                    "wrong": person.wrong() if person.name.startswith("guesser") else None} for person in people], stream)
    if os.environ["WARIFU_LOSSY"]:
        with open(os.path.join(WORK, "lossy"), "wb"):
            pass


if __name__ == "__main__":
    lib.main()
