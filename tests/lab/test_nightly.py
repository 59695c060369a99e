"""The whole reference live: 47 switches and 138 servers, converged twice and proved. Minutes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from railwright.lab.status import status
from tests.lab.site_tools import Site, copied

pytestmark = [pytest.mark.nightly, pytest.mark.usefixtures("lab_host")]

LIMIT_S = 3600


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    intent = copied(
        root / "intent/cluster.yml",
        tmp_path_factory.mktemp("nightly") / "nightly.yml",
        lambda text: text.replace("cluster: h100-1024", "cluster: rw-nightly"),
    )
    site = Site(intent, root)
    try:
        nodes = str(len(site.plan.gpu_nodes))
        up = site.railwright("lab", "up", str(intent), "--nodes", nodes, timeout_s=LIMIT_S)
        assert up.code == 0, up.out
        yield site
    finally:
        down = site.railwright("lab", "down", str(intent))
        assert down.code == 0, down.out


def test_everything_converges_and_the_second_run_changes_nothing(site: Site) -> None:
    booted = {one.name for one in status(site.cluster).devices if one.condition == "booted"}
    assert booted >= {device.name for device in (*site.plan.switches, *site.plan.gpu_nodes)}
    first = site.play(timeout_s=LIMIT_S)
    assert first.code == 0, first.out
    assert first.changed == booted
    second = site.play(timeout_s=LIMIT_S)
    assert second.code == 0, second.out
    assert second.changed == set()
    code, report = site.json("verify", str(site.intent), "--wait", "120")
    assert (code, report["findings"]) == (0, [])
    assert set(report["skipped"]) == {one.name for one in site.plan.nodes} - booted
    wired = [one for one in site.plan.links if one.deployed and one.kind in {"host", "fabric"}]
    ends = [end.device for link in wired for end in (link.a, link.z)]
    assert report["checks"]["cabling"] == sum(name in booted for name in ends)
