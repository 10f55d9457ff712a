"""A real SMTP server (aiosmtpd from Debian) with STARTTLS and AUTH, that also refuses, puts off, hangs and dies.

Run as a program it is that one: mailer.py PORT FOLDER CERTIFICATE KEY. What FOLDER/mode says is looked at for each letter;
letters that were taken are lines of JSON in FOLDER/letters.
"""

import asyncio
import email
import email.policy
import json
import os
import shutil
import ssl
import sys

import lib

HOST = "127.0.0.1"
PORT = 5870
NAME, PASSWORD = "warifu", b"a fine day for mail"
SECRET = "/etc/warifu/mail.secret"


def section(authority, *ports, password=PASSWORD, **options):
    """A section mail with these servers; the password goes into a file."""
    with open(SECRET, "wb") as stream:
        stream.write(password + b"\n")
    os.chmod(SECRET, 0o400)
    shutil.chown(SECRET, "warifu-egress", "warifu-egress")
    servers = ", ".join(f'"smtp://{HOST}:{port}"' for port in ports or (PORT,))
    lines = "".join(f"\t{key} = {value}\n" for key, value in {"timeout": 2, **options}.items())
    return (f'mail {{\n\tservers = {{{servers}}}\n\tfrom = "warifu@example.jp"\n\tuser = "{NAME}"\n'
            f'\tpassword_file = "{SECRET}"\n\tca_file = "{authority.folder}/ca.pem"\n{lines}}}\n')


class Letter:
    """One that was taken."""

    def __init__(self, line):
        taken = json.loads(line)
        self.to, self.who, self.tls = taken["to"], taken["who"], taken["tls"]
        self.raw = taken["content"]
        self.message = email.message_from_string(self.raw, policy=email.policy.default)
        self.subject = self.message["Subject"]
        self.id = self.message["Message-ID"]

    @property
    def text(self):
        """What stands in it."""
        return self.message.get_content()


class Server(lib.Program):
    """The server, as a program of its own."""

    def __init__(self, lab, authority, port=PORT):
        super().__init__(lab, f"mailer-{port}", 10)
        self.port = port
        self.folder = os.path.join(lab.logs, f"mail-{port}")
        os.makedirs(self.folder, exist_ok=True)
        self.certificate = os.path.join(authority.folder, "mail")
        self.mode("take")

    def mode(self, mode):
        """How it treats what comes: take, refuse, later, deaf, hang, die; or refuse:NAME, later:NAME one recipient alone; filter:WORDS a
        letter with these in its text."""
        with open(os.path.join(self.folder, "mode.new"), "w", encoding="utf-8") as stream:
            stream.write(mode)
        os.rename(os.path.join(self.folder, "mode.new"), os.path.join(self.folder, "mode"))

    def start(self):
        """Starts it and waits until it listens."""
        mark = self.mark()
        self.run(sys.executable, "-B", __file__, str(self.port), self.folder, self.certificate + ".pem", self.certificate + ".key")
        lib.wait_for("the mail server listens", lambda: "listens" in self.said(mark))
        return self

    def letters(self):
        """What it has taken."""
        path = os.path.join(self.folder, "letters")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as stream:
            return [Letter(line) for line in stream.read().splitlines()]

    def wait(self, count, seconds=60):
        """Until it has so many letters."""
        lib.wait_for(f"{count} letters", lambda: len(self.letters()) >= count, seconds)
        return self.letters()


class Handler:
    """What the server does with what it is told."""

    def __init__(self, folder):
        self.folder = folder

    def mode(self):
        """What the test wants now."""
        with open(os.path.join(self.folder, "mode"), encoding="utf-8") as stream:
            return stream.read().partition(":")[::2]

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # pylint: disable=invalid-name,too-many-arguments
        """One recipient."""
        mode, name = self.mode()
        if mode in ("refuse", "later") and name and address.startswith(name):
            return {"refuse": "550 5.1.1 nobody of that name: " + address, "later": "451 4.2.0 try later: " + address}[mode]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, session, envelope):  # pylint: disable=invalid-name
        """The letter is there."""
        mode, name = self.mode()
        if mode == "die":
            os._exit(1)
        if mode == "hang":
            await asyncio.sleep(3600)
        if mode == "filter" and name in str(email.message_from_bytes(envelope.content, policy=email.policy.default).get_content()):
            return "554 5.7.1 a filter did not like it"
        if mode in ("refuse", "later") and not name:
            return {"refuse": "554 5.7.1 not here", "later": "451 4.3.0 not now"}[mode]
        login = session.auth_data.login.decode() if session.auth_data else None
        with open(os.path.join(self.folder, "letters"), "a", encoding="utf-8") as stream:
            stream.write(json.dumps({"to": envelope.rcpt_tos, "who": login, "tls": session.ssl is not None,
                                     "content": envelope.content.decode()}) + "\n")
        if mode == "deaf":
            os._exit(1)
        return "250 taken"


def serve(port, folder, certificate, key):
    """The program."""
    from aiosmtpd.smtp import SMTP, AuthResult  # pylint: disable=import-outside-toplevel

    def check(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=(data.login, data.password) == (NAME.encode(), PASSWORD), handled=False, auth_data=data)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    handler = Handler(folder)
    loop.run_until_complete(loop.create_server(
        lambda: SMTP(handler, hostname="mail", tls_context=context, require_starttls=True, authenticator=check,
                     auth_required=True), HOST, port))
    print("listens", flush=True)
    loop.run_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), *sys.argv[2:])
