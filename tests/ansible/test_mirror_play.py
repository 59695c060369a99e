"""The mirror's playbook through ansible itself, as far as check mode goes: nothing is installed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from railwright import api
from railwright.plan.stack import mirror_of
from tests.ansible import mirror_vendor
from tests.ansible.conftest import Ansible
from tests.ansible.mirror_vendor import Bench

PLAY = "playbooks/mirror.yml"


@pytest.fixture
def bench(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with mirror_vendor.bench(root, tmp_path_factory.mktemp("m")) as made:
        yield made


def intent_with_mirror(root: Path, folder: Path) -> Path:
    text = (root / "intent/cluster.yml").read_text(encoding="utf-8").split("\nstack:")[0]
    path = folder / "cluster.yml"
    chosen = "stack: { release: '2026.07', os: debian-12, source: mirror }"
    path.write_text(f"{text}\n{chosen}\n", encoding="utf-8")
    return path


@pytest.fixture
def intent(root: Path, tmp_path: Path) -> Path:
    return intent_with_mirror(root, tmp_path)


def test_the_modules_reach_the_server_and_its_answer_comes_back(
    ansible: Ansible, intent: Path, bench: Bench
) -> None:
    server = mirror_of(api.load_plan(intent).plan)
    assert server is not None
    given = {
        "railwright_upstream_url": bench.maker.url,
        "railwright_upstream_key": str(bench.maker.folder / "key.asc"),
        "ansible_connection": "local",
        "ansible_become": "false",
    }
    # The server of the tests lacks nginx; nothing of it runs in check mode.
    tools = bench.home / "bin"
    tools.mkdir()
    (tools / "nginx").write_text("#!/bin/sh\n")
    (tools / "nginx").chmod(0o755)
    words = [word for name, value in given.items() for word in ("-e", f"{name}={value}")]
    done = ansible(
        "ansible-playbook",
        "-i",
        str(intent),
        PLAY,
        "--check",
        "--diff",
        *words,
        env={"PATH": f"{tools}:/usr/sbin:/usr/bin:/bin"},
    )
    assert done.rc == 2, done.text
    assert f"fatal: [{server.name}]: FAILED!" in done.text
    assert "listen " in done.stdout  # the server's files, as a diff
    assert "the package indices cannot be read: " in done.text
    assert "404" in done.text
    asked = {path for _, path, _ in bench.maker.served.asked}
    assert any(path.startswith("/developer.download.nvidia.com/") for path in asked)


@pytest.mark.parametrize("name", ["examples/lab-small.yml", "examples/rail-only-32.yml"])
def test_a_site_without_a_mirror_skips_the_play_quietly(
    ansible: Ansible, root: Path, name: str
) -> None:
    done = ansible("ansible-playbook", "-i", str(root / "intent" / name), PLAY)
    assert done.rc == 0, done.text
    assert "skipping: " in done.stdout
    assert "WARNING" not in done.text
