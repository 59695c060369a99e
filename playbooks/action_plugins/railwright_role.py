"""Bring one role of one node into the state that the plan wants."""

import os
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from railwright import api_nodes
from railwright.errors import RailwrightError
from railwright.nodes.packages import ENVIRONMENT


class ActionModule(ActionBase):
    """`railwright_role: {intent: FILE, role: NAME, confirm: BOOL}` on a node."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp=None, task_vars=None):  # noqa: ANN001, ANN201
        """Return what changed on the node; `confirm` notes that earlier changes are in effect."""
        result = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(
            {
                "intent": {"type": "path", "required": True},
                "role": {"required": True},
                "confirm": {"type": "bool", "default": False},
            }
        )

        self._task.environment = [*(self._task.environment or []), ENVIRONMENT]

        def execute(module, arguments):  # noqa: ANN001, ANN202
            return self._execute_module(module, dict(arguments), task_vars=task_vars)

        host, run = task_vars["inventory_hostname"], str(os.getppid())
        intent, check = Path(options["intent"]), self._task.check_mode
        node = api_nodes.Node(intent, host, task_vars, run, execute, check)
        act = api_nodes.confirm if options["confirm"] else api_nodes.converge
        try:
            return result | act(node, options["role"])
        except RailwrightError as err:
            raise AnsibleActionFail(str(err)) from None
