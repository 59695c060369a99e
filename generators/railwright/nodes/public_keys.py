"""Public keys of package repositories: which ones they are, by their fingerprints."""

import base64
import binascii
import hashlib
from collections.abc import Collection, Iterator

ARMOR = b"-----BEGIN PGP PUBLIC KEY BLOCK-----"
END = b"-----END PGP PUBLIC KEY BLOCK-----"
PRIMARY_KEY = 6
"""Packet tag of a public key that is not a subkey (RFC 4880, 4.3)."""
VERSION = 4


def refusal(content: bytes, wanted: Collection[str]) -> str:
    """Return why a file of keys is not taken, empty for one with nothing but wanted keys."""
    try:
        found = set(fingerprints(content))
    except (ValueError, IndexError):
        return "it is no public key"
    if not found:
        return "there is no public key in it"
    if not wanted:
        return (
            f"the release has no fingerprint of it (this one's is {', '.join(sorted(found))}); "
            "compare that with what its maker says, and add it to fingerprints of the repository "
            "in the release's file (docs/stacks.md)"
        )
    if foreign := sorted(found - set(wanted)):
        return f"it has the key {foreign[0]}, which is none of {', '.join(sorted(wanted))}"
    return ""


def armored(content: bytes) -> str:
    """Return a file of keys as text."""
    if ARMOR in content:
        return content.decode("ascii", errors="replace")
    lines = base64.encodebytes(content).decode()
    return f"{ARMOR.decode()}\n\n{lines}{END.decode()}\n"


def fingerprints(content: bytes) -> Iterator[str]:
    """Yield the fingerprint of every primary key (RFC 4880, 12.2), armored or not.

    Raises: ValueError, IndexError for what is no key.
    """
    for tag, body in _packets(_binary(content)):
        if tag == PRIMARY_KEY:
            if body[0] != VERSION:
                raise ValueError("key of another version")
            head = b"\x99" + len(body).to_bytes(2, "big")
            yield hashlib.sha1(head + body, usedforsecurity=False).hexdigest().upper()


def _binary(content: bytes) -> bytes:
    """Return the packets of all armored blocks, or what was not armored as it is."""
    if ARMOR not in content:
        return content
    found = b""
    for block in content.split(ARMOR)[1:]:
        lines = block.partition(END)[0].replace(b"\r", b"").split(b"\n")
        start = lines.index(b"", 1) if b"" in lines[1:] else 0
        text = b"".join(line for line in lines[start:] if not line.startswith(b"="))
        try:
            found += base64.b64decode(text, validate=True)
        except binascii.Error as err:
            raise ValueError("damaged armor") from err
    return found


def _packets(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and body of every packet (RFC 4880, 4.2)."""
    at = 0
    while at < len(content):
        head = content[at]
        if not head & 0x80:
            raise ValueError("no packet")
        is_new = bool(head & 0x40)
        tag = head & 0x3F if is_new else (head >> 2) & 0x0F
        length, size = _new(content, at + 1) if is_new else _old(content, at + 1, head & 3)
        body = content[at + 1 + size : at + 1 + size + length]
        if len(body) != length:
            raise ValueError("cut short")
        yield tag, body
        at += 1 + size + length


def _old(content: bytes, at: int, kind: int) -> tuple[int, int]:
    """Return a length in the old format and how many octets say it."""
    if kind == 3:
        raise ValueError("a length that nothing says")
    size = 1 << kind
    return int.from_bytes(content[at : at + size], "big"), size


def _new(content: bytes, at: int) -> tuple[int, int]:
    """Return a length in the new format and how many octets say it."""
    first = content[at]
    if first < 192:
        return first, 1
    if first < 224:
        return ((first - 192) << 8) + content[at + 1] + 192, 2
    if first == 255:
        return int.from_bytes(content[at + 1 : at + 5], "big"), 5
    raise ValueError("a key in parts")
