"""A person's public key as OpenSSH writes it, so that a cut one is found before it locks out."""

import base64
import binascii
from typing import Annotated

from pydantic import AfterValidator, Field

KINDS = (
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)
"""Types of keys that sshd takes (sshd(8), AUTHORIZED_KEYS FILE FORMAT); DSA is gone from it."""
KEY_CHARS = 4096
"""Room for a comment behind RSA of 16,384 bits, the longest that ssh-keygen(1) makes."""
LENGTH_BYTES = 4


def _key(value: str) -> str:
    # What was given is not shown: it may be the private half.
    words = value.split()
    kind = words[0] if words else ""
    if kind not in KINDS or not value.isprintable():
        raise ValueError(
            f"must be one line of an OpenSSH .pub file without options, beginning with "
            f"{', '.join(KINDS)}"
        )
    if not _is_whole(kind, "".join(words[1:2])):
        raise ValueError(f"begins with {kind} but is not a whole key of it; copy the line again")
    return value


def _is_whole(kind: str, text: str) -> bool:
    """Return whether base64 holds strings with their lengths, the type first (RFC 4253, 6.6)."""
    try:
        rest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    strings = []
    while rest:
        size = int.from_bytes(rest[:LENGTH_BYTES], "big")
        one, rest = rest[LENGTH_BYTES : LENGTH_BYTES + size], rest[LENGTH_BYTES + size :]
        if len(one) != size:
            return False
        strings.append(one)
    return len(strings) > 1 and strings[0] == kind.encode()


SshPublicKey = Annotated[str, Field(max_length=KEY_CHARS), AfterValidator(_key)]
