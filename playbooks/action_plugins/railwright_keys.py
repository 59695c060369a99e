"""Download the public keys of packages' makers to the controller, by their fingerprints."""

from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from railwright import api_nodes
from railwright.errors import RailwrightError

CACHE = Path("~/.cache/railwright/keys")


class ActionModule(ActionBase):
    """`railwright_keys: {intent: FILE, given: [PATH]}` on the controller."""

    _supports_check_mode = True  # nothing but the cache is written

    def run(self, tmp=None, task_vars=None):  # noqa: ANN001, ANN201
        """Return `given`, texts by path on the nodes; nothing where none are needed."""
        result = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(
            {
                "intent": {"type": "path", "required": True},
                "given": {"type": "list", "elements": "str", "default": []},
            }
        )

        def execute(module, arguments):  # noqa: ANN001, ANN202
            return self._execute_module(module, dict(arguments), task_vars=task_vars)

        where = Path(options["intent"]), options["given"], CACHE.expanduser()
        try:
            return result | api_nodes.makers_keys(*where, execute)
        except RailwrightError as err:
            raise AnsibleActionFail(str(err)) from None
