"""Report what the survey found about one switch, with its differences in check mode."""

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """`railwright_preview: {switch: ENTRY}`, an entry of the survey's `switches`."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp=None, task_vars=None):  # noqa: ANN001, ANN201
        """Return the entry; it counts as a change only in check mode, where nothing follows."""
        result = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec({"switch": {"type": "dict", "required": True}})
        switch = options["switch"]
        if switch.get("unreachable"):
            raise AnsibleConnectionFailure(switch["msg"])
        if switch["failed"]:
            raise AnsibleActionFail(switch["msg"])
        return result | switch | {"changed": self._task.check_mode and switch["changed"]}
