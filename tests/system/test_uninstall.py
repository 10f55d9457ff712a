"""`make uninstall` on a machine whose services use the module: they let go of it first, or nothing goes."""

import glob
import os

import hosts
import lib
import pam

BUILD = os.environ.get("WARIFU_BUILD", "")


def module(lab):
    """Where the module is, if it is."""
    return lab.run("find", "/usr/lib", "-name", "pam_warifu.so").stdout.split()


def naming():
    """The services that name it."""
    found = []
    for path in sorted(glob.glob("/etc/pam.d/*")):
        with open(path, encoding="utf-8") as stream:
            if any("pam_warifu" in line for line in stream if not line.startswith("#")):
                found.append(os.path.basename(path))
    return found


def uninstall(lab, code=0):
    """make uninstall; its exit code must be 0, or not."""
    done = lab.run("make", "-C", BUILD, "uninstall", code=None, timeout=300)
    lib.equal(done.returncode == 0, code == 0, f"whether it succeeded: {(done.stdout + done.stderr)[-1500:]}")
    return done.stdout + done.stderr


def test_uninstall(lab):
    """A line that we did not write stops it, with everything in place; without that line the stanzas go, then the rest."""
    originals = {}
    for service in ("su", "sudo"):
        with open(f"/etc/pam.d/{service}", encoding="utf-8") as stream:
            originals[service] = stream.read()
    lab.up()
    for service in originals:
        hosts.use_stanza(lab, service)
    hosts.write_service("by-hand", "auth required pam_warifu.so", "account required pam_permit.so")
    lib.equal(naming(), ["by-hand", "su", "sudo"], "services that name the module")
    lib.contains(uninstall(lab, 1), "by-hand", "what it says of the line by hand")
    lib.equal((len(module(lab)), os.path.exists(lib.DAEMON), os.path.exists(lib.CLI)), (1, True, True), "what must still be there")
    hosts.write_service("by-hand", "auth required pam_permit.so", "account required pam_permit.so")
    uninstall(lab)
    lib.equal((naming(), module(lab)), ([], []), "what names the module, and the module")
    left = lab.run("find", "/usr/libexec/warifu", "/usr/share/warifu", lib.DAEMON, lib.CLI, "/usr/lib/systemd/system",
                   "(", "-path", "*warifu*", ")", "!", "-type", "d", code=None).stdout.split()
    lib.equal(left, [], "what is left")
    for service, text in originals.items():
        with open(f"/etc/pam.d/{service}", encoding="utf-8") as stream:
            lib.equal(stream.read(), text, f"the service {service}, which is as it was")
    lib.equal(pam.run("by-hand", "root", [])["code"], pam.SUCCESS, "PAM works")
    lib.equal(os.path.exists(os.path.join(lib.STATE, "warifu.db")), True, "the data, which stay")


if __name__ == "__main__":
    lib.main()
