"""Look at all switches at once and order what a push would change; nothing is changed."""

import os
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from railwright import api_live
from railwright.errors import RailwrightError


class ActionModule(ActionBase):
    """`railwright_survey: {intent: FILE, hosts: [...], accept: CLASS, secrets: {...}}`."""

    _supports_check_mode = True

    def run(self, tmp=None, task_vars=None):  # noqa: ANN001, ANN201
        """Return what every switch needs, the waves, and why nothing may change (`stop`)."""
        result = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(
            {
                "intent": {"type": "path", "required": True},
                "hosts": {"type": "list", "elements": "str", "required": True},
                "accept": {"required": True},
                "secrets": {"type": "raw"},
            }
        )
        try:
            accept = api_live.accepted(options["accept"])
            with api_live.fleet(Path(options["intent"]), api_live.login(os.environ)) as way:
                values = api_live.secrets(way.plan, os.environ, options["secrets"])
                switches = api_live.select(way.plan, only=options["hosts"]).switches
                found = api_live.survey(way, switches, values, accept, "-e railwright_accept=")
        except RailwrightError as err:
            raise AnsibleActionFail(str(err)) from None
        return result | {"changed": False} | api_live.surveyed_values(found)
