"""libpam as a program uses it, by ctypes: for PAM's return codes, which no program shows.

Everything runs in a forked child, so that modules are loaded afresh each time.
"""

import ctypes
import os
import pickle
import time

SUCCESS, PERM_DENIED, AUTH_ERR, AUTHINFO_UNAVAIL = 0, 6, 7, 9
NEW_AUTHTOK_REQD, ACCT_EXPIRED, SESSION_ERR, AUTHTOK_ERR, IGNORE = 12, 13, 14, 20, 25
PROMPT_ECHO_OFF, PROMPT_ECHO_ON, ERROR_MSG, TEXT_INFO = 1, 2, 3, 4
ITEM_TTY, ITEM_RHOST, ITEM_RUSER = 3, 4, 8
CHANGE_EXPIRED = 0x20


class Message(ctypes.Structure):
    """struct pam_message"""
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


class Response(ctypes.Structure):
    """struct pam_response"""
    _fields_ = [("text", ctypes.c_void_p), ("code", ctypes.c_int)]


CONVERSE = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.POINTER(Message)),
    ctypes.POINTER(ctypes.POINTER(Response)), ctypes.c_void_p)


class Conversation(ctypes.Structure):
    """struct pam_conv"""
    _fields_ = [("function", CONVERSE), ("data", ctypes.c_void_p)]


class Stack:
    """One handle. answers: texts for the prompts in turn, or a function of the prompt."""

    def __init__(self, service, user, answers, folder="/etc/pam.d", items=None):
        self.libpam = ctypes.CDLL("libpam.so.0")
        self.libc = ctypes.CDLL("libc.so.6")
        self.libc.calloc.restype = ctypes.c_void_p
        self.libc.strdup.restype = ctypes.c_void_p
        self.answers = answers if callable(answers) else self.next_of(list(answers))
        self.prompts = []
        self.messages = []
        self.conversation = Conversation(CONVERSE(self.converse), None)
        self.handle = ctypes.c_void_p()
        code = self.libpam.pam_start_confdir(
            service.encode(), user.encode(), ctypes.byref(self.conversation), folder.encode(),
            ctypes.byref(self.handle))
        if code != SUCCESS:
            raise OSError(f"pam_start_confdir: {code}")
        for item, value in (items or {}).items():
            self.libpam.pam_set_item(self.handle, item, value.encode())

    @staticmethod
    def next_of(left):
        """Answers from a list."""
        return lambda prompt: left.pop(0) if left else ""

    def converse(self, count, messages, responses, _data):
        """The conversation function."""
        size = ctypes.sizeof(Response)
        memory = self.libc.calloc(count, size)
        array = ctypes.cast(memory, ctypes.POINTER(Response))
        for number in range(count):
            message = messages[number].contents
            text = message.text.decode()
            if message.style in (PROMPT_ECHO_OFF, PROMPT_ECHO_ON):
                self.prompts.append(text)
                array[number].text = self.libc.strdup(self.answers(text).encode())
            else:
                self.messages.append(text)
        responses[0] = array
        return SUCCESS

    def call(self, step):
        """One step, by its name: its code."""
        flags = CHANGE_EXPIRED if step == "chauthtok_expired" else 0
        name = {"chauthtok_expired": "chauthtok"}.get(step, step)
        return getattr(self.libpam, "pam_" + name)(self.handle, flags)

    def environment(self):
        """PAM's environment."""
        self.libpam.pam_getenvlist.restype = ctypes.POINTER(ctypes.c_char_p)
        found = {}
        for entry in self.libpam.pam_getenvlist(self.handle):
            if entry is None:
                break
            name, _, value = entry.decode().partition("=")
            found[name] = value
        return found


def walk(service, user, answers, steps, folder, items):
    """In the child: the steps until one fails."""
    stack = Stack(service, user, answers, folder, items)
    codes = []
    started = time.monotonic()
    for step in steps:
        codes.append(stack.call(step))
        if codes[-1] not in (SUCCESS, NEW_AUTHTOK_REQD):
            break
    result = {"codes": codes, "code": codes[-1], "prompts": stack.prompts, "messages": stack.messages,
              "seconds": time.monotonic() - started, "environment": stack.environment()}
    stack.libpam.pam_end(stack.handle, codes[-1])
    return result


def run(service, user, answers=(), steps=("authenticate",), folder="/etc/pam.d", items=None, uid=None):
    """Runs steps in a child, as another uid where one is given: dict of codes, prompts, messages, time."""
    mine, its = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(mine)
        try:
            if uid is not None:
                os.setgroups([])
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
            result = walk(service, user, answers, steps, folder, items)
        except BaseException as error:  # pylint: disable=broad-except
            result = {"error": repr(error)}
        with os.fdopen(its, "wb") as stream:
            pickle.dump(result, stream)
        os._exit(0)
    os.close(its)
    with os.fdopen(mine, "rb") as stream:
        raw = stream.read()
    os.waitpid(pid, 0)
    result = pickle.loads(raw) if raw else {"error": "the program died in PAM"}
    if "error" in result:
        raise AssertionError(result["error"])
    return result
