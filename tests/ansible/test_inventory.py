"""The intent as inventory."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from railwright import __version__, api
from railwright.catalog import loader
from tests.ansible.conftest import Ansible

SHA256 = "0123456789abcdef" * 4


def listed(text: str) -> dict[str, dict[str, list[str]]]:
    groups: dict[str, dict[str, list[str]]] = json.loads(text)
    return groups


def variables(text: str, host: str) -> dict[str, Any]:
    """A host's variables; those Ansible never evaluates as templates end in `!`."""
    found = json.loads(text)["_meta"]["hostvars"][host]
    return {name: plain(value) for name, value in found.items()}


def plain(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "__ansible_unsafe" in value:
        return f"{value['__ansible_unsafe']}!"
    return {name: plain(one) for name, one in value.items()}


def test_every_device_is_in_the_groups_of_its_role_su_rail_and_cluster(
    ansible: Ansible, lab_small: Path
) -> None:
    ran = ansible("ansible-inventory", "-i", str(lab_small), "--list")
    assert (ran.rc, ran.stderr) == (0, "")
    groups = listed(ran.stdout)
    leaves = ["su1-rail0-leaf", "su1-rail1-leaf", "su2-rail0-leaf", "su2-rail1-leaf"]
    nodes = [f"gpu{number:04d}" for number in range(1, 9)]
    assert groups["leaf"]["hosts"] == leaves
    assert groups["switch"]["hosts"] == [*leaves, "spine1", "spine2"]
    assert groups["rail1"]["hosts"] == ["su1-rail1-leaf", "su2-rail1-leaf"]
    assert groups["gpu_node"]["hosts"] == groups["host"]["hosts"] == nodes
    assert set(groups["su2"]["hosts"]) == {*leaves[2:], *nodes[4:]}
    assert set(groups["lab-small"]["hosts"]) == {*leaves, "spine1", "spine2", *nodes}
    spine = variables(ran.stdout, "spine2")
    assert spine.pop("railwright_version") == f"{__version__}!"
    assert spine == {
        "ansible_host": "10.185.1.15!",
        "ansible_user": "admin!",
        "railwright_checksums": {},
        "railwright_cluster": "lab-small!",
        "railwright_intent": f"{lab_small}!",
        "railwright_max_fail_percentage": 10,
        "railwright_parallel_nodes": 50,
    }
    node = variables(ran.stdout, "gpu0001")
    assert (node["ansible_host"], node["ansible_user"]) == ("10.176.1.10!", "root!")


def test_only_the_hosts_that_are_here_and_the_keys_given(
    ansible: Ansible, lab_small: Path, tmp_path: Path
) -> None:
    only = tmp_path / "hosts"
    only.write_text("gpu0002\nspine1\n")
    env = {
        "RAILWRIGHT_ONLY": str(only),
        "RAILWRIGHT_SSH_KEY": "/keys/id",
        "RAILWRIGHT_KNOWN_HOSTS": "/keys/known hosts",
    }
    ran = ansible("ansible-inventory", "-i", str(lab_small), "--list", env=env)
    groups = listed(ran.stdout)
    assert groups["lab-small"]["hosts"] == ["spine1", "gpu0002"]
    assert "leaf" not in groups
    host = variables(ran.stdout, "gpu0002")
    assert host["ansible_ssh_private_key_file"] == "/keys/id"
    assert host["ansible_ssh_common_args"] == (
        "-o 'UserKnownHostsFile=/keys/known hosts' -o StrictHostKeyChecking=yes!"
    )
    assert re.fullmatch(r"~/\.ansible/cp/[0-9a-f]{8}!", host["ansible_control_path_dir"])
    assert ran.stderr == (
        "skipped, not here: gpu0001, gpu0003-gpu0008, spine2, su1-rail0-leaf, su1-rail1-leaf, "
        "su2-rail0-leaf, su2-rail1-leaf\n"
    )


def test_a_substitute_for_makers_repositories_becomes_variables(
    ansible: Ansible, lab_small: Path, tmp_path: Path
) -> None:
    upstream = tmp_path / "upstream.yml"
    upstream.write_text(
        f"url: http://10.0.0.1:8000\nkey: key.asc\nchecksums: {{a.tbz: {SHA256}}}\n"
    )
    env = {"RAILWRIGHT_UPSTREAM": str(upstream)}
    ran = ansible("ansible-inventory", "-i", str(lab_small), "--list", env=env)
    assert ran.rc == 0, ran.text
    host = variables(ran.stdout, "gpu0002")
    assert host["railwright_upstream_url"] == "http://10.0.0.1:8000!"
    assert host["railwright_upstream_key"] == f"{tmp_path}/key.asc!"
    assert host["railwright_checksums"] == {"a.tbz": f"{SHA256}!"}
    upstream.write_text("uri: x\n")
    ran = ansible("ansible-inventory", "-i", str(lab_small), "--list", env=env)
    assert ran.rc != 0
    assert f"{upstream}: uri: unknown; use url, key, checksums" in ran.text


def test_nodes_with_a_mirror_know_where_it_is(ansible: Ansible, root: Path, tmp_path: Path) -> None:
    intent = tmp_path / "intent.yml"
    text = (root / "intent" / "cluster.yml").read_text().partition("\nstack:")[0]
    stack = f'release: "{loader.stack_names()[-1]}", os: debian-12, source: mirror'
    intent.write_text(f"{text}\nstack: {{{stack}}}\n")
    ran = ansible("ansible-inventory", "-i", str(intent), "--host", "gpu0001")
    assert ran.rc == 0, ran.text
    first = api.load_plan(intent).plan
    mirror = next(one.name for one in first.nodes if one.role == "management_node")
    assert f'"{mirror}"' in ran.stdout


def test_a_bad_intent_ends_the_run_with_its_problems(ansible: Ansible, root: Path) -> None:
    bad = root / "tests" / "errors" / "unknown-key-deep.yml"
    expected = bad.with_suffix(".txt").read_text().splitlines()
    assert expected
    ran = ansible("ansible-playbook", "-i", str(bad), "site.yml")
    assert ran.rc == 1
    for line in expected:
        assert line.partition(":")[2] in ran.text
    assert "no hosts matched" not in ran.text
    assert "PLAY" not in ran.text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("cluster: lab-small", "cluster: spine"),
            "'spine' is also the name of a device or of a group",
        ),
        (
            ("cluster: lab-small", "cluster: gpu0001"),
            "'gpu0001' is also the name of a device or of a group",
        ),
    ],
    ids=["group", "device"],
)
def test_a_cluster_cannot_be_called_like_a_group_or_device(
    ansible: Ansible, lab_small: Path, tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    intent = tmp_path / "intent.yml"
    intent.write_text(lab_small.read_text().replace(*change))
    ran = ansible("ansible-inventory", "-i", str(intent), "--list")
    assert ran.rc != 0
    assert message in ran.text


def test_two_intents_at_once_are_refused(ansible: Ansible, root: Path, lab_small: Path) -> None:
    other = root / "intent" / "cluster.yml"
    ran = ansible("ansible-inventory", "-i", str(lab_small), "-i", str(other), "--list")
    assert ran.rc != 0
    assert "give one intent at a time" in ran.text


def test_a_list_of_hosts_that_cannot_be_read_is_named(
    ansible: Ansible, lab_small: Path, tmp_path: Path
) -> None:
    missing = tmp_path / "hosts"
    env = {"RAILWRIGHT_ONLY": str(missing)}
    ran = ansible("ansible-inventory", "-i", str(lab_small), "--list", env=env)
    assert ran.rc != 0
    assert f"{missing}: cannot be read: No such file or directory" in ran.text
