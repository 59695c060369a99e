"""What a lab node with hardware leaves the factory with: an old kernel, and the stand-ins."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from railwright.catalog.stack_model import System
from railwright.lab.standin.contents import RUN, RUN_STANDIN, kernel_modules
from railwright.lab.standin.debs import Item

KERNELS: Mapping[System, str] = {
    "debian-12": "6.1.0-18-amd64",
    "ubuntu-22.04": "5.15.0-25-generic",
    "ubuntu-24.04": "6.8.0-31-generic",
}
"""The kernels of installation media, older than those of every release."""

HARDWARE = "etc/railwright-standin/hardware.json"
NODE = Path(__file__).parent / "node"
_HOME = "usr/lib/railwright-standin"
_RUN_TEXT = f"""\
#!/usr/bin/python3 -IS
import sys

sys.path.insert(0, "/{_HOME}")

from standin.cli import run

sys.exit(run(sys.argv[0].rpartition("/")[2], sys.argv[1:]))
"""
_REPLACED = ("usr/sbin/ethtool", "usr/bin/rdma", "usr/sbin/dcb")
"""Tools of the root file system of which a stand-in does a part and passes on the rest."""

_OWN = (
    "usr/bin/lsmod",
    "usr/bin/mokutil",
    "usr/sbin/lsmod",
    "usr/sbin/modprobe",
    "usr/sbin/rmmod",
    "usr/sbin/update-grub",
    "usr/sbin/update-initramfs",
)
_GRUB = (
    'GRUB_DEFAULT=0\nGRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\nGRUB_CMDLINE_LINUX=""\n'
)
_MENU = """\
set default="0"

menuentry 'Linux' --class gnu-linux $menuentry_id_option 'gnulinux-simple' {{
\tlinux\t/boot/vmlinuz-{kernel} root=/dev/sda1 ro quiet
\tinitrd\t/boot/initrd.img-{kernel}
}}
"""


def items(rootfs: Path, system: System) -> Iterator[Item]:
    """Yield the files that all nodes with hardware share."""
    kernel = KERNELS[system]
    for path in sorted(NODE.glob("*.py")):
        yield Item(f"{_HOME}/standin/{path.name}", path.read_bytes())
    yield Item(RUN.lstrip("/"), _RUN_TEXT.encode(), 0o755)
    yield Item(RUN_STANDIN.lstrip("/"), link=RUN)
    for tool in _REPLACED:
        yield Item(f"{_HOME}/real/{Path(tool).name}", (rootfs / tool).read_bytes(), 0o755)
    for tool in (*_REPLACED, *_OWN):
        yield Item(tool, link=RUN)
    yield Item("etc/default/grub", _GRUB.encode())
    yield Item("boot/grub/grub.cfg", _MENU.format(kernel=kernel).encode())
    yield Item(f"boot/vmlinuz-{kernel}", f"stand-in {kernel}\n".encode())
    yield Item(f"boot/initrd.img-{kernel}", b"stand-in\n")
    for item in kernel_modules(kernel):
        yield Item(f"usr/{item.path}", item.content)
