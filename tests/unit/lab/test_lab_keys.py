import shutil
from pathlib import Path

import pytest

from railwright.lab import keys

pytestmark = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="needs ssh-keygen (openssh-client)"
)
ADDRESSES = {"spine1": "10.0.0.2", "gpu0001": "10.0.1.2"}


def test_every_device_has_a_host_key_that_known_hosts_names(tmp_path: Path) -> None:
    made = keys.ensure(tmp_path / "keys", ADDRESSES)
    lines = made.known_hosts.read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["gpu0001,10.0.1.2", "spine1,10.0.0.2"]
    for line in lines:
        name = line.split(",")[0]
        public = made.hosts[name].with_name(f"{name}.pub").read_text().split()[:2]
        assert line.split()[1:] == public
    assert len({line.split()[2] for line in lines} | {made.public.split()[1]}) == 3


def test_private_keys_are_private(tmp_path: Path) -> None:
    made = keys.ensure(tmp_path / "keys", ADDRESSES)
    for path in (made.identity, *made.hosts.values()):
        assert path.stat().st_mode & 0o777 == 0o600


def test_keys_stay_when_they_exist_and_half_a_pair_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = keys.ensure(folder, ADDRESSES)
    (folder / "hosts" / "spine1.pub").unlink()
    second = keys.ensure(folder, ADDRESSES)
    assert second.public == first.public
    assert (folder / "hosts" / "spine1.pub").exists()
