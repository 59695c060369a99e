"""One way in for all commands: which function a command's name stands for."""

import importlib
import sys
from collections.abc import Callable

from .machine import Machine, ToolError

Command = Callable[[Machine, list[str]], int]

COMMANDS = {
    "bzip2": "services:bunzip2",
    "cma_roce_mode": "qos:cma_roce_mode",
    "cma_roce_tos": "qos:cma_roce_tos",
    "dcb": "qos:dcb",
    "dcgm-exporter": "services:dcgm_exporter",
    "dcgmi": "gpu:dcgmi",
    "dkms": "dkms:dkms",
    "ethtool": "qos:ethtool",
    "flint": "firmware:flint",
    "ibdev2netdev": "rdma:ibdev2netdev",
    "ibv_devices": "rdma:ibv_devices",
    "ibv_devinfo": "rdma:ibv_devinfo",
    "lsmod": "services:lsmod",
    "lspci": "pci:lspci",
    "mlnx_qos": "qos:mlnx_qos",
    "mlxconfig": "firmware:mlxconfig",
    "mlxfwreset": "firmware:mlxfwreset",
    "mlxreg": "firmware:mlxreg",
    "modprobe": "services:modprobe",
    "mokutil": "services:mokutil",
    "mount.nfs": "services:mount_nfs",
    "mstconfig": "firmware:mlxconfig",
    "mstflint": "firmware:flint",
    "mstfwreset": "firmware:mlxfwreset",
    "mstreg": "firmware:mlxreg",
    "nv-fabricmanager": "services:fabricmanager",
    "nv-hostengine": "services:hostengine",
    "nvidia-ctk": "gpu:nvidia_ctk",
    "nvidia-modprobe": "gpu:nvidia_modprobe",
    "nvidia-persistenced": "services:persistenced",
    "nvidia-smi": "gpu:nvidia_smi",
    "openibd": "services:openibd",
    "prometheus-ipmi-exporter": "services:ipmi_exporter",
    "prometheus-node-exporter": "services:node_exporter",
    "railwright-standin": "system:main",
    "rdma": "rdma:rdma",
    "rmmod": "services:rmmod",
    "setpci": "pci:setpci",
    "show_gids": "rdma:show_gids",
    "tuned-adm": "services:tuned_adm",
    "update-grub": "system:update_grub",
    "update-initramfs": "system:update_initramfs",
}


def function_of(name: str) -> Command:
    """Return what a command does."""
    module, _, function = COMMANDS[name].partition(":")
    found: Command = getattr(importlib.import_module(f".{module}", __package__), function)
    return found


def run(name: str, argv: list[str], machine: Machine | None = None) -> int:
    """Run a command and return its exit status; what it fails with goes to stderr."""
    try:
        return function_of(name)(machine or Machine(), argv)
    except ToolError as error:
        sys.stderr.write(f"{error}\n")
        return error.status
    except BrokenPipeError:
        return 1
