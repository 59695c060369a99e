"""Repositories of dnf as text: for nodes, and for whoever reads the makers' servers for them."""

import configparser

from railwright.catalog.stack_model import Repository
from railwright.emitters.node_config import base_dnf
from tests.unit.emitters.node_stacks import stack_for, stacked, texts

REPOSITORIES = {
    "system": Repository(url="https://dl.example.net/os/", source="test"),
    "cuda": Repository(
        url="https://cuda.example.net/", only=("nvidia-*",), never=("mft*",), source="test"
    ),
    "doca": Repository(url="https://doca.example.net/", only=("mft*", "rdma-core*"), source="test"),
}


def parsed(text: str) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


def test_what_one_repository_alone_may_have_is_hidden_in_no_module_and_nowhere_else() -> None:
    found = parsed(base_dnf.repositories(REPOSITORIES))
    assert list(found) == ["railwright-cuda", "railwright-doca", "railwright-system"]
    assert found["railwright-cuda"] == {
        "name": "railwright cuda",
        "baseurl": "https://cuda.example.net/",
        "enabled": "1",
        "gpgcheck": "1",
        "module_hotfixes": "1",
        "excludepkgs": "mft*,rdma-core*",
    }
    assert found["railwright-doca"]["excludepkgs"] == "nvidia-*"
    system = found["railwright-system"]
    assert system["excludepkgs"] == "mft*,nvidia-*,rdma-core*"
    assert "module_hotfixes" not in system


def test_nodes_read_the_same_text_with_the_keys_they_were_given() -> None:
    plan = stacked(os="rocky-9")
    repositories = stack_for(plan).system.repositories
    text = texts(plan, "base")["etc/railwright/yum.repos.d/railwright.repo"]
    lines = [line for line in text.splitlines() if not line.startswith("gpgkey=")]
    assert "\n".join((*lines, "")) == base_dnf.repositories(repositories)
    assert text == base_dnf.repositories(repositories, base_dnf.KEYRINGS)
    keys = [one["gpgkey"] for one in parsed(text).values()]
    folder = f"file://{base_dnf.KEYRINGS}/RPM-GPG-KEY-railwright"
    assert keys == [f"{folder}-{name}" for name in sorted(repositories)]
