"""Lay down the files the plan renders for one role of one node, with one module execution."""

import base64
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from railwright import api
from railwright.errors import RailwrightError


class ActionModule(ActionBase):
    """`railwright_tree: {intent: FILE, role: NAME, confirm: BOOL}` on a node."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp=None, task_vars=None):  # noqa: ANN001, ANN201
        """Return what changed on the node; `confirm` notes that earlier changes are in effect."""
        super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(
            {
                "intent": {"type": "path", "required": True},
                "role": {"required": True},
                "confirm": {"type": "bool", "default": False},
            }
        )
        host, role = task_vars["inventory_hostname"], options["role"]
        try:
            tree = api.node_tree(Path(options["intent"]), host, role)
        except RailwrightError as err:
            raise AnsibleActionFail(str(err)) from None
        files = [
            {
                "path": f"/{file.path}",
                "content": base64.b64encode(file.content).decode(),
                "mode": f"{file.mode:04o}",
            }
            for file in tree
        ]
        what = {"confirm": True} if options["confirm"] else {"files": files}
        return self._execute_module(
            module_name="railwright_files", module_args={"owner": role, **what}, task_vars=task_vars
        )
