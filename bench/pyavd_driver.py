"""Writes EOS configuration with PyAVD, which is a library; runs in PyAVD's own environment.

    PYTHON bench/pyavd_driver.py INPUTS.json OUT

INPUTS holds the variables of every device by host name, as AVD's group and host variables would
resolve. The calls are those of PyAVD's documentation, in the form that costs it least: inputs are
loaded into its model once, and devices are spread over as many processes as there are cores.
"""

import importlib
import json
import multiprocessing
import os
import sys
from pathlib import Path
from typing import Any


def load(path: Path) -> tuple[dict[str, Any], Any]:
    """Return the validated design of every device, and the facts about all of them."""
    pyavd = importlib.import_module("pyavd")  # not installed where this file is type-checked
    model = importlib.import_module("pyavd.api.schemas").AVDDesign
    designs = {}
    for host, variables in json.loads(path.read_bytes()).items():
        result = pyavd.validate_inputs(variables)
        if result.validated_data is None:
            sys.exit(f"{path}: {host}: {result.validation_result}")
        designs[host] = model._from_dict(result.validated_data)
    return designs, pyavd.get_avd_facts(designs)


def write(designs: dict[str, Any], facts: Any, hosts: list[str], out: Path) -> None:
    """Write the configuration of some devices."""
    pyavd = importlib.import_module("pyavd")
    for host in hosts:
        structured = pyavd.get_device_structured_config(host, designs[host], facts)
        (out / f"{host}.cfg").write_text(pyavd.get_device_config(structured))


def main() -> None:
    inputs, out = map(Path, sys.argv[1:])
    designs, facts = load(inputs)
    out.mkdir(parents=True, exist_ok=True)
    cores = len(os.sched_getaffinity(0))
    context = multiprocessing.get_context("fork")  # what is loaded is shared, nothing is pickled
    shares = [list(designs)[core::cores] for core in range(cores)]
    workers = [context.Process(target=write, args=(designs, facts, hosts, out)) for hosts in shares]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.exit(max(abs(worker.exitcode or 0) for worker in workers))


if __name__ == "__main__":
    main()
