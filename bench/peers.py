"""railwright beside PyAVD and netlab: the same pod, on the same machine, in turn, in one run.

    .venv/bin/python -m bench.peers

The pod is the reference compute fabric: 16 leaves, 8 spines, 1024 host ports with a /31 each, 512
links between leaves and spines with an eBGP session each. Each peer runs in a virtual environment
of its own below --cache, which is made with pip when it is missing. In every round each tool
builds the pod once from its own inputs in a fresh process and an empty folder; start, imports and
reading of inputs count for all of them. A row holds the medians of the rounds:

    wall s, CPU s      of the whole process, children included
    MiB                peak of the summed PSS of the process tree, sampled from /proc
    files, written MiB what the tool left on disk, its inputs not counted
    switches, nodes    devices it wrote configuration for
    sessions, /31      BGP neighbours and /31 addresses found in its switch configuration: the
                       proof that the tools built the same pod
    x railwright       wall time divided by railwright's of the same round

Then a line per tool says what was found in its files and what was not, and what it was not asked.
PyAVD gets its inputs as parsed variables, as many processes as there are cores, and writes EOS
text only: its Ansible roles read YAML, and write structured configuration and documents beside.
netlab comes twice: as the switches alone, and with the nodes as Linux hosts.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import pod
from bench.measure import MIB, BenchError, Measured, files_below, machine, measured, median
from bench.scale import intent_text

TARGET = 20.0  # times faster than PyAVD
HERE = Path(__file__).parent

# What the peers are, and of their dependencies what decides their speed.
PYAVD = ("pyavd==6.4.0", "pyavd-utils==0.0.7", "jinja2==3.1.6")
NETLAB = ("networklab==26.10", "python-box==7.4.1", "jinja2==3.1.6", "PyYAML==6.0.3")

# What a fabric needs, and how each looks in the files of any of the tools (path, then text).
FEATURES = {
    "addresses": r"\d/31",
    "BGP": r"remote-as|BGP_NEIGHBOR",
    "QoS classes": r"(?i:dscp)",
    "PFC": r"pfc_enable|priority-flow-control",
    "buffers": r"BUFFER_PROFILE|buffer-size|qos tx-queue",
    "node configuration": r"\A(nodes|node_files)/gpu",
    "cabling list": r"\Areport/links\.csv|^\s*- endpoints:",
}


@dataclass(frozen=True, slots=True)
class Tool:
    """One competitor.

    `inputs` are written into its working folder before the clock starts. Globs and patterns find
    switch configurations, node configurations, BGP neighbours and /31s in what it wrote below
    `output`.
    """

    name: str
    argv: tuple[str, ...]
    inputs: Mapping[str, str]
    output: str
    switches: str
    nodes: str
    session: str
    address: str
    not_asked: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a tool left on disk."""

    files: int
    size_bytes: int
    switches: int
    nodes: int
    sessions: int
    addresses: int
    features: frozenset[str]


def environment(cache: Path, name: str, pins: Sequence[str]) -> Path:
    """Return the folder of programs of a peer's environment; make it when it is missing.

    Raises: BenchError when it cannot be made.
    """
    folder = cache / f"{name}-py{sys.version_info.major}{sys.version_info.minor}"
    ready = folder / "ready"
    wanted = "\n".join(pins)
    if not ready.exists() or ready.read_text() != wanted:
        print(f"installing {' '.join(pins)} into {folder}", file=sys.stderr)
        pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", *pins]
        for argv in ([sys.executable, "-m", "venv", "--clear", str(folder)], pip):
            done = subprocess.run(argv, capture_output=True, text=True, check=False)
            if done.returncode:
                said = "\n    ".join(done.stderr.strip().splitlines()[-6:])
                raise BenchError(
                    f"{name}: {' '.join(argv)}: exit status {done.returncode}\n    {said}\n"
                    f"{name}: needs {', '.join(pins)} once; set PIP_INDEX_URL to an index that has "
                    "them, or give --cache a folder where they are installed"
                )
        ready.write_text(wanted)
    return folder / "bin"


def tools(cache: Path) -> tuple[Tool, ...]:
    """Return the competitors, installed. Raises: BenchError."""
    pyavd = environment(cache, "pyavd", PYAVD)
    netlab = environment(cache, "netlab", NETLAB)
    railwright = (sys.executable, "-m", "railwright", "build", "intent.yml", "--out", "build")
    return (
        Tool(
            name="railwright",
            argv=railwright,
            inputs={"intent.yml": intent_text(pod.GPUS, rows=0)},
            output=f"build/gpus-{pod.GPUS}",
            switches="switches/*",
            nodes="nodes/*",
            session=r'"local_addr":',
            address=r'"Ethernet\d+\|[\d.]+/31":',
            not_asked="storage and management networks",
        ),
        Tool(
            name="PyAVD",
            argv=(str(pyavd / "python"), str(HERE / "pyavd_driver.py"), "inputs.json", "eos"),
            inputs={"inputs.json": json.dumps(pod.avd_inputs())},
            output="eos",
            switches="*.cfg",
            nodes="-",
            session=r"neighbor \S+ remote-as",
            address=r"ip address \S+/31",
            not_asked="QoS and PFC (it renders EOS keys that its user computes), services",
        ),
        _netlab(netlab, "netlab", with_nodes=False),
        _netlab(netlab, "netlab+nodes", with_nodes=True),
    )


def _netlab(programs: Path, name: str, with_nodes: bool) -> Tool:
    return Tool(
        name=name,
        argv=(str(programs / "netlab"), "create", "--quiet"),
        inputs={"topology.yml": pod.netlab_topology(with_nodes)},
        output=".",
        switches="node_files/s*",
        nodes="node_files/gpu*",
        session=r"neighbor \S+ remote-as",
        address=r"config interface ip add Ethernet\d+ \S+/31",
        not_asked="services" if with_nodes else "nodes (host ports are stub links), services",
    )


def build(tool: Tool, folder: Path) -> tuple[Measured, Written]:
    """Let a tool build the pod in an empty folder. Raises: BenchError when it fails."""
    for name, text in tool.inputs.items():
        (folder / name).write_text(text)
    home = folder / "home"  # no settings of the user's own
    home.mkdir()
    return measured(tool.argv, folder, HOME=str(home)), inspect(tool, folder)


def inspect(tool: Tool, folder: Path) -> Written:
    """Count what a tool wrote, and look for each feature."""
    output = folder / tool.output
    kept = {folder / name for name in tool.inputs}
    texts = {
        str(path.relative_to(output)): path.read_bytes().decode(errors="replace")
        for path in files_below(output)
        if path not in kept and folder / "home" not in path.parents
    }
    switches = {str(path.relative_to(output)) for path in output.glob(tool.switches)}
    of_switches = "\n".join(
        text for name, text in texts.items() if name.startswith(tuple(switches))
    )
    found = (
        feature
        for feature, pattern in FEATURES.items()
        if any(re.search(pattern, f"{name}\n{text}", re.MULTILINE) for name, text in texts.items())
    )
    return Written(
        files=len(texts),
        size_bytes=sum((output / name).stat().st_size for name in texts),
        switches=len(switches),
        nodes=len(list(output.glob(tool.nodes))),
        sessions=len(re.findall(tool.session, of_switches)),
        addresses=len(re.findall(tool.address, of_switches)),
        features=frozenset(found),
    )


HEADER = (
    f"{'':<14}{'wall s':>8}{'CPU s':>8}{'MiB':>7}{'files':>7}{'written MiB':>13}{'switches':>10}"
    f"{'nodes':>7}{'sessions':>10}{'/31':>7}{'x railwright':>14}"
)


def report(
    competitors: Sequence[Tool],
    runs: Mapping[str, Sequence[Measured]],
    written: Mapping[str, Written],
) -> None:
    """Print the table, what each tool wrote, and the ratio aimed at."""
    ratios = {
        name: statistics.median(
            one.wall_s / ours.wall_s for one, ours in zip(rows, runs["railwright"], strict=True)
        )
        for name, rows in runs.items()
    }
    print(HEADER)
    for name, rows in runs.items():
        cost, left = median(rows), written[name]
        print(
            f"{name:<14}{cost.wall_s:>8.2f}{cost.cpu_s:>8.2f}{cost.tree_mib:>7.0f}{left.files:>7}"
            f"{left.size_bytes / MIB:>13.1f}{left.switches:>10}{left.nodes:>7}{left.sessions:>10}"
            f"{left.addresses:>7}{ratios[name]:>14.1f}"
        )
    for tool in competitors:
        has = written[tool.name].features
        wrote = ", ".join(one for one in FEATURES if one in has)
        lacks = ", ".join(one for one in FEATURES if one not in has) or "nothing of the above"
        print(f"{tool.name}: wrote {wrote}; did not write: {lacks}; not asked: {tool.not_asked}")
    print(f"aim: {TARGET:.0f} times faster than PyAVD; measured {ratios['PyAVD']:.1f}")


def same_pod(written: Mapping[str, Written]) -> None:
    """Raises: BenchError when a tool's files do not hold the pod's sessions and addresses."""
    sessions = 2 * pod.FABRIC_LINKS
    addresses = sessions + pod.GPUS
    for name, left in written.items():
        got = (left.switches, left.sessions, left.addresses)
        wanted = (pod.LEAVES + pod.SPINES, sessions, addresses)
        if got != wanted:
            raise BenchError(
                f"{name}: {got} switches, BGP neighbours and /31 addresses in its files, expected "
                f"{wanted}: the tools did not build the same pod"
            )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parser.add_argument(
        "--cache", type=Path, default=caches / "railwright/peers", help="default: %(default)s"
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=3,
        choices=range(1, 100),
        metavar="N",
        help="default: %(default)s",
    )
    arguments = parser.parse_args(argv)
    try:
        competitors = tools(arguments.cache.absolute())
        print(machine(), flush=True)
        runs: dict[str, list[Measured]] = {tool.name: [] for tool in competitors}
        written: dict[str, Written] = {}
        for _ in range(arguments.rounds):
            for tool in competitors:
                with tempfile.TemporaryDirectory(prefix="railwright-peers-") as name:
                    figures, written[tool.name] = build(tool, Path(name))
                runs[tool.name].append(figures)
        report(competitors, runs, written)
        same_pod(written)
    except BenchError as err:
        print(f"bench.peers: {err}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
