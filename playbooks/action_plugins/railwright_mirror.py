"""The package mirror: what it holds and the files that serve it, each with one module execution."""

from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from railwright import api_mirror
from railwright.errors import RailwrightError

FLAGS = ("refresh", "restart")


class ActionModule(ActionBase):
    """`railwright_mirror: {intent: FILE, part: contents|server|confirm, own: FOLDER, ...}`."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp=None, task_vars=None):  # noqa: ANN001, ANN201
        """Return what the module did; `confirm` notes that the server's files are in effect."""
        super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(
            {
                "intent": {"type": "path", "required": True},
                "part": {"choices": ["contents", "server", "confirm"], "required": True},
                **{name: {"type": "bool", "default": False} for name in FLAGS},
                "upstream": {"type": "dict", "default": {}},
                "own": {"type": "path", "default": "/var/lib/railwright-mirror-own"},
            }
        )
        where = Path(options["intent"]), task_vars["inventory_hostname"]
        name, what = "railwright_files", {"owner": "mirror", "confirm": True}
        try:
            if options["part"] == "contents":
                what = api_mirror.contents(*where, options["upstream"])
                given = {one: options[one] for one in (*FLAGS, "own")}
                name, what = "railwright_mirror", {**what, **given}
            elif options["part"] == "server":
                files = api_mirror.server_files(*where)
                what = {"owner": "mirror", "files": files}
        except RailwrightError as err:
            raise AnsibleActionFail(str(err)) from None
        return self._execute_module(module_name=name, module_args=what, task_vars=task_vars)
