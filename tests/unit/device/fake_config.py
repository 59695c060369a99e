"""The `config` command of the fake switch: JSON files instead of databases.

Run as a program by the fake switch's shell; `faults.json` says what goes wrong.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

STATE = Path(os.environ["FAKE_SWITCH"])
RUNNING = STATE / "running.json"
SAVED = STATE / "saved.json"


def main(args: list[str]) -> int:
    with (STATE / "log").open("a") as log:
        log.write(" ".join(args[:1]) + "\n")
    fault = json.loads((STATE / "faults.json").read_text()).get(args[0], "")
    if fault == "refuse":
        sys.stderr.write("Failed to apply: Modification is illegal; value hush-hush\n")
        return 1
    running = json.loads(RUNNING.read_text())
    file = args[-1]
    match args[0]:
        case "apply-patch":
            running = patched(running, json.loads(Path(file).read_text()))
        case "load":
            for table, rows in json.loads(Path(file).read_text()).items():
                for key, row in rows.items():
                    running.setdefault(table, {}).setdefault(key, {}).update(row)
        case "reload":
            running = json.loads((SAVED if file == "-f" else Path(file)).read_text())
        case "checkpoint":
            (STATE / "checkpoint.json").write_text(json.dumps(running))
        case "rollback":
            running = json.loads((STATE / "checkpoint.json").read_text())
        case "save":
            SAVED.write_text(json.dumps(running))
    if fault == "half":
        running["PORT"]["Ethernet0"]["mtu"] = "1500"
    RUNNING.write_text(json.dumps(running))
    return 0


def patched(config: dict[str, Any], patch: list[dict[str, Any]]) -> dict[str, Any]:
    for operation in patch:
        parts = operation["path"].split("/")[1:]
        *folders, last = [part.replace("~1", "/").replace("~0", "~") for part in parts]
        node = config
        for name in folders:
            node = node[name]
        if operation["op"] == "remove":
            del node[last]
        else:
            node[last] = operation["value"]
    return config


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
