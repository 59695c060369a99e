"""What a lab node with hardware leaves the factory with: an old kernel, and the stand-ins."""

from collections.abc import Iterator
from pathlib import Path

from railwright.lab.standin.contents import RUN, RUN_STANDIN, kernel_modules
from railwright.lab.standin.debs import Item

KERNEL = "6.1.0-18-amd64"
"""The kernel of an installation medium, older than that of every release."""

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
_MENU = f"""\
set default="0"

menuentry 'Debian GNU/Linux' --class debian $menuentry_id_option 'gnulinux-simple' {{
\tlinux\t/boot/vmlinuz-{KERNEL} root=/dev/sda1 ro quiet
\tinitrd\t/boot/initrd.img-{KERNEL}
}}
"""


def items(rootfs: Path) -> Iterator[Item]:
    """Yield the files that all nodes with hardware share."""
    for path in sorted(NODE.glob("*.py")):
        yield Item(f"{_HOME}/standin/{path.name}", path.read_bytes())
    yield Item(RUN.lstrip("/"), _RUN_TEXT.encode(), 0o755)
    yield Item(RUN_STANDIN.lstrip("/"), link=RUN)
    for tool in _REPLACED:
        yield Item(f"{_HOME}/real/{Path(tool).name}", (rootfs / tool).read_bytes(), 0o755)
    for tool in (*_REPLACED, *_OWN):
        yield Item(tool, link=RUN)
    yield Item("etc/default/grub", _GRUB.encode())
    yield Item("boot/grub/grub.cfg", _MENU.encode())
    yield Item(f"boot/vmlinuz-{KERNEL}", f"stand-in {KERNEL}\n".encode())
    yield Item(f"boot/initrd.img-{KERNEL}", b"stand-in\n")
    for item in kernel_modules(KERNEL):
        yield Item(f"usr/{item.path}", item.content)
