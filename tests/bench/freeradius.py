"""Debian's FreeRADIUS beside ours: who logs in there, and how."""

import hashlib
import hmac
import os
import shutil
import signal
import subprocess

from rig import lib
import raddb  # pylint: disable=wrong-import-order

PORT = 18120

# One reply, one password.
PLAIN = """	authorize {
		files
		pap
	}
	authenticate {
		Auth-Type PAP {
			pap
		}
	}
"""

# A password, then a code with the State: as sites-available/challenge does it.
CHALLENGE = """	authorize {
		files
		if (!State) {
			update control {
				&Auth-Type := first
			}
		}
		elsif (&session-state:Tmp-Integer-0 == 1) {
			update control {
				&Crypt-Password !* ANY
				&Cleartext-Password := &control:Tmp-String-0
				&Auth-Type := second
			}
		}
		else {
			update control {
				&Auth-Type := Reject
			}
		}
	}
	authenticate {
		Auth-Type first {
			pap
			update session-state {
				&Tmp-Integer-0 := 1
			}
			update reply {
				&Reply-Message := "Code: "
			}
			update control {
				&Response-Packet-Type := Access-Challenge
			}
			handled
		}
		Auth-Type second {
			pap
		}
	}
"""


def first_code(number):
    """people_code(number, 0) of people.c: a password of six digits that stays."""
    secret = hashlib.sha256(f"bench {number}".encode()).digest()[:20]
    mac = hmac.new(secret, bytes(8), hashlib.sha1).digest()
    at = mac[19] & 15
    return f"{(int.from_bytes(mac[at:at + 4], 'big') & 0x7fffffff) % 1000000:06d}"


class FreeRadius:
    """One server with so many people; `entry` gives a person's check items from the number."""

    def __init__(self, name, site, people, entry, secret):
        self.folder = os.path.join(os.environ["TMPDIR"], "freeradius-" + name)
        os.makedirs(self.folder)
        self.log = os.path.join(self.folder, "radius.log")
        users = (f"u{number:07d} {entry(number)}" for number in range(1, people + 1))
        raddb.write(self.folder, PORT, secret, site, users, threads=max(2, os.cpu_count()), requests=1048576)
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen([raddb.PROGRAM, "-f", "-d", self.folder, "-l", self.log], stdin=subprocess.DEVNULL)
        lib.wait_for("FreeRADIUS answers", self.ready, 30)

    def ready(self):
        """Whether it says so; its end is a failure."""
        if self.process.poll() is not None:
            raise AssertionError(f"freeradius ended with {self.process.returncode}: {self.said()[-2000:]}")
        return "Ready to process requests" in self.said()

    def said(self):
        """What it has logged."""
        if not os.path.exists(self.log):
            return ""
        with open(self.log, encoding="utf-8", errors="replace") as stream:
            return stream.read()

    def pids(self):
        """Whose processor time counts."""
        return [self.process.pid]

    def close(self):
        """Ends it by its process id; one that still works off a flood does not hear the first request."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)
        shutil.rmtree(self.folder)
