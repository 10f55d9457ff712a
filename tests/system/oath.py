"""RFC 4226 and RFC 6238, computed apart from the daemon."""

import base64
import hashlib
import hmac
import struct


def otp(secret, counter, digits=6, algorithm="sha1"):
    """The code of a counter value."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", counter), getattr(hashlib, algorithm)).digest()
    at = mac[-1] & 15
    number = struct.unpack(">I", mac[at:at + 4])[0] & 0x7FFFFFFF
    return str(number % 10 ** digits).zfill(digits)
