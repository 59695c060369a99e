"""What units of the stand-in packages run: checks that end them as the real ones end, exporters."""

import bz2
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from . import gpu, kmods, sysfs
from .machine import Machine, ToolError, say

_FABRIC_PID = "run/nvidia-fabricmanager/nv-fabricmanager.pid"
_OFED_MODULES = ("ib_core", "ib_uverbs", "mlx5_core", "mlx5_ib", "ib_umad", "rdma_cm", "rdma_ucm")


def fabricmanager(machine: Machine, argv: list[str]) -> int:
    """Check what the fabric manager needs, then mark it as running, or as stopped."""
    place = machine.path(_FABRIC_PID)
    if "--stop" in argv:
        place.unlink(missing_ok=True)
        return 0
    own = gpu.upstream(machine.text(f"{gpu.VERSIONS}/nvidia-fabricmanager"))
    loaded = machine.text("sys/module/nvidia/version")
    if not loaded:
        raise ToolError(
            "fabric manager: request to query NVSwitch device information from NVSwitch "
            "driver failed with error:WARNING Nothing to do [NV_WARN_NOTHING_TO_DO]"
        )
    if own != loaded:
        raise ToolError(
            f"fabric manager NVIDIA GPU driver interface version {own} don't match with "
            f"driver version {loaded}. Please update with matching NVIDIA driver package."
        )
    if len(machine.gpus()) < len(machine.hardware()["all_gpus"]):
        raise ToolError(
            "fabric manager: detected number of GPUs is less than expected; NVLink "
            "partition cannot be configured"
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("1\n")
    say(
        f"Connected to 1 node.\nSuccessfully configured all the available NVSwitches, version {own}"
    )
    return 0


def persistenced(machine: Machine, _: list[str]) -> int:
    """Check what nvidia-persistenced needs."""
    if not machine.path("sys/module/nvidia").is_dir():
        raise ToolError(
            "nvidia-persistenced failed to initialize. Check syslog for more details.\n"
            "Failed to query NVIDIA devices. Please ensure that the NVIDIA device files "
            "(/dev/nvidia*) exist, and that user 0 has read and write permissions."
        )
    return 0


def hostengine(machine: Machine, argv: list[str]) -> int:
    """Mark DCGM's engine as running or stopped."""
    place = machine.path("run/nv-hostengine.pid")
    if "--stop" in argv:
        place.unlink(missing_ok=True)
    else:
        place.write_text("1\n")
    return 0


def openibd(machine: Machine, argv: list[str]) -> int:
    """Load, unload or reload the drivers of NICs; a reload takes what is on disk now."""
    if argv[:1] in (["stop"], ["restart"], ["force-restart"]):
        users = [
            one
            for one in ("nvidia_peermem", "rpcrdma", "nvme_rdma")
            if one in kmods.loaded(machine)
        ]
        if users:
            raise ToolError(
                "Unloading HCA driver:  [FAILED]\nPlease stop the following modules "
                f"first: {' '.join(users)}"
            )
        for name in reversed(_OFED_MODULES):
            if name in kmods.loaded(machine):
                kmods.unload(machine, name)
    if argv[:1] != ["stop"]:
        for name in _OFED_MODULES:
            if name in kmods.installed(machine, machine.kernel):
                kmods.load(machine, name)
        sysfs.reset_nics(machine)
        say("Loading HCA driver and Access Layer:                      [  OK  ]")
    return 0


def modprobe(machine: Machine, argv: list[str]) -> int:
    """Load modules, or with -r unload them; the lab's kernel takes none."""
    names = [word for word in argv if not word.startswith("-") and "=" not in word]
    if "-r" in argv or "--remove" in argv:
        for name in names:
            kmods.unload(machine, name)
        return 0
    quiet = "-q" in argv or "--quiet" in argv
    for name in names if "-a" in argv or "--all" in argv else names[:1]:
        try:
            new = kmods.load(machine, name)
        except ToolError:
            if quiet:
                return 1
            raise
        if {"mlx5_core", "mlx5_ib"} & set(new):
            sysfs.reset_nics(machine)
    return 0


def rmmod(machine: Machine, argv: list[str]) -> int:
    """Unload modules."""
    for name in argv:
        if not name.startswith("-"):
            kmods.unload(machine, name)
    return 0


def lsmod(machine: Machine, _: list[str]) -> int:
    """List loaded modules."""
    say(f"{'Module':<24}{'Size':>8}  Used by")
    for name in sorted(kmods.loaded(machine)):
        users = kmods.users_of(machine, name)
        say(f"{name:<24}{16384:>8}  {len(users)} {','.join(users)}".rstrip())
    return 0


def mokutil(machine: Machine, argv: list[str]) -> int:
    """Say whether Secure Boot is on."""
    if "--sb-state" in argv:
        say(f"SecureBoot {'enabled' if machine.has('secure-boot') else 'disabled'}")
    return 0


def mount_nfs(_: Machine, argv: list[str]) -> int:
    """Mount an empty folder where an NFS folder would be: the lab has no NFS."""
    os.execv("/usr/bin/mount", ["mount", "-i", "-t", "tmpfs", argv[0], argv[1]])  # noqa: S606


def tuned_adm(machine: Machine, argv: list[str]) -> int:
    """Set or show the profile of tuned."""
    if argv[:1] == ["profile"] and len(argv) > 1:
        machine.write("etc/tuned/active_profile", f"{argv[1]}\n")
        machine.write("etc/tuned/profile_mode", "manual\n")
    elif argv[:1] == ["active"]:
        profile = machine.text("etc/tuned/active_profile")
        if not profile:
            raise ToolError("No current active profile.")
        say(f"Current active profile: {profile}")
    return 0


def node_exporter(machine: Machine, argv: list[str]) -> int:
    """Serve a server's own metrics, and those of text files in a folder."""
    place = _option(argv, "--collector.textfile.directory", "/var/lib/prometheus/node-exporter")
    return _serve(machine, "node", _option(argv, "--web.listen-address", ":9100"), Path(place))


def ipmi_exporter(machine: Machine, argv: list[str]) -> int:
    """Serve metrics of the BMC."""
    return _serve(machine, "ipmi", _option(argv, "--web.listen-address", ":9290"), Path("/"))


def dcgm_exporter(machine: Machine, argv: list[str]) -> int:
    """Serve metrics of GPUs, whose driver has to run."""
    gpu.driver(machine)
    return _serve(machine, "dcgm", _option(argv, "--address", ":9400"), Path("/"))


def _option(argv: list[str], name: str, default: str) -> str:
    words = [part for word in argv for part in word.split("=", 1)]
    return words[words.index(name) + 1] if name in words else default


def _serve(machine: Machine, kind: str, address: str, folder: Path) -> int:
    host, _, port = address.rpartition(":")

    class Handler(BaseHTTPRequestHandler):
        """Answers every request with the metrics as they are now."""

        def do_GET(self) -> None:
            """Answer."""
            content = _metrics(machine, kind, folder).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    ThreadingHTTPServer((host, int(port)), Handler).serve_forever()
    return 0


def _metrics(machine: Machine, kind: str, folder: Path) -> str:
    if kind == "dcgm":
        rows = (
            f'DCGM_FI_DEV_GPU_TEMP{{gpu="{one["index"]}",UUID="{one["uuid"]}"}} 31'
            for one in machine.gpus()
        )
        return "\n".join(rows) + "\n"
    if kind == "ipmi":
        return 'ipmi_up{collector="ipmi"} 1\n'
    texts = (one.read_text() for one in sorted(folder.glob("*.prom")))
    release = f'node_uname_info{{release="{machine.kernel}"}} 1\n'
    return release + "".join(texts)


def bunzip2(_: Machine, argv: list[str]) -> int:
    """Pack or unpack standard input as bzip2 does for tar."""
    content = sys.stdin.buffer.read()
    unpack = any("d" in word for word in argv if word.startswith("-") and word[:2] != "--")
    done = bz2.decompress(content) if unpack or "--decompress" in argv else bz2.compress(content)
    sys.stdout.buffer.write(done)
    return 0
