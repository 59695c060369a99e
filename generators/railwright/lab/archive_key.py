"""The key that an archive's packages are checked with, where the host has none of its own."""

import subprocess
import tempfile
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from railwright.lab import requirements
from railwright.lab.distribution import Keyring
from railwright.lab.errors import LabError
from railwright.lab.shell import ENVIRONMENT, run

_WAIT_S = 60.0


def write(keyring: Keyring, target: Path, proxies: Mapping[str, str]) -> None:
    """Write the one trusted key of a keyring package to `target`, fetched from its archive.

    `proxies` are environment variables such as http_proxy. Raises: LabUnavailableError without
    gpg, LabError when the package cannot be had or lacks the key of that fingerprint.
    """
    requirements.check_signing()
    with tempfile.TemporaryDirectory(prefix="railwright-keys-") as folder:
        package, home, tree = (Path(folder, name) for name in ("keys.deb", "gpg", "tree"))
        home.mkdir(mode=0o700)
        package.write_bytes(_fetch(keyring.url, proxies))
        run(["dpkg-deb", "--extract", str(package), str(tree)])
        gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--no-autostart"]
        run([*gpg, "--import", str(tree / keyring.path)])
        # the fingerprint is of the whole key: another key of this name cannot be exported by it
        key = _export([*gpg, "--export", f"0x{keyring.fingerprint}"])
    if not key:
        raise LabError(f"{keyring.url}: has no key {keyring.fingerprint}")
    target.write_bytes(key)


def _fetch(url: str, proxies: Mapping[str, str]) -> bytes:
    """Return what is at an address of an archive."""
    given = {name.removesuffix("_proxy").lower(): value for name, value in proxies.items()}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler(given))
    try:
        with opener.open(url, timeout=_WAIT_S) as answer:
            return bytes(answer.read())
    except OSError as err:
        raise LabError(f"{url}: {err}") from err


def _export(command: list[str]) -> bytes:
    return subprocess.run(command, check=False, env=ENVIRONMENT, capture_output=True).stdout  # noqa: S603 (a list of words, no shell)
