"""Check the intent, and that the package is the version the playbooks were written for."""

from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from railwright import __version__, api
from railwright.errors import RailwrightError


class ActionModule(ActionBase):
    """`railwright_validate: {intent: FILE, version: X.Y.Z}` on the controller."""

    def run(self, tmp=None, task_vars=None):  # noqa: ANN001, ANN201
        """Return the number of devices and the warnings."""
        result = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(
            {"intent": {"type": "path", "required": True}, "version": {"required": True}}
        )
        if options["version"] != __version__:
            raise AnsibleActionFail(
                f"the playbooks belong to railwright {options['version']}, this controller has "
                f"{__version__}; install the version of this checkout"
            )
        try:
            loaded = api.load_plan(Path(options["intent"]))
        except RailwrightError as err:
            raise AnsibleActionFail(str(err)) from None
        result.update(
            changed=False,
            devices=len(loaded.plan.devices),
            warnings=[str(one).removeprefix("warning: ") for one in loaded.warnings],
        )
        return result
