"""The play of the nodes against this very host, in check mode: it looks and changes nothing."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from railwright.catalog import loader
from railwright.emitters.node_config import ROLES
from tests.ansible.conftest import Ansible, Ran

Play = Callable[..., Ran]
"""(intent, *words) -> Ran."""


@pytest.fixture
def play(ansible: Ansible, tmp_path: Path) -> Play:
    """Run the play of one node, whose connection leads back here."""

    def run(intent: Path, *words: str) -> Ran:
        only = tmp_path / "hosts"
        only.write_text("gpu0001\n")
        return ansible(
            "ansible-playbook",
            *("-i", str(intent), "playbooks/nodes.yml", "--check", "--diff", "--limit", "gpu0001"),
            *("-e", "ansible_connection=local ansible_become=false"),
            *("-e", f"ansible_python_interpreter={sys.executable}", *words),
            env={"RAILWRIGHT_ONLY": str(only)},
        )

    return run


def counts(ran: Ran) -> dict[str, int]:
    line = next(one for one in ran.stdout.splitlines() if one.startswith("gpu0001 "))
    return {name: int(value) for name, value in (word.split("=") for word in line.split()[2:])}


def without_stack(root: Path) -> str:
    text = (root / "intent/examples/lab-small.yml").read_text()
    return text.partition("\nstack:")[0]


def test_roles_show_what_they_would_change_and_change_nothing(
    play: Play, root: Path, tmp_path: Path
) -> None:
    intent = tmp_path / "intent.yml"
    intent.write_text(without_stack(root))
    ran = play(intent)
    assert ran.rc == 0, ran.text
    assert "+configure system hostname gpu0001\n" in ran.stdout
    assert "+++ after: /etc/systemd/network/50-railwright-rail0.network\n" in ran.stdout
    assert not Path("/etc/lldpd.d/railwright.conf").exists()
    roles = [line for line in ran.stdout.splitlines() if line.startswith("TASK [")]
    assert [
        name for name in ROLES if any(line.startswith(f"TASK [{name} : ") for line in roles)
    ] == list(ROLES)
    assert (counts(ran)["failed"], counts(ran)["unreachable"]) == (0, 0)
    assert counts(ran)["changed"] >= 2


def test_one_part_alone_and_no_restart_with_it(play: Play, root: Path, tmp_path: Path) -> None:
    intent = tmp_path / "intent.yml"
    intent.write_text(without_stack(root))
    ran = play(intent, "--tags", "lldp")
    assert ran.rc == 0, ran.text
    assert "TASK [lldp : " in ran.stdout
    assert "TASK [host_network : " not in ran.stdout
    assert "restart" not in ran.stdout.replace("Restart lldpd", "").lower()
    other = play(intent, "--tags", "switches")
    assert (other.rc, "TASK [" in other.stdout) == (0, False)


def test_modules_of_roles_keep_services_of_others_running(
    play: Play, root: Path, tmp_path: Path
) -> None:
    """On Ubuntu, needrestart would restart them after every package."""
    intent = tmp_path / "intent.yml"
    intent.write_text(without_stack(root))
    ran = play(intent, "--tags", "lldp", "-vvv")
    assert ran.rc == 0, ran.text
    assert "NEEDRESTART_SUSPEND=1 " in ran.stdout


def test_a_node_that_is_not_as_its_profile_is_left_alone_with_every_reason(
    play: Play, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "key.asc").write_text("KEY\n")
    (tmp_path / "upstream.yml").write_text("url: http://192.0.2.1\nkey: key.asc\n")
    intent = tmp_path / "intent.yml"
    stack = f'stack: {{release: "{loader.stack_names()[-1]}", os: debian-12}}'
    intent.write_text(f"{without_stack(root)}\n{stack}\n")
    ran = play(
        intent,
        *("-e", "railwright_upstream_url=http://192.0.2.1"),
        *("-e", f"railwright_upstream_key={tmp_path}/key.asc"),
    )
    assert ran.rc == 2, ran.text
    assert "gpu0001 was left as it is:" in ran.text
    for reason in (
        "- rail0: no NIC at 0000:18:00.0; ",
        "- 0 of 8 GPUs are on the PCI bus (none); ",
    ):
        assert reason in ran.text
    assert "TASK [base : " not in ran.stdout
    assert counts(ran)["changed"] == 0


def test_a_mirror_that_does_not_answer_is_the_reason_and_not_one_that_is_not_built(
    ansible: Ansible, root: Path, tmp_path: Path
) -> None:
    only, hosts = tmp_path / "only", tmp_path / "hosts.ini"
    only.write_text("gpu0001\n")
    variables = "ansible_connection=local ansible_become=false"
    hosts.write_text(f"gpu0001 {variables} ansible_python_interpreter={sys.executable}\n")
    ran = ansible(
        "ansible-playbook",
        *("-i", str(root / "tests/lab/nodes.yml"), "-i", str(hosts)),
        *("playbooks/nodes.yml", "--check", "--limit", "gpu0001"),
        *("-e", "railwright_mirror_host=mirror.invalid"),
        env={"RAILWRIGHT_ONLY": str(only), "ANSIBLE_INVENTORY_ENABLED": "railwright,ini"},
    )
    assert ran.rc == 2, ran.text
    said = "- mirror.invalid, which has the mirror's public key, did not answer ("
    line = next(one for one in ran.text.splitlines() if said in one)
    assert "see that it runs and takes log-ins, then run this again" in line
    assert "is not known" not in ran.text


def test_a_failed_reset_of_nics_is_told_and_hinders_no_restart(root: Path) -> None:
    (play,) = yaml.safe_load((root / "playbooks/nodes.yml").read_text())
    names = [one["name"] for one in play["tasks"]]
    reset, restart, after = play["tasks"][-3:]
    assert names[-3].startswith("Reset the firmware of its NICs")
    assert (reset["failed_when"], reset["register"]) == (False, "railwright_reset")
    assert list(restart)[1] == "ansible.builtin.reboot"
    assert after["railwright_node"]["reset"] == "{{ railwright_reset.stderr | default('') }}"
