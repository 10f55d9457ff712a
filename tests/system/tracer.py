"""tracer.py PID NUMBER[,ARGUMENT]...: has the first thread of a process make these system calls (x86-64), as a
program that was taken over would, and prints what each returned. A text among the arguments is passed as an
address of it. Prints nothing for a call that was the last.

At rest the thread waits in a system call, so that the instruction before its next one is `syscall`: that one is
used again, with other registers, and everything is put back after it.
"""

import ctypes
import os
import platform
import signal
import struct
import sys

PTRACE_SINGLESTEP, PTRACE_GETREGS, PTRACE_SETREGS, PTRACE_ATTACH, PTRACE_DETACH = 9, 12, 13, 16, 17
NAMES = ("r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base "
         "ds es fs gs").split()
ARGUMENTS = ("rdi", "rsi", "rdx", "r10", "r8", "r9")
NO_CALL = (1 << 64) - 1
RED_ZONE = 1024


class Registers(ctypes.Structure):
    """struct user_regs_struct"""
    _fields_ = [(name, ctypes.c_ulonglong) for name in NAMES]


class Tracee:
    """A process that is stopped meanwhile."""

    def __init__(self, pid):
        self.pid = pid
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        self.libc.ptrace.restype = ctypes.c_long
        self.trace(PTRACE_ATTACH)
        os.waitpid(pid, 0)
        self.saved = self.registers()

    def trace(self, request, data=None):
        """ptrace()"""
        if self.libc.ptrace(request, self.pid, None, data) != 0:
            raise OSError(ctypes.get_errno(), f"ptrace {request}")

    def registers(self):
        """Its registers."""
        found = Registers()
        self.trace(PTRACE_GETREGS, ctypes.addressof(found))
        return found

    def make(self, number, arguments):
        """One system call; gives its result, or nothing if the process ended."""
        wanted = Registers.from_buffer_copy(self.saved)
        place = self.saved.rsp - RED_ZONE
        with open(f"/proc/{self.pid}/mem", "r+b", buffering=0) as memory:
            for name, value in zip(ARGUMENTS, arguments):
                if isinstance(value, str):
                    data = value.encode() + b"\0"
                    place -= len(data)
                    memory.seek(place)
                    memory.write(data)
                    value = place
                setattr(wanted, name, value)
        wanted.rax, wanted.orig_rax, wanted.rip = number, NO_CALL, self.saved.rip - 2
        self.trace(PTRACE_SETREGS, ctypes.addressof(wanted))
        self.trace(PTRACE_SINGLESTEP)
        _, status = os.waitpid(self.pid, 0)
        if not os.WIFSTOPPED(status) or os.WSTOPSIG(status) != signal.SIGTRAP:
            return None
        return struct.unpack("q", struct.pack("Q", self.registers().rax))[0]

    def leave(self):
        """Goes on as if nothing had been."""
        self.trace(PTRACE_SETREGS, ctypes.addressof(self.saved))
        self.trace(PTRACE_DETACH)


def main():
    """The calls in their order."""
    if platform.machine() != "x86_64":
        sys.exit(77)
    tracee = Tracee(int(sys.argv[1]))
    for call in sys.argv[2:]:
        number, *arguments = [int(word, 0) if word.lstrip("-").isdigit() else word for word in call.split(",")]
        result = tracee.make(number, arguments)
        if result is None:
            return
        print(result)
    tracee.leave()


if __name__ == "__main__":
    main()
