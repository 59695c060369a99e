"""Public keys are taken by their fingerprints, and nothing else is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from railwright import api_nodes
from railwright.catalog.stack_model import Repository
from railwright.emitters.node_config import base_apt
from railwright.errors import RailwrightError
from railwright.nodes.public_keys import _binary, armored, fingerprints, refusal

ONE = b"""\
-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawOH4BYJKwYBBAHaRw8BAQdATwMVqUrPn8uFM4KhvjH8Y7lCPxJIYf63Psaf
r/ONxQS0FW9uZSA8b25lQGV4YW1wbGUubmV0PoiQBBMWCAA4FiEEY4LFQhhfEo20
VcwlWElCLBQVxWYFAmsDh+ACGwMFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQ
WElCLBQVxWaYeQEA1ltD+MEa7hf+gNSX9D6Ebukz+ahEiU0ji5sA5fIWZDIA/RTk
MaDJZesM3HKKhZ3a39Oxguql+dxMPe1REwt8b+gP
=qXaK
-----END PGP PUBLIC KEY BLOCK-----
"""
TWO = b"""\
-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawOH4BYJKwYBBAHaRw8BAQdAYYCSCDmatttnrU6AmVRZxRm+WVmKRxp4igbu
x2YSXlW0FXR3byA8dHdvQGV4YW1wbGUubmV0PoiQBBMWCAA4FiEE+vrDdril+I+z
m6hekzEpe74Hz4sFAmsDh+ACGwMFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQ
kzEpe74Hz4sB7AEAinV+nX9jgd/mM5+0qIuP93AICpqhNK49JvGvwRRsD4UA/2mD
OlML47q9gn3vND38ZmmD3QEBy3vn4an3LmMCTX4G
=iiW3
-----END PGP PUBLIC KEY BLOCK-----
"""
PRINTS = ["6382C542185F128DB455CC255849422C1415C566", "FAFAC376B8A5F88FB39BA85E9331297BBE07CF8B"]
"""What `gpg --list-keys` says of them."""


def test_fingerprints_are_those_that_gpg_shows() -> None:
    assert [*fingerprints(ONE)] == PRINTS[:1]
    assert [*fingerprints(ONE + TWO)] == PRINTS
    assert [*fingerprints(ONE.replace(b"\n", b"\r\n"))] == PRINTS[:1]


def test_keys_that_are_not_armored_become_text() -> None:
    raw = _binary(ONE) + _binary(TWO)
    assert [*fingerprints(raw)] == PRINTS
    text = armored(raw)
    assert text.startswith("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n")
    assert [*fingerprints(text.encode())] == PRINTS
    assert armored(ONE).encode() == ONE


def test_only_wanted_keys_are_taken() -> None:
    assert refusal(ONE, PRINTS[:1]) == ""
    assert refusal(ONE + TWO, PRINTS) == ""
    foreign = f"it has the key {PRINTS[1]}, which is none of {PRINTS[0]}"
    assert refusal(ONE + TWO, PRINTS[:1]) == foreign


def test_without_a_fingerprint_no_key_is_taken_and_it_says_how_to_add_one() -> None:
    text = refusal(ONE, ())
    assert text.startswith(f"the release has no fingerprint of it (this one's is {PRINTS[0]}); ")
    assert text.endswith("in the release's file (docs/stacks.md)")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>not found</html>",
        ONE[:200],
        ONE.replace(b"\nmDME", b"\n!!!!"),
        b"\xc6\xff",
        b"\x99",
    ],
)
def test_what_is_no_key_is_refused(content: bytes) -> None:
    assert refusal(content, PRINTS) in {"it is no public key", "there is no public key in it"}


class Controller:
    """Downloads by a table; `log` has the modules that ran."""

    def __init__(self, folder: Path, content: bytes) -> None:
        self.folder, self.content, self.log = folder, content, list[str]()

    def execute(self, module: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        self.log.append(module)
        if module.endswith("file"):
            self.folder.mkdir(parents=True, exist_ok=True)
        elif self.content:
            Path(arguments["dest"]).write_bytes(self.content)
        else:
            return {"failed": True, "msg": "Connection refused"}
        return {"changed": True}


@pytest.fixture
def intent(small: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """An intent whose makers all sign with the first key."""
    made = {
        "/etc/apt/keyrings/railwright-a.asc": Repository(
            url="https://a/", key_url="https://a/key", fingerprints=(PRINTS[0],), source="test"
        )
    }
    monkeypatch.setattr(base_apt, "keys", lambda *_: made)
    return small[max(small)]


def test_a_key_is_downloaded_once_and_then_known(intent: Path, tmp_path: Path) -> None:
    controller = Controller(tmp_path / "cache", ONE)
    for _ in range(2):
        found = api_nodes.makers_keys(intent, [], tmp_path / "cache", controller.execute)
        assert found["given"] == {"/etc/apt/keyrings/railwright-a.asc": ONE.decode()}
    assert controller.log == ["ansible.builtin.file", "ansible.builtin.get_url"]


def test_a_cache_with_another_key_is_not_believed(intent: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    controller = Controller(cache, TWO)
    with pytest.raises(RailwrightError, match=f"https://a/key is not taken, .*{PRINTS[1]}"):
        api_nodes.makers_keys(intent, [], cache, controller.execute)
    controller.content = ONE
    assert api_nodes.makers_keys(intent, [], cache, controller.execute)["given"]


def test_what_is_given_is_not_downloaded(intent: Path, tmp_path: Path) -> None:
    controller = Controller(tmp_path, b"")
    given = ["/etc/apt/keyrings/railwright-a.asc"]
    assert api_nodes.makers_keys(intent, given, tmp_path, controller.execute)["given"] == {}
    assert controller.log == []


def test_a_download_that_fails_says_what_else_to_do(intent: Path, tmp_path: Path) -> None:
    controller = Controller(tmp_path, b"")
    with pytest.raises(RailwrightError, match="Connection refused; use a mirror"):
        api_nodes.makers_keys(intent, [], tmp_path, controller.execute)
