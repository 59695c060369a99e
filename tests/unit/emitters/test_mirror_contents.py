"""What the package mirror holds and how it is served, as values."""

from dataclasses import replace
from pathlib import Path

import pytest

from railwright import api, api_mirror
from railwright.catalog.stack_model import (
    Artefact,
    Kernel,
    Repository,
    StackRelease,
    SystemStack,
    Versions,
)
from railwright.emitters import mirror, node_config
from railwright.emitters.mirror import Upstream
from railwright.emitters.node_config import base_apt
from railwright.emitters.node_config.places import artefact_name
from railwright.errors import RailwrightError
from railwright.intent.stack import Stack
from railwright.plan.model import Plan
from railwright.plan.stack import NodeStack, stack_of
from tests.ansible import mirror_vendor

SHA = "0" * 64
KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
SYSTEM = SystemStack(
    kernel=Kernel(release="6.1.0-50-amd64", packages={"linux-image-6.1.0-50-amd64": "6.1.176-1"}),
    repositories={
        "maker": Repository(
            url="https://maker.example.net/deb/",
            key_url="https://maker.example.net/key.asc",
            fingerprints=("A" * 40,),
            never=("dkms",),
            source="test",
        ),
        "system": Repository(
            url="https://deb.example.net/debian/",
            suite="bookworm",
            components=("main",),
            origin="Debian",
            only=("libc6",),
            check_valid_until=False,
            source="test",
        ),
    },
    packages={"base": {"chrony": None}},
    artefacts={
        "hpcx": Artefact(
            version="2",
            url="https://files.example.net/a/hpcx-2.tbz",
            sha256=SHA,
            folder="hpcx-2",
            source="test",
        ),
        "bare": Artefact(
            version="1",
            url="https://files.example.net/bare.tar",
            sha256=None,
            folder="bare",
            source="test",
        ),
    },
    source="test",
)
VERSIONS = Versions(
    driver="1",
    fabric_manager="1",
    cuda="13.0",
    nccl="2",
    gdrcopy="2",
    dcgm="4",
    hpcx="2",
    container_toolkit="1",
)


def stack(os: str = "debian-12", system: SystemStack = SYSTEM) -> NodeStack:
    choices = Stack.model_validate({"release": "2026.07", "os": os, "source": "mirror"})
    release = StackRelease(
        name="2026.07", versions=VERSIONS, systems={"debian-12": system}, source="test"
    )
    return NodeStack(choices, release, system)


def archives(*names: str) -> dict[str, Artefact]:
    return {artefact_name(SYSTEM.artefacts[name]): SYSTEM.artefacts[name] for name in names}


def test_it_holds_the_kernel_and_what_nodes_want() -> None:
    want = mirror.contents(stack(), {"chrony": None, "a": "1"}, archives("hpcx"), Upstream())
    assert want.packages == {
        "a": "1",
        "chrony": None,
        "linux-image-6.1.0-50-amd64": "6.1.176-1",
        **dict.fromkeys(mirror.TOOLS["apt"]),
    }
    assert list(want.packages) == sorted(want.packages)
    assert [(one.name, one.url, one.sha256) for one in want.artefacts] == [
        ("hpcx-2.tbz", "https://files.example.net/a/hpcx-2.tbz", SHA)
    ]
    assert (want.kind, want.system, want.release) == ("apt", "debian-12", "2026.07")
    maker, system = want.repositories
    assert (maker.key_url, maker.fingerprints) == ("https://maker.example.net/key.asc", ("A" * 40,))
    assert (system.suite, system.components) == ("bookworm", ("main",))
    assert (maker.check_valid_until, system.check_valid_until) == (True, False)


def test_the_mirrors_own_programs_belong_to_it_under_the_names_it_asks_for(root: Path) -> None:
    asked = mirror_vendor.load(root).TOOL_PACKAGES
    assert {kind: set(text.split()) for kind, text in asked.items()} == {
        kind: set(names) for kind, names in mirror.TOOLS.items()
    }
    pinned = mirror.contents(stack(), {"gpg": "2"}, {}, Upstream())
    assert pinned.packages["gpg"] == "2"


def test_an_upstream_takes_the_place_of_every_maker() -> None:
    upstream = Upstream("http://10.0.0.1:8000/", KEY, {"hpcx-2.tbz": "1" * 64})
    want = mirror.contents(stack(), {}, archives("hpcx"), upstream)
    maker, system = want.repositories
    assert maker.url == "http://10.0.0.1:8000/maker.example.net/deb/"
    assert system.url == "http://10.0.0.1:8000/deb.example.net/debian/"
    for one in want.repositories:
        assert (one.key, one.key_url, one.fingerprints) == (KEY, None, ())
    (file,) = want.artefacts
    assert file.url == "http://10.0.0.1:8000/files.example.net/a/hpcx-2.tbz"
    assert file.sha256 == "1" * 64


def test_every_archive_without_a_checksum_is_named() -> None:
    with pytest.raises(RailwrightError, match=r"no checksum of bare\.tar; take it from the maker"):
        mirror.contents(stack(), {}, archives("bare", "hpcx"), Upstream())
    given = Upstream(checksums={"bare.tar": "2" * 64})
    (file,) = mirror.contents(stack(), {}, archives("bare"), given).artefacts
    assert file.sha256 == "2" * 64


@pytest.fixture(scope="module")
def plan(root: Path) -> Plan:
    return api.load_plan(root / "intent/examples/lab-small.yml").plan


def test_it_is_served_on_the_in_band_address_alone(plan: Plan) -> None:
    device = next(one for one in plan.nodes)
    files = {file.path: file.content.decode() for file in mirror.server(stack(), device)}
    config = files["etc/railwright/mirror/nginx.conf"]
    address = device.management.address
    assert f"listen {address}:8080;" in config
    assert config.count("listen ") == 1
    assert "root /var/lib/railwright-mirror;" in config
    assert "limit_except GET { deny all; }" in config
    assert "user www-data;" in config
    assert (
        "/etc/railwright/mirror/nginx.conf" in files["etc/systemd/system/railwright-mirror.service"]
    )
    rocky = replace(stack(), choices=stack("rocky-9").choices)
    assert "user nginx;" in mirror.server(rocky, device)[0].content.decode()
    assert mirror.contents(rocky, {}, {}, Upstream()).kind == "dnf"


def test_an_intent_without_a_mirror_is_told_so(root: Path) -> None:
    intent = root / "intent/examples/rail-only-32.yml"
    if api.load_plan(intent).plan.intent.stack is not None:
        pytest.skip("this example has a stack")
    with pytest.raises(RailwrightError, match=r"has no mirror; set `stack.source: mirror`"):
        api_mirror.server_files(intent, "gpu001")


def intent_with_mirror(root: Path, folder: Path) -> Path:
    text = (root / "intent/cluster.yml").read_text(encoding="utf-8")
    head = text.split("\nstack:")[0] if "\nstack:" in text else text
    path = folder / "cluster.yml"
    chosen = "stack: { release: '2026.07', os: debian-12, source: mirror }"
    path.write_text(f"{head}\n{chosen}\n", encoding="utf-8")
    return path


def test_the_arguments_of_the_module_follow_from_the_intent(root: Path, tmp_path: Path) -> None:
    intent = intent_with_mirror(root, tmp_path)
    plan = api.load_plan(intent).plan
    servers = [one for one in plan.nodes if one.role == "management_node"]
    key = tmp_path / "key.asc"
    key.write_text(KEY)
    stack = stack_of(plan)
    assert stack is not None
    names = [one.url.rpartition("/")[2] for one in stack.system.artefacts.values()]
    sums = dict.fromkeys(names, SHA)
    upstream = {"url": "http://10.9.9.9", "key": str(key), "checksums": sums}
    found = api_mirror.contents(intent, servers[0].name, upstream)
    assert found["packages"]["lldpd"] is None
    # As a node that asks the makers: the driver's libraries in the driver's version too.
    makers = api_mirror.contents(intent, servers[0].name, {"checksums": sums})
    assert makers["preferences"] == base_apt.preferences(stack)
    driver = f"Pin: version {stack.release.versions.driver}-*\nPin-Priority: 1001"
    assert driver in found["preferences"]
    # What is told by its host alone cannot be told at a substitute; what has a name still is.
    assert 'Pin: origin "linux.mellanox.com"' in makers["preferences"]
    assert "Pin: origin" not in found["preferences"]
    assert "Pin: release o=NVIDIA" in found["preferences"]
    assert {one["key"] for one in found["repositories"]} == {KEY}
    assert found["address"] == f"http://{servers[0].management.address}:8080"
    assert found["name"] == "debian-12-2026.07"
    sources = {
        file.content.decode()
        for file in node_config.files(plan, plan.nodes[0], "base")
        if file.path.startswith(base_apt.SOURCES)
    }
    assert {f"URIs: {found['address']}/{found['name']}/" in text for text in sources} == {True}
    with pytest.raises(RailwrightError, match=f"is on {servers[0].name}, not on {servers[1].name}"):
        api_mirror.server_files(intent, servers[1].name)
    with pytest.raises(RailwrightError, match="cannot be read: No such file"):
        api_mirror.contents(intent, servers[0].name, {"key": str(tmp_path / "none")})


def test_dnf_takes_what_a_node_would_from_the_substitute(root: Path, tmp_path: Path) -> None:
    intent = intent_with_mirror(root, tmp_path)
    intent.write_text(intent.read_text().replace("os: debian-12", "os: rocky-9"))
    plan = api.load_plan(intent).plan
    stack = stack_of(plan)
    assert stack is not None
    server = next(one for one in plan.nodes if one.role == "management_node")
    sums = {artefact_name(one): SHA for one in stack.system.artefacts.values()}
    given = {"url": "http://10.9.9.9", "checksums": sums}
    found = api_mirror.contents(intent, server.name, given)
    assert (found["kind"], found["name"]) == ("dnf", "rocky-9-2026.07")
    assert "preferences" not in found
    urls = {one["url"] for one in found["repositories"]}
    for url in urls:
        assert url.startswith("http://10.9.9.9/")
        assert f"baseurl={url}\n" in found["repo_files"]
    assert "https://" not in found["repo_files"]
    assert "excludepkgs=" in found["repo_files"]
