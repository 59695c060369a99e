"""Set the RoCE settings of ports, or say what differs from them.

`roce_port.py apply INTERFACE...|--all` sets what differs, in the order that NICs need.
`roce_port.py --check [--json] [--metrics FILE] [INTERFACE...]` only looks: exit 0 as wanted, 2
something differs, 1 something went wrong, which stderr says.
"""

from __future__ import annotations

import argparse
import fcntl
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from railwright.programs.node import (
    FAILED,
    IN_SYNC,
    Difference,
    Machine,
    Report,
    TroubleError,
    replace_file,
)
from railwright.programs.roce_dcb import DcbPort
from railwright.programs.roce_kernel import link_settings, read_request, require
from railwright.programs.roce_mlnx import MlnxPort, accelerators
from railwright.programs.roce_settings import (
    FOLDER,
    LAY_DOWN,
    LackingError,
    Port,
    Setting,
    Site,
    interfaces,
    port_of,
    site_of,
)

LOCK = "/run/railwright-roce.lock"
INTERFACE = re.compile(r"[A-Za-z0-9_.-]{1,15}")


def settings(machine: Machine, site: Site, port: Port) -> Iterator[Setting]:
    """Yield all settings of a port in the order to set them in: buffers are cut by the MTU."""
    yield from link_settings(machine, port)
    is_mlnx = site.backend == "mlnx_qos"
    one: MlnxPort | DcbPort = MlnxPort(machine, port) if is_mlnx else DcbPort(machine, port)
    yield from one.settings()
    if site.read_request_bytes is not None:
        yield read_request(machine, port, site.read_request_bytes)
    if site.lossy_accelerators == "off" and any(port.pfc):
        yield from accelerators(machine, port, "mlxreg" if is_mlnx else "mstreg")


def check_port(machine: Machine, interface: str) -> Report:
    """Return what differs on a port."""
    report = Report()
    try:
        require(machine, interface)
        for one in settings(machine, site_of(machine), port_of(machine, interface)):
            _look(interface, one, report)
    except TroubleError as trouble:
        report.troubles.append(f"{interface}: {trouble}")
    return report


def _look(interface: str, one: Setting, report: Report) -> None:
    """Compare one setting; what cannot be read keeps no other from being read."""
    try:
        running = one.read()
    except LackingError as lacking:
        report.warnings.append(f"{interface} {one.name}: {lacking}")
    except TroubleError as trouble:
        if (text := f"{interface}: {trouble}") not in report.troubles:
            report.troubles.append(text)
    else:
        if running != one.wanted:
            report.differences.append(Difference(f"{interface} {one.name}", running, one.wanted))


def apply_port(machine: Machine, interface: str) -> tuple[list[str], Report]:
    """Set what differs on a port; return what was set, and how the port is then."""
    require(machine, interface)
    done = []
    for one in settings(machine, site_of(machine), port_of(machine, interface)):
        try:
            running = one.read()
        except LackingError:
            continue  # the check afterwards says so
        if running != one.wanted:
            one.set()
            done.append(f"{interface} {one.name}: {running} -> {one.wanted}")
    report = check_port(machine, interface)
    for left in report.differences:
        what = f"{left.name} is still {left.running} after it was set to {left.wanted}"
        report.troubles.append(f"{what}; look at `dmesg` and at the version of the NIC's firmware")
    return done, report


def apply(machine: Machine, names: Sequence[str]) -> int:
    """Set what differs on ports, one process at a time; one that fails keeps none from its turn."""
    if daemon := lldpad(machine):
        what = f"lldpad runs ({daemon}) and would undo these settings"
        raise TroubleError(what, "`systemctl mask --now lldpad.service lldpad.socket`")
    code = IN_SYNC
    with _only_one(machine):
        for name in names:
            try:
                done, report = apply_port(machine, name)
            except TroubleError as trouble:
                sys.stderr.write(f"{name}: {trouble}\n")
                code = FAILED
                continue
            sys.stdout.writelines(f"{line}\n" for line in done)
            sys.stderr.writelines(f"{line}\n" for line in (*report.warnings, *report.troubles))
            code = FAILED if report.troubles else code
    return code


def _only_one(machine: Machine) -> TextIO:
    """Return a file that only one process holds at a time; closing it lets the next one go on."""
    path = machine.path(LOCK)
    try:
        lock = path.open("w", encoding="ascii")
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError as error:
        raise TroubleError(f"{path} cannot be locked ({error.strerror})", "run as root") from None
    return lock


def lldpad(machine: Machine) -> str:
    """Return the process of the daemon that sets priorities by itself, empty if none runs."""
    for one in machine.names("/proc"):
        if one.isdecimal() and machine.read(f"/proc/{one}/comm") == "lldpad":
            return f"process {one}"
    return ""


def check(machine: Machine, names: Sequence[str], metrics: Path | None = None) -> Report:
    """Return what differs on ports, and write it down for node_exporter where asked."""
    found = {name: check_port(machine, name) for name in names}
    whole = Report()
    for one in found.values():
        whole.add(one)
    if daemon := lldpad(machine):
        whole.warnings.append(f"lldpad runs ({daemon}) and changes priorities by itself: mask it")
    if metrics is not None:
        replace_file(metrics, metrics_text(found))
    return whole


def metrics_text(found: dict[str, Report]) -> str:
    """Return reports by port as node_exporter reads them."""
    families = (
        ("drift", "Settings of a port that are not as planned.", "differences"),
        ("check_errors", "What could not be compared on a port.", "troubles"),
    )
    lines = []
    for name, words, part in families:
        lines += [f"# HELP railwright_roce_{name} {words}", f"# TYPE railwright_roce_{name} gauge"]
        lines += [
            f'railwright_roce_{name}{{interface="{port}"}} {len(getattr(one, part))}'
            for port, one in sorted(found.items())
        ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str], machine: Machine) -> int:
    """Do what the command line says and return the exit code."""
    given = _parser().parse_args(arguments)
    wants = given.names[1:] if given.names[:1] == ["apply"] else given.names
    applies = given.names[:1] == ["apply"]
    try:
        if applies == given.check:
            raise TroubleError("neither `apply` nor --check, or both", "say one of them")
        if applies and bool(wants) == given.all:
            raise TroubleError("`apply` takes interfaces or --all", "say one of them")
        if strange := [one for one in wants if not INTERFACE.fullmatch(one)]:
            raise TroubleError(f"{strange[0]!r} is no name of an interface", f"see {FOLDER}")
        names = list(wants) or interfaces(machine)
        if not names:
            raise TroubleError(f"{FOLDER} names no port", LAY_DOWN)
        if applies:
            return apply(machine, names)
        return check(machine, names, given.metrics).tell(as_json=given.json)
    except TroubleError as trouble:
        sys.stderr.write(f"{trouble}\n")
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="roce_port.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="%(prog)s apply (INTERFACE... | --all)\n"
        "       %(prog)s --check [--json] [--metrics FILE] [INTERFACE...]",
    )
    parser.add_argument("names", nargs="*", metavar="INTERFACE", help="ports; all if none is named")
    parser.add_argument("--all", action="store_true", help=f"every port of {FOLDER}")
    parser.add_argument("--check", action="store_true", help="only say what differs")
    parser.add_argument("--json", action="store_true", help="say it as JSON")
    parser.add_argument("--metrics", type=Path, metavar="FILE", help="for node_exporter, too")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Machine()))
