"""Write the artefacts of an intent; in check mode only compare."""

from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from railwright import api
from railwright.errors import RailwrightError

CHECKOUT = Path(__file__).parents[2]


class ActionModule(ActionBase):
    """`railwright_build: {intent: FILE, out: DIR}`; without `out` the checkout's `build`."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp=None, task_vars=None):  # noqa: ANN001, ANN201
        """Return which files were added, rewritten or removed; the diff lists their names."""
        result = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(
            {
                "intent": {"type": "path", "required": True},
                "out": {"type": "path", "default": str(CHECKOUT / "build")},
            }
        )
        intent, out = Path(options["intent"]), Path(options["out"])
        try:
            built = api.build(intent, out, dry_run=self._task.check_mode)
        except RailwrightError as err:
            raise AnsibleActionFail(str(err)) from None
        signs = {"+": built.changes.added, "~": built.changes.changed, "-": built.changes.removed}
        lines = [f"{sign} {built.folder / path}" for sign, paths in signs.items() for path in paths]
        return result | {
            "changed": bool(built.changes),
            "files": built.changes.total,
            "summary": built.summary.splitlines(),
            "diff": {"prepared": "\n".join(lines)} if lines else {},
        }
