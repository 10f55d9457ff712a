"""The fault page of a daemon built with --enable-fault-injection: faults, fsync and clocks from outside.

    lab.page = fault.Page()           # before the daemon starts
    page = lab.page
    page.arm(3)                       # its third fallible call from now on fails, once
    page.move(wall=3600, boot=3600)   # an hour has passed
"""

import mmap
import os
import struct
import subprocess

MAGIC = 0x31454741504C5446
FIELDS = ("magic", "nth", "lasts", "calls", "failed", "points", "sync_delay_us", "wall_offset_us",
          "boot_offset_us", "synchronised", "boot", "syncs", "dies", "sync_lies", "blocks",
          "grid_off", "depth", "site")
SIGNED = {"blocks", "sync_delay_us", "wall_offset_us", "boot_offset_us"}
POINTS = {"alloc": 1, "random": 2, "store": 4, "file": 8, "socket": 16, "thread": 32, "clock": 64, "sync": 128,
          "write": 256, "heap": 512, "system": 1024}
# Those that our own code asks at, and those that stand in libc's place, for the libraries too.
OWN = ("alloc", "random", "store", "file", "socket", "thread", "clock")
LIBC = ("sync", "write", "heap", "system")
FRAMES, SITES = 16, 8192  # behind the fields: a stack, and rows of (site, calls)
STACK = 8 * len(FIELDS)
SEEN = STACK + 8 * FRAMES
LENGTH = SEEN + 16 * SITES
DIED = 113  # exit code of a program that died by its page


def built_in(program="/usr/sbin/warifud"):
    """Whether the program knows fault pages: shipped ones do not."""
    with open(program, "rb") as stream:
        return b"WARIFU_FAULT_PAGE" in stream.read()


class Page:
    """One page, in force for programs that `environment` is given to."""

    def __init__(self, path="/run/fault-page"):
        self.path = path
        with open(path, "wb") as stream:
            stream.write(struct.pack("=Q", MAGIC).ljust(LENGTH, b"\0"))
        os.chmod(path, 0o600)
        with open(path, "r+b") as stream:
            self.bytes = mmap.mmap(stream.fileno(), LENGTH)
        self.environment = {**os.environ, "WARIFU_FAULT_PAGE": path}

    def get(self, field):
        """The number in a field."""
        return struct.unpack_from("=q" if field in SIGNED else "=Q", self.bytes, 8 * FIELDS.index(field))[0]

    def set(self, field, number):
        """Changes a field; the program sees it at once."""
        struct.pack_into("=q" if field in SIGNED else "=Q", self.bytes, 8 * FIELDS.index(field), number)

    def arm(self, nth, lasts=False, points=(), dies=0, depth=0, site=0):
        """The nth fallible call from now on fails (of these kinds; none named: OWN), once or all
        from there. With dies=1 the program ends there, as by kill -9; with 2 after half of the write.
        With a depth calls are told apart by so many frames of the stack (see sites()), and with a site
        only calls of that one count, up to the nth."""
        self.set("nth", 0)
        self.set("depth", depth)
        self.set("site", site)
        self.set("points", sum(POINTS[point] for point in points))
        self.set("lasts", int(lasts))
        self.set("failed", 0)
        if nth:  # else what the last one was is still asked for
            self.bytes[STACK:SEEN] = bytes(8 * FRAMES)
        self.set("calls", 0)
        self.set("dies", dies)
        self.set("nth", nth)

    def disarm(self):
        """No call fails any more; gives how many did."""
        failed = self.get("failed")
        self.arm(0)
        return failed

    def forget_sites(self):
        """None was seen yet."""
        self.bytes[SEEN:] = bytes(16 * SITES)

    def sites(self):
        """The sites seen since then while armed with a depth, and how many calls each had."""
        found = {site: calls for site, calls in struct.iter_unpack("=QQ", self.bytes[SEEN:]) if site}
        if len(found) == SITES:
            raise AssertionError("the page has too few rows for all sites")
        return found

    def stack(self, program):
        """Where the first call that failed came from, innermost first: functions of the program, by its own symbols."""
        frames = [f"{frame:x}" for frame in struct.unpack_from(f"={FRAMES}Q", self.bytes, STACK) if frame]
        if not frames:
            return []
        done = subprocess.run(["addr2line", "-fse", program, *frames], stdout=subprocess.PIPE, text=True, check=False)
        return [name for name in done.stdout.split("\n")[::2] if name and not name.startswith("wf_fault")]

    def delay_sync(self, seconds):
        """Each fsync and fdatasync lasts so much longer."""
        self.set("sync_delay_us", round(seconds * 1e6))

    def move(self, wall=0.0, boot=0.0):
        """Moves the clocks by so many seconds: wall by itself is a step, both together is time that passes."""
        for field, seconds in (("wall_offset_us", wall), ("boot_offset_us", boot)):
            self.set(field, self.get(field) + round(seconds * 1e6))

    def reboot(self):
        """Another boot, for a daemon that is started after it."""
        self.set("boot", self.get("boot") + 1)
