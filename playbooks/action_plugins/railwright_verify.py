"""Check the live fabric against the plan."""

import os
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from railwright import api_live
from railwright.errors import RailwrightError


class ActionModule(ActionBase):
    """`railwright_verify: {intent: FILE, hosts: [...], present: [...], checks: [...]}`."""

    _supports_check_mode = False  # nothing was changed that could be proven

    def run(self, tmp=None, task_vars=None):  # noqa: ANN001, ANN201
        """Return how much was checked; every finding is in the message of a failure."""
        result = super().run(tmp, task_vars)
        names = {"type": "list", "elements": "str", "required": True}
        _, options = self.validate_argument_spec(
            {
                "intent": {"type": "path", "required": True},
                "hosts": names,
                "present": names,
                "checks": names | {"required": False, "default": []},
                "wait_s": {"type": "float"},
            }
        )
        present, checks, wait_s = (options[name] for name in ("present", "checks", "wait_s"))
        try:
            with api_live.fleet(Path(options["intent"]), api_live.login(os.environ)) as way:
                devices = api_live.select(way.plan, only=options["hosts"]).devices
                report = api_live.verify(way, devices, present, checks, wait_s)
        except RailwrightError as err:
            raise AnsibleActionFail(str(err)) from None
        if report.exit_code:
            raise AnsibleActionFail(report.text())
        return result | {"changed": False, "msg": report.text()}
