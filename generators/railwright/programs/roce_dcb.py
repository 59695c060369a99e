"""Settings of a port through the kernel's own driver: dcb of iproute2, debugfs and configfs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from railwright.programs.node import Machine, TroubleError
from railwright.programs.roce_kernel import file_setting, pci_address, rdma_device
from railwright.programs.roce_settings import (
    DSCPS,
    PRIORITIES,
    LackingError,
    Port,
    Setting,
    exceptions_text,
    joined,
)

INSTALL_DCB = "install iproute2 5.11 or newer, which has dcb"
CONFIGFS = "/sys/kernel/config/rdma_cm"
DEBUGFS = "/sys/kernel/debug/mlx5"
BY_PRIORITY = "1"
"""np_cnp_prio_mode: take np_cnp_prio, which is ignored otherwise (Linux mlx5_ib cong.c)."""


class DcbPort:
    """One port by `dcb`."""

    def __init__(self, machine: Machine, port: Port) -> None:
        self._machine = machine
        self._port = port

    def settings(self) -> Iterator[Setting]:
        """Yield the settings of the port, in the order to set them in."""
        port, name = self._port, self._port.interface
        if port.dcbx:
            yield Setting(
                "DCBX owner", port.dcbx, self._owner, lambda: self._dcb("dcbx", "host", "ieee")
            )
        if port.pfc:
            flags = [f"{one}:{'on' if port.pfc[one] else 'off'}" for one in PRIORITIES]
            yield Setting(
                "PFC", joined(port.pfc), self._pfc, lambda: self._dcb("pfc", "prio-pfc", *flags)
            )
        if port.trust == "dscp":
            # Trust follows from there being a priority of any DSCP: all have one, so that nothing
            # rests on what a driver does with the others.
            wanted = {dscp: port.priority(dscp) for dscp in DSCPS}
            pairs = [f"{dscp}:{priority}" for dscp, priority in wanted.items()]
            argv = ["dcb", "app", "replace", "dev", name, "dscp-prio", *pairs]
            yield Setting(
                "trust and priorities of DSCPs",
                exceptions_text(wanted),
                self._map,
                lambda: _quietly(self._machine, argv),
            )
        if port.cable_m is not None:
            # mlx5 takes the delay of IEEE 802.1Qbb as metres (Linux en_dcbnl.c, ieee_setpfc).
            metres = str(port.cable_m)
            yield Setting(
                "cable length", metres, self._cable, lambda: self._dcb("pfc", "delay", metres)
            )
        yield from self._rdma_cm()
        yield from self._notifications()

    def _dcb(self, area: str, *arguments: str) -> None:
        argv = ["dcb", area, "set", "dev", self._port.interface, *arguments]
        _quietly(self._machine, argv)

    def _show(self, area: str) -> dict[str, Any]:
        argv = ["dcb", "-j", "-N", area, "show", "dev", self._port.interface]
        text = self._machine.succeed(argv, INSTALL_DCB)
        try:
            found = json.loads(text or "{}")
        except json.JSONDecodeError:
            found = None
        if not isinstance(found, dict):
            raise TroubleError(f"`{' '.join(argv)}` says no JSON object", INSTALL_DCB)
        return {str(key).replace("-", "_"): value for key, value in found.items()}

    def _owner(self) -> str:
        return "os" if is_on(self._show("dcbx").get("host")) else "firmware"

    def _pfc(self) -> str:
        found = self._show("pfc").get("prio_pfc")
        if not isinstance(found, list) or len(found) != len(PRIORITIES):
            raise TroubleError(f"dcb does not tell PFC of {self._port.interface}", INSTALL_DCB)
        return joined(tuple(int(is_on(one)) for one in found))

    def _cable(self) -> str:
        delay = self._show("pfc").get("delay")
        if not delay:
            raise LackingError("its driver does not size buffers by the cable")
        return str(delay)

    def _map(self) -> str:
        found = priorities_of(self._show("app").get("dscp_prio"))
        if missing := [dscp for dscp in DSCPS if dscp not in found]:
            return f"{len(missing)} DSCPs have no priority" if found else "trusts PCP"
        return exceptions_text(found)

    def _rdma_cm(self) -> Iterator[Setting]:
        port = self._port
        if port.roce_version is None and port.tos is None:
            return
        device = rdma_device(self._machine, port.interface)
        values = (
            ("RDMA-CM version", "default_roce_mode", port.roce_version, "RoCE v{}"),
            ("RDMA-CM ToS", "default_roce_tos", port.tos, "{}"),
        )
        for name, file, value, text in values:
            if value is not None:
                yield self._of_cm(name, device, file, text.format(value))

    def _of_cm(self, name: str, device: str, file: str, wanted: str) -> Setting:
        machine, folder = self._machine, f"{CONFIGFS}/{device}"
        path = f"{folder}/ports/1/{file}"

        def read() -> str:
            with _Folder(machine, folder):
                return machine.read(path) or "none"

        def change() -> None:
            with _Folder(machine, folder):
                machine.write(path, wanted)

        return Setting(name, wanted, read, change)

    def _notifications(self) -> Iterator[Setting]:
        """Yield what CNPs are marked with; who answers marks is the firmware's to say."""
        port = self._port
        folder = f"{DEBUGFS}/{pci_address(self._machine, port.interface)}/cc_params"
        values = [("CNP DSCP", "np_cnp_dscp", port.cnp_dscp)]
        if port.cnp_priority is not None:
            values += [
                ("CNP priority mode", "np_cnp_prio_mode", int(BY_PRIORITY)),
                ("CNP priority", "np_cnp_prio", port.cnp_priority),
            ]
        for name, file, value in values:
            if value is not None:
                yield file_setting(self._machine, name, f"{folder}/{file}", str(value))


class _Folder:
    """A folder of configfs, which makes the files below it appear; taken away if it was not there.

    What is written there stays in the kernel without it.
    """

    def __init__(self, machine: Machine, path: str) -> None:
        self._path = machine.path(path)
        self._made = False

    def __enter__(self) -> None:
        if self._path.exists():
            return
        try:
            self._path.mkdir()
        except OSError as error:
            what = f"{self._path} cannot be made ({error.strerror})"
            remedy = "load rdma_cm and mount configfs: `modprobe rdma_cm; mount -t configfs none "
            raise TroubleError(what, f"{remedy}/sys/kernel/config`") from None
        self._made = True

    def __exit__(self, *_: object) -> None:
        if self._made:
            self._path.rmdir()


def _quietly(machine: Machine, argv: list[str]) -> None:
    machine.succeed(argv, "see whether the NIC has DCB: `dcb pfc show dev <interface>`")


def is_on(value: Any) -> bool:
    """Return whether a flag of JSON is set: true, 1 or `on`, as versions of dcb write it."""
    return value in (True, 1, "on", "1", "true")


def priorities_of(value: Any) -> dict[int, int]:
    """Return the DSCPs of `dscp_prio` with their priority: `[[26, 3], ["EF", 6]]`."""
    found = {}
    for pair in value if isinstance(value, list) else ():
        if isinstance(pair, list) and len(pair) == 2:
            dscp = dscp_of(str(pair[0]))
            if dscp is not None and str(pair[1]).isdecimal():
                found[dscp] = int(pair[1])
    return found


def dscp_of(text: str) -> int | None:
    """Return a DSCP by number or by its name in RFC 2474, 2597 and 3246; None for no DSCP."""
    if text.isdecimal():
        return int(text)
    if text == "EF":
        return 46
    if known := re.fullmatch(r"CS([0-7])", text):
        return 8 * int(known.group(1))
    if known := re.fullmatch(r"AF([1-4])([1-3])", text):
        return 8 * int(known.group(1)) + 2 * int(known.group(2))
    return None
