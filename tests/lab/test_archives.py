"""Releases of the catalog against the archives of their systems, as those are today."""

import subprocess
from pathlib import Path

import pytest

from railwright.catalog import loader
from railwright.catalog.stack_model import System, SystemStack
from railwright.lab import rootfs
from railwright.lab.distribution import DISTRIBUTIONS
from railwright.lab.standin import pins

pytestmark = [pytest.mark.lab, pytest.mark.nightly, pytest.mark.usefixtures("lab_host")]

CASES = [(one.name, system) for system in DISTRIBUTIONS for one in pins.releases(system)]

PRIVATE = ("unshare", "--mount", "--propagation", "private")
HOSTS_OWN = "/etc/resolv.conf /etc/ssl/certs/ca-certificates.crt"
"""How this host finds and trusts servers, which may be its own way."""


def own_sources(system: SystemStack) -> str:
    """Return the sources whose keys the system has itself, as lines for apt."""
    return "".join(
        f"deb [check-valid-until={'yes' if one.check_valid_until else 'no'}] {one.url} {one.suite} "
        f"{' '.join(one.components)}\n"
        for one in system.repositories.values()
        if one.key_url is None
    )


def apt(tree: Path, scratch: Path, sources: str, *packages: str) -> str:
    """Simulate an installation on a bare system with these sources; return what apt says."""
    quiet = "apt-get -qq -o Acquire::Retries=0 update 2>&1"
    install = "apt-get --simulate -o APT::Install-Recommends=no install"
    script = (
        'set -e; mount -t tmpfs tmpfs "$1"; mkdir "$1/upper" "$1/work" "$1/root"; '
        'mount -t overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"; '
        f'for one in {HOSTS_OWN}; do cat "$one" > "$1/root$one"; done; '
        'cat > "$1/root/etc/apt/sources.list"; '
        f'top="$1"; shift 2; chroot "$top/root" sh -c "{quiet}; {install} $* 2>&1"'
    )
    done = subprocess.run(
        [*PRIVATE, "sh", "-c", script, "sh", str(scratch), str(tree), *packages],
        check=False,
        input=sources,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize(("release", "name"), CASES)
def test_kernel_and_unpinned_packages_can_be_had(
    release: str, name: System, lab_cache: Path, tmp_path: Path
) -> None:
    """What a vendor has is not looked at: only the system's own archive is asked."""
    system = loader.stack(release).systems[name]
    wanted = [f"{package}={version}" for package, version in system.kernel.packages.items()]
    for packages in system.packages.values():
        wanted += [package for package, version in packages.items() if version is None]
    tree = rootfs.ensure(lab_cache, {}, print, DISTRIBUTIONS[name])
    said = apt(tree, tmp_path, own_sources(system), *dict.fromkeys(wanted))
    if "Could not connect" in said or "Could not resolve" in said or "Failed to fetch" in said:
        pytest.skip(said.strip().splitlines()[0])
    assert "newly installed" in said, said
    assert "E:" not in said, said
