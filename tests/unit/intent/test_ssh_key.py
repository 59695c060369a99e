"""Public keys of people: whole ones are taken, all else is refused without being shown."""

import base64

import pytest
from pydantic import TypeAdapter, ValidationError

from railwright.intent.ssh_key import SshPublicKey

PEM_HEAD = " ".join(("-----BEGIN", "OPENSSH", "PRIVATE", "KEY-----"))
"""How a private key given by mistake begins; there is none here."""
ADAPTER: TypeAdapter[str] = TypeAdapter(SshPublicKey)


def blob(kind: str, *numbers: bytes) -> bytes:
    strings = (kind.encode(), *numbers)
    return b"".join(len(one).to_bytes(4, "big") + one for one in strings)


def line(kind: str, content: bytes) -> str:
    return f"{kind} {base64.b64encode(content).decode()}"


ED25519 = line("ssh-ed25519", blob("ssh-ed25519", bytes(32)))


@pytest.mark.parametrize(
    "given",
    [
        ED25519,
        f"{ED25519} alice at home",
        ED25519.replace(" ", "  "),
        line("ssh-rsa", blob("ssh-rsa", b"\x01\x00\x01", bytes(2049))),
        line("ecdsa-sha2-nistp256", blob("ecdsa-sha2-nistp256", b"nistp256", bytes(65))),
    ],
)
def test_a_whole_key_is_taken_as_it_is(given: str) -> None:
    assert ADAPTER.validate_python(given) == given


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (PEM_HEAD, "must be one line of an OpenSSH .pub file"),
        (f'command="sh" {ED25519}', "without options"),
        (f"{ED25519}\nssh-ed25519 second", "must be one line"),
        ("ssh-dss AAAA", "beginning with ssh-ed25519"),
        (ED25519[:-8], "is not a whole key"),
        ("ssh-ed25519", "is not a whole key"),
        ("ssh-ed25519 AAAA", "is not a whole key"),
        ("ssh-ed25519 n0t-base64", "is not a whole key"),
        (line("ssh-rsa", blob("ssh-ed25519", bytes(32))), "is not a whole key"),
    ],
)
def test_what_is_no_key_is_refused(given: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why) as error:
        ADAPTER.validate_python(given)
    assert "AAAA" not in error.value.errors()[0]["msg"]
