"""The trusted key of an archive, out of a package that anybody could have made."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from railwright.lab import archive_key
from railwright.lab.distribution import Keyring
from railwright.lab.errors import LabError
from railwright.lab.standin.debs import Deb, Item, build
from railwright.lab.standin.repository import signing

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("gpg", "gpg-agent", "dpkg-deb")),
    reason="needs gpg and dpkg-deb",
)
PATH = "usr/share/keyrings/archive.gpg"


def fingerprints(keys: bytes) -> list[str]:
    shown = subprocess.run(
        ["gpg", "--show-keys", "--with-colons"], input=keys, check=True, capture_output=True
    )
    rows = [line.split(":") for line in shown.stdout.decode().splitlines()]
    return [row[9] for row in rows if row[0] == "fpr"]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> tuple[Keyring, str]:
    """A keyring package of two keys, of which the first is meant; and the other's fingerprint."""
    with signing() as one, signing() as two:
        first, second = one.public(), two.public()
    path = tmp_path_factory.mktemp("archive") / "keyring.deb"
    path.write_bytes(build(Deb("keyring", "1", "all", items=(Item(PATH, first + second),))))
    return Keyring(path.as_uri(), PATH, fingerprints(first)[0]), fingerprints(second)[0]


def test_only_the_key_of_that_fingerprint_is_taken(
    package: tuple[Keyring, str], tmp_path: Path
) -> None:
    keyring, other = package
    archive_key.write(keyring, tmp_path / "key.gpg", {})
    found = fingerprints((tmp_path / "key.gpg").read_bytes())
    assert keyring.fingerprint in found
    assert other not in found


def test_a_package_without_that_key_is_refused(
    package: tuple[Keyring, str], tmp_path: Path
) -> None:
    wrong = replace(package[0], fingerprint="0" * 40)
    with pytest.raises(LabError, match="has no key 0000"):
        archive_key.write(wrong, tmp_path / "key.gpg", {})
    assert not (tmp_path / "key.gpg").exists()


def test_an_archive_that_does_not_answer_is_named(tmp_path: Path) -> None:
    keyring = Keyring((tmp_path / "nothing.deb").as_uri(), PATH, "0" * 40)
    with pytest.raises(LabError, match=r"nothing\.deb: .*No such file"):
        archive_key.write(keyring, tmp_path / "key.gpg", {})
