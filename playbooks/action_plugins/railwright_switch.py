"""Bring one switch to its intended configuration, from the controller."""

import os
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from railwright import api_live
from railwright.errors import RailwrightError


class ActionModule(ActionBase):
    """`railwright_switch: {intent: FILE, accept: CLASS, secrets: {...}, drain: BOOL, ...}`."""

    _supports_check_mode = False  # the preview has shown what would happen
    _supports_diff = True

    def run(self, tmp=None, task_vars=None):  # noqa: ANN001, ANN201
        """Return what happened; a switch lost on the way fails, so that the limit counts it."""
        result = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(
            {
                "intent": {"type": "path", "required": True},
                "accept": {"required": True},
                "secrets": {"type": "raw"},
                "drain": {"type": "bool", "default": False},
                "configured": {"type": "list", "elements": "str", "default": []},
            }
        )
        extra = {name: options[name] for name in ("drain", "configured")}
        try:
            accept = api_live.accepted(options["accept"])
            with api_live.fleet(Path(options["intent"]), api_live.login(os.environ)) as way:
                values = api_live.secrets(way.plan, os.environ, options["secrets"])
                switch = way.plan.device[task_vars["inventory_hostname"]]
                pushed = api_live.push_one(way, switch, values, accept, **extra)
        except RailwrightError as err:
            raise AnsibleActionFail(str(err)) from None
        return result | api_live.result_values(pushed)
