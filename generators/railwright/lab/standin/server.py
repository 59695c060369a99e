"""Running the package servers in the controller's namespace, and telling clients of them."""

import json
import subprocess
import sys
import time
from pathlib import Path

from railwright.lab import boot, network
from railwright.lab.errors import LabError
from railwright.lab.process import PROC, kill
from railwright.lab.shell import ENVIRONMENT, last_lines
from railwright.lab.standin import upstream
from railwright.lab.state import NETNS_FOLDER, LabFolder, write_json
from railwright.plan.model import Plan

PORT = 8099
_SCRIPT = Path(__file__).parent / "serve.py"
_WAIT_S = 10.0
_POLL_S = 0.05


def ensure(plan: Plan, folder: LabFolder, built: Path) -> bool:
    """Serve `built` unless that is done already, and write upstream.yml; return whether it began.

    Raises: LabError when nothing answers.
    """
    namespace = network.controller_namespace(plan.intent.cluster)
    wanted = {
        "url": f"http://{address_of(plan)}:{PORT}",
        "key": str(built / upstream.KEY),
        "checksums": json.loads((built / upstream.CHECKSUMS).read_text()),
    }
    if folder.served() is not None and document_of(folder) == wanted:
        return False
    stop(folder)
    _start(folder, namespace, built / upstream.WWW, address_of(plan))
    write_json(folder.upstream, wanted)
    return True


def stop(folder: LabFolder) -> None:
    """End the package servers if they run."""
    identity = folder.served()
    if identity is not None:
        kill([identity])


def address_of(plan: Plan) -> str:
    """Return the controller's address that all nodes reach: a gateway of the in-band network."""
    managers = [one for one in plan.nodes if one.role == "management_node"]
    return (managers or list(plan.nodes))[0].management.gateway


def document_of(folder: LabFolder) -> object:
    """Return upstream.yml (JSON is YAML), None without one."""
    try:
        return json.loads(folder.upstream.read_bytes())
    except (OSError, ValueError):
        return None


def _start(folder: LabFolder, namespace: str, www: Path, address: str) -> None:
    words = ["nsenter", f"--net={NETNS_FOLDER / namespace}", sys.executable, "-I", str(_SCRIPT)]
    output = folder.root / "upstream.log"
    with output.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 (a list of words, no shell)
            [*words, str(www), address, str(PORT)],
            env=ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    folder.upstream_pid.write_text((PROC / f"{process.pid}/stat").read_text())
    deadline = time.monotonic() + _WAIT_S
    while not boot.listens(process.pid, PORT):
        if process.poll() is not None or time.monotonic() > deadline:
            said = last_lines(output.read_text(errors="replace"))
            raise LabError(f"the lab's package servers do not start\n{said}")
        time.sleep(_POLL_S)
