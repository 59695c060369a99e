"""The plays that run on the controller alone: validate and build."""

import re
from pathlib import Path

import pytest

from tests.ansible.conftest import Ansible, Ran


def changed(ran: Ran) -> int:
    """How many results of the recap count as a change."""
    assert ran.rc == 0, ran.text
    found = re.findall(r"changed=(\d+)", ran.stdout.partition("PLAY RECAP")[2])
    assert found
    return sum(map(int, found))


def test_the_build_is_shown_written_once_and_then_left_alone(
    ansible: Ansible, lab_small: Path, tmp_path: Path
) -> None:
    words = (
        "-i",
        str(lab_small),
        "site.yml",
        "--tags",
        "build",
        "-e",
        f"railwright_out={tmp_path}",
    )
    checked = ansible("ansible-playbook", *words, "--check", "--diff")
    assert changed(checked) == 1
    config = tmp_path / "lab-small" / "switches" / "spine1" / "config_db.json"
    assert f"+ {config}\n" in checked.stdout
    assert list(tmp_path.iterdir()) == []

    assert changed(ansible("ansible-playbook", *words)) == 1
    assert config.is_file()

    config.write_text("{}")
    again = ansible("ansible-playbook", *words, "--limit", "gpu_node", "--check", "--diff")
    assert changed(again) == 1
    assert f"~ {config}\n" in again.stdout
    assert config.read_text() == "{}"

    assert changed(ansible("ansible-playbook", *words, "--limit", "su2")) == 1
    assert changed(ansible("ansible-playbook", *words)) == 0


def test_playbooks_of_another_version_are_refused(ansible: Ansible, lab_small: Path) -> None:
    ran = ansible(
        "ansible-playbook", "-i", str(lab_small), "site.yml", "-e", "railwright_version=0.0.1"
    )
    assert ran.rc == 2
    assert "the playbooks belong to railwright 0.0.1" in ran.text
    assert "Write the artefacts" not in ran.text


@pytest.mark.parametrize(
    ("tag", "tasks"),
    [
        ("build", ["Check the intent", "Write the artefacts"]),
        (
            "lldp",
            [
                "Check the intent",
                "Get the mirror's public key",
                "Get the public keys of packages' makers",
                "Look at the node, and leave it alone where something is wrong with it",
                "lldp : Publish names and ports by LLDP",
            ],
        ),
        ("verify", ["Check the intent", "Check sessions, routes, paths, cabling and QoS"]),
    ],
)
def test_tags_choose_the_part(
    ansible: Ansible, lab_small: Path, tag: str, tasks: list[str]
) -> None:
    ran = ansible(
        "ansible-playbook", "-i", str(lab_small), "site.yml", "--tags", tag, "--list-tasks"
    )
    assert ran.rc == 0, ran.text
    assert re.findall(r"^      (\S.*?)\tTAGS", ran.stdout, re.M) == tasks
