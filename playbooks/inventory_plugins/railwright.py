"""Ansible inventory: the intent file itself, so that no generated inventory can be stale."""

import hashlib
import shlex
import sys
from pathlib import Path

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin

try:
    from railwright import api, api_nodes  # noqa: F401 (workers inherit what is imported here)
    from railwright.errors import RailwrightError
    from railwright.naming import spans
except ImportError as err:
    raise AnsibleParserError(
        f"the Python package railwright is missing for {sys.executable} ({err}); install it there, "
        "or use the ansible-playbook of the environment that has it"
    ) from err

DOCUMENTATION = """
name: railwright
short_description: The cluster described by an intent file
description:
  - Every device of the plan, grouped by role (C(leaf), C(spine), C(gpu_node)), SU (C(su1)),
    rail (C(rail0), leaves only), C(switch) or C(host), and the name of the cluster.
options:
  only:
    description: File with one host name per line; other hosts are skipped and named.
    type: path
    env: [{name: RAILWRIGHT_ONLY}]
  ssh_key:
    description: Private key for every device.
    type: path
    env: [{name: RAILWRIGHT_SSH_KEY}]
  known_hosts:
    description: Host keys of the devices; unknown or changed keys are refused.
    type: path
    env: [{name: RAILWRIGHT_KNOWN_HOSTS}]
  upstream:
    description: File that says where packages are read instead of from their makers (url, key,
      checksums).
    type: path
    env: [{name: RAILWRIGHT_UPSTREAM}]
"""


class InventoryModule(BaseInventoryPlugin):
    """Turn an intent file into hosts, groups and connection variables."""

    NAME = "railwright"

    def verify_file(self, path: str) -> bool:
        """Return whether the path looks like an intent file."""
        return Path(path).suffix in {".yml", ".yaml"}

    def parse(self, inventory, loader, path, cache=True):  # noqa: ANN001, ANN201
        """Add every planned device. Raises: AnsibleParserError with the located problems."""
        super().parse(inventory, loader, path, cache)
        self.set_options()
        try:
            found = api.inventory(Path(path), self.get_option("only"), self.get_option("upstream"))
        except RailwrightError as err:
            raise AnsibleParserError(str(err)) from None
        for host in found.present:
            if host.name in inventory.hosts:
                raise AnsibleParserError(f"{host.name} is there already; give one intent at a time")
            inventory.add_host(host.name)
            for group in host.groups:
                inventory.add_group(group)
                inventory.add_child(group, host.name)
            for name, value in {**host.variables, **self._connection()}.items():
                inventory.set_variable(host.name, name, value)
        self._add_cluster(inventory, found)
        if found.absent:
            self.display.display(f"skipped, not here: {spans(found.absent)}", stderr=True)

    def _add_cluster(self, inventory, found):  # noqa: ANN001, ANN202
        """Add the cluster's group, so that group_vars/<cluster>/ holds for all its hosts."""
        cluster = str(found.variables["railwright_cluster"])
        inventory.add_group(cluster)
        for host in found.present:
            inventory.add_child(cluster, host.name)
        for name, value in found.variables.items():
            inventory.set_variable(cluster, name, value)

    def _connection(self) -> dict[str, str]:
        found = {}
        if key := self.get_option("ssh_key"):
            found["ansible_ssh_private_key_file"] = key
        if known_hosts := self.get_option("known_hosts"):
            file = shlex.quote(f"UserKnownHostsFile={known_hosts}")
            found["ansible_ssh_common_args"] = f"-o {file} -o StrictHostKeyChecking=yes"
            # Two fabrics may have one address: an open connection is not shared between them.
            digest = hashlib.sha256(known_hosts.encode()).hexdigest()[:8]
            found["ansible_control_path_dir"] = f"~/.ansible/cp/{digest}"
        return found
