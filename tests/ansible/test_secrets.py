"""Secrets come from the vault or the environment, and never come out."""

from pathlib import Path

from tests.ansible.conftest import Ansible

UNREACHABLE = 4
VALUE = "Correct-Horse-7"
MISSING = (
    "secret 'snmp_ro' (SNMP_COMMUNITY) has no value: give it below railwright_secrets in "
    "playbooks/group_vars/lab-small/vault.yml (ansible-vault), or set RAILWRIGHT_SECRET_SNMP_RO"
)


def push(lab_small: Path) -> list[str]:
    """The words of a run that reads secrets and then finds no way to any switch."""
    return ["-i", str(lab_small), "site.yml", "--tags", "switches", "-vvvv", "--diff"]


def test_a_missing_secret_is_named_with_the_places_to_put_it(
    ansible: Ansible, lab_small: Path
) -> None:
    ran = ansible("ansible-playbook", *push(lab_small))
    assert ran.rc == 2
    assert MISSING in ran.text


def test_secrets_of_the_vault_and_the_environment_are_used_and_never_shown(
    ansible: Ansible, lab_small: Path, checkout: Path, tmp_path: Path
) -> None:
    # Without known host keys no switch is even called, so this needs no network.
    env = {"RAILWRIGHT_KNOWN_HOSTS": str(tmp_path / "none"), "ANSIBLE_LOG_PATH": f"{tmp_path}/log"}
    password = tmp_path / "password"
    password.write_text("open sesame\n")
    vault = checkout / "playbooks" / "group_vars" / "lab-small" / "vault.yml"
    vault.parent.mkdir(parents=True)
    vault.write_text(f"railwright_secrets:\n  snmp_ro: {VALUE}\n")
    key = ("--vault-password-file", str(password))
    assert ansible("ansible-vault", "encrypt", *key, str(vault)).rc == 0
    assert VALUE not in vault.read_text()

    from_vault = ansible("ansible-playbook", *push(lab_small), *key, env=env, cwd=checkout)
    other = {**env, "RAILWRIGHT_SECRET_SNMP_RO": VALUE}
    from_environment = ansible("ansible-playbook", *push(lab_small), env=other)
    for ran in (from_vault, from_environment):
        assert "there is no file of known host keys" in ran.text
        assert "has no value" not in ran.text
        assert ran.rc == UNREACHABLE
        assert VALUE not in ran.text
    assert VALUE not in (tmp_path / "log").read_text()


def test_a_class_nobody_knows_is_refused_with_the_choices(
    ansible: Ansible, lab_small: Path
) -> None:
    words = (*push(lab_small), "-e", "railwright_accept=port_bounce")
    ran = ansible("ansible-playbook", *words)
    assert ran.rc == 2
    assert (
        "'port_bounce' is no class of change to accept; use one of hitless, port-bounce, bgp-reset,"
    ) in ran.text
