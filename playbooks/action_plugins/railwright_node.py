"""Look at a whole node: before it is changed, for reasons to restart it, after it restarted."""

import os
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from railwright import api_nodes
from railwright.errors import RailwrightError


class ActionModule(ActionBase):
    """`railwright_node: {intent: FILE, look: before|restart|after, boot_id: ID, reset: TEXT}`."""

    _supports_check_mode = True

    def run(self, tmp=None, task_vars=None):  # noqa: ANN001, ANN201
        """Return what was seen as facts, and what follows from it."""
        result = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(
            {
                "intent": {"type": "path", "required": True},
                "look": {"choices": ["before", "restart", "after"], "default": "before"},
                **{name: {"default": ""} for name in ("boot_id", "reset")},
            }
        )

        def execute(module, arguments):  # noqa: ANN001, ANN202
            return self._execute_module(module, dict(arguments), task_vars=task_vars)

        host, run = task_vars["inventory_hostname"], str(os.getppid())
        intent = Path(options["intent"])
        node = api_nodes.Node(intent, host, task_vars, run, execute, self._task.check_mode)
        looks = {"before": api_nodes.survey, "restart": api_nodes.reasons}
        try:
            if options["look"] == "after":
                return result | api_nodes.restarted(node, options["boot_id"], options["reset"])
            found = looks[options["look"]](node)
            reasons = found.get("restart", found.get("reasons", ()))
            for line in (*(f"restart for {one}" for one in reasons), *found.get("busy", ())):
                self._display.display(f"{host}: {line}")
            return result | found
        except RailwrightError as err:
            raise AnsibleActionFail(str(err)) from None
