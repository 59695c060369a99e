"""The package mirror on a file system that is too small."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ansible import mirror_vendor
from tests.ansible.mirror_vendor import Bench
from tests.ansible.test_mirror import NEEDED

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(
        any(shutil.which(name) is None for name in NEEDED), reason=f"needs {', '.join(NEEDED)}"
    ),
]
MIB = 1 << 20


@pytest.fixture
def bench(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A mirror on a disk of 24 MiB that has a release already."""
    with mirror_vendor.bench(root, tmp_path_factory.mktemp("m")) as made:
        made.mirror.mkdir()
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(made.mirror)], check=True
        )
        try:
            made.converge()
            yield made
        finally:
            subprocess.run(["umount", str(made.mirror)], check=True)


def release_two(bench: Bench) -> dict[str, Any]:
    big = bench.maker.artefact("big.tar", bytes(40 * MIB))
    return {"release": "two", "packages": {"unasked": "1"}, "artefacts": [big]}


def grow(bench: Bench) -> None:
    subprocess.run(["mount", "-o", "remount,size=80m", str(bench.mirror)], check=True)


def test_what_does_not_fit_is_not_begun(bench: Bench) -> None:
    two, before = release_two(bench), mirror_vendor.tree(bench.mirror / "debian-12")
    message = bench.refused(**two)
    needed, free = (int(word) for word in message.split() if word.isdigit() and len(word) > 4)
    assert needed > 40 * MIB > 24 * MIB > free
    assert "make room or mount a larger file system there; nothing was changed" in message
    assert mirror_vendor.tree(bench.mirror / "debian-12") == before
    assert not (bench.mirror / ".work/parts").exists()


def test_a_disk_that_fills_leaves_what_is_served_and_the_next_run_goes_on(bench: Bench) -> None:
    two, before = release_two(bench), mirror_vendor.tree(bench.mirror / "debian-12")
    bench.maker.served.sizeless.add("/files/big.tar")  # so that it is only noticed on the way
    message = bench.refused(**two)
    assert "the disk is full (at big.tar); make room and run again" in message
    assert mirror_vendor.tree(bench.mirror / "debian-12") == before
    grow(bench)
    assert bench.converge(**two)["fetch"] == ["big.tar"]
    first, second = bench.maker.served.ranges("/files/big.tar")
    assert first == ""
    assert int(second.removeprefix("bytes=").removesuffix("-")) > MIB
    assert not bench.converge(**two)["changed"]


def test_an_index_that_does_not_fit_is_not_half_there(bench: Bench) -> None:
    before = mirror_vendor.tree(bench.mirror / "debian-12")
    many = {f"p{number}": "1" for number in range(40)}
    for name in many:
        bench.maker.package(name, "1")
    bench.maker.publish()
    filler = bench.mirror / "filler"
    with filler.open("wb") as stream:
        stream.write(bytes(23 * MIB + 512 * 1024))
    message = bench.refused(release="two", packages=many)
    assert "make room" in message
    assert mirror_vendor.tree(bench.mirror / "debian-12") == before
    filler.unlink()
    assert bench.converge(release="two", packages=many)["changed"]
