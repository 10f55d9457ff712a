"""Real peers: sshd with its own PAM service, and programs on a terminal."""

import os
import shutil
import subprocess

import lib
import pexpect

PORT = 2222
KEYS = "/run/authorized-keys"
# What each prompt of ours looks like.
PASSWORD, CODE = r"[Pp]assword: ", r"One-time code: "
ANY_PASSWORD = r"[Pp]assword[^:]*: "
CURRENT, NEW, REPEAT = r"Current password: ", r"New password: ", r"Repeat new password: "


def use_stanza(lab, service):
    """Puts Warifu into a PAM service with the command that people use, and confirms it."""
    with open(f"/etc/pam.d/{service}", encoding="utf-8") as stream:
        if "pam_warifu.so" in stream.read():
            return  # by an earlier test of this file
    lab.cli("pam", "install", service, "--no-test")
    # A confirmation must come from another login, which a session of its own stands for here.
    lab.run("setsid", "--wait", lib.CLI, "pam", "confirm", service)


def write_service(name, *lines):
    """A PAM service of these lines."""
    with open(f"/etc/pam.d/{name}", "w", encoding="utf-8") as stream:
        stream.write("".join(line + "\n" for line in lines))


class Sshd:
    """A real sshd on the loopback interface. PAM's service is sshd, as on any machine."""

    def __init__(self, lab, *options, log="sshd.log", config="none"):
        self.lab = lab
        self.folder = os.path.join(os.environ["TMPDIR"], "ssh-" + lab.name)
        os.makedirs(self.folder, exist_ok=True)
        self.log = os.path.join(lab.logs, log)
        for name in ("hostkey", "userkey"):
            path = os.path.join(self.folder, name)
            if not os.path.exists(path):
                lab.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path)
        self.key = os.path.join(self.folder, "userkey")
        # Read by sshd as the user who comes.
        shutil.copy(self.key + ".pub", KEYS)
        os.chmod(KEYS, 0o644)
        command = ["/usr/sbin/sshd", "-D", "-E", self.log, "-f", config, "-h", os.path.join(self.folder, "hostkey")]
        settings = {
            "Port": PORT, "ListenAddress": "127.0.0.1", "PidFile": "none", "UsePAM": "yes",
            "KbdInteractiveAuthentication": "yes", "PasswordAuthentication": "no", "StrictModes": "no",
            "AuthorizedKeysFile": KEYS, "PermitRootLogin": "yes", "UseDNS": "no",
            "Subsystem": "sftp internal-sftp", "LogLevel": "VERBOSE", "MaxStartups": "200", "MaxAuthTries": "20",
        }
        settings.update(options[0] if options else {})
        for name, value in settings.items():
            command += ["-o", f"{name}={value}" if name != "Subsystem" else "Subsystem sftp internal-sftp"]
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        lab.closers.append(self.stop)
        lib.wait_for("sshd listens", self.listens)

    def listens(self):
        """Whether it accepts connections."""
        if self.process.poll() is not None:
            raise AssertionError(f"sshd ended with {self.process.returncode}")
        return os.path.exists(self.log) and "Server listening" in open(self.log, encoding="utf-8").read()

    def stop(self):
        """Ends it."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)

    def options(self, key=False, source="127.0.0.1"):
        """The client's options."""
        options = ["-F", "none", "-o", f"Port={PORT}", "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR",
                   "-o", "UserKnownHostsFile=/dev/null", "-o", "NumberOfPasswordPrompts=1",
                   "-o", f"BindAddress={source}"]
        if key:
            return options + ["-i", self.key, "-o", "IdentitiesOnly=yes"]
        return options + ["-o", "PubkeyAuthentication=no"]

    def answer(self, child, person, password=None, code=None):
        """Answers the prompts until the program ends; its output and exit code."""
        output = []
        while True:
            seen = child.expect([PASSWORD, CODE, pexpect.EOF])
            output.append(child.before)
            if seen == 0:
                child.sendline(password if password is not None else person.password)
            elif seen == 1:
                child.sendline(code if code is not None else person.code())
            else:
                break
        child.close()
        return "".join(output), child.exitstatus

    def run(self, person, *command, key=False, source="127.0.0.1", password=None, code=None):
        """ssh PERSON COMMAND with both answers: (output, exit code)."""
        arguments = self.options(key, source) + [f"{person.name}@127.0.0.1", *command]
        with lib.terminal(self.lab, "ssh", arguments, timeout=40) as child:
            return self.answer(child, person, password, code)

    def tool(self, person, program, *arguments, key=False, source="127.0.0.1"):
        """scp, sftp: with the same options and answers."""
        with lib.terminal(self.lab, program, self.options(key, source) + list(arguments), timeout=40) as child:
            return self.answer(child, person)

    def batch(self, name, *command, source="127.0.0.1"):
        """ssh by key alone and without a terminal: the finished process."""
        arguments = self.options(True, source) + ["-o", "BatchMode=yes", f"{name}@127.0.0.1", *command]
        return self.lab.run("ssh", *arguments, code=None, timeout=40)
