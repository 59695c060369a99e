"""SSH keys of a lab: one key pair to log in with, one host key per device, and known_hosts.

Host keys exist before the devices do, so that strict host key checking stays on.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from railwright.lab.shell import run

_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class LabKeys:
    """Where a lab's keys are.

    `identity` is the private key to log in with, `public` its public half as one line; `hosts`
    are the private host keys by device name.
    """

    identity: Path
    public: str
    known_hosts: Path
    hosts: Mapping[str, Path]


def ensure(folder: Path, addresses: Mapping[str, str]) -> LabKeys:
    """Make the keys that are missing and return all; `addresses` is by device name.

    Raises: LabError when ssh-keygen fails.
    """
    (folder / "hosts").mkdir(mode=0o700, parents=True, exist_ok=True)
    identity = folder / "id_ed25519"
    hosts = {name: folder / "hosts" / name for name in addresses}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(_generate, [identity, *hosts.values()]))
    known_hosts = folder / "known_hosts"
    publics = {name: _public(path) for name, path in hosts.items()}
    known_hosts.write_text(known_hosts_text(addresses, publics))
    return LabKeys(identity, _public(identity), known_hosts, hosts)


def known_hosts_text(addresses: Mapping[str, str], publics: Mapping[str, str]) -> str:
    """Return a known_hosts file: every device by name and by address."""
    lines: Iterable[str] = (
        f"{name},{addresses[name]} {public}" for name, public in sorted(publics.items())
    )
    return "".join(f"{line}\n" for line in lines)


def _generate(path: Path) -> None:
    if _public_path(path).exists():  # ssh-keygen writes the public half last
        return
    path.unlink(missing_ok=True)
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)])


def _public_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.pub")


def _public(path: Path) -> str:
    return " ".join(_public_path(path).read_text().split()[:2])
