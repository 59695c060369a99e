"""What the stand-in packages have in them, by name: commands, units, modules, maintainer scripts.

Names and behaviour are those of the real packages as far as a node's configuration meets them;
sources: the packages' own file lists of Debian 12 and Ubuntu, NVIDIA's CUDA and DOCA repositories.
"""

import json
import re
from collections.abc import Iterator, Mapping

from railwright.catalog.stack_model import SystemStack
from railwright.lab.standin.debs import Deb, Item
from railwright.lab.standin.node.kmods import module_file
from railwright.lab.standin.pins import Pin
from railwright.lab.standin.units import UNITS, unit_items
from railwright.lab.standin.unpinned import product

RUN = "/usr/lib/railwright-standin/run.py"
"""What every command of a stand-in package is a link to."""

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "bzip2": ("usr/bin/bzip2",),
    "datacenter-gpu-manager-4-core": ("usr/bin/dcgmi", "usr/bin/nv-hostengine"),
    "datacenter-gpu-manager-exporter": ("usr/bin/dcgm-exporter",),
    "dkms": ("usr/sbin/dkms",),
    "ibverbs-utils": ("usr/bin/ibv_devices", "usr/bin/ibv_devinfo"),
    "mft": ("usr/bin/flint", "usr/bin/mlxconfig", "usr/bin/mlxfwreset", "usr/bin/mlxreg"),
    "mlnx-tools": (
        "usr/bin/mlnx_qos",
        "usr/sbin/cma_roce_mode",
        "usr/sbin/cma_roce_tos",
        "usr/sbin/show_gids",
        "usr/bin/ibdev2netdev",
    ),
    "mstflint": ("usr/bin/mstconfig", "usr/bin/mstflint", "usr/bin/mstfwreset", "usr/bin/mstreg"),
    "nfs-common": ("usr/sbin/mount.nfs", "usr/sbin/mount.nfs4"),
    "nvidia-compute-utils-580": ("usr/bin/nvidia-persistenced",),
    "nvidia-container-toolkit-base": ("usr/bin/nvidia-ctk",),
    "nvidia-driver-cuda": ("usr/bin/nvidia-smi",),
    "nvidia-fabricmanager": ("usr/bin/nv-fabricmanager",),
    "nvidia-modprobe": ("usr/bin/nvidia-modprobe",),
    "nvidia-persistenced": ("usr/bin/nvidia-persistenced",),
    "nvidia-utils-580": ("usr/bin/nvidia-smi",),
    "ofed-scripts": ("usr/sbin/openibd",),
    "pciutils": ("usr/bin/lspci", "usr/bin/setpci"),
    "prometheus-ipmi-exporter": ("usr/bin/prometheus-ipmi-exporter",),
    "prometheus-node-exporter": ("usr/bin/prometheus-node-exporter",),
    "tuned": ("usr/sbin/tuned-adm",),
}

DEPENDS: Mapping[str, tuple[str, ...]] = {
    "datacenter-gpu-manager-4-cuda13": ("datacenter-gpu-manager-4-core",),
    "datacenter-gpu-manager-4-proprietary": ("datacenter-gpu-manager-4-core",),
    "datacenter-gpu-manager-4-proprietary-cuda13": ("datacenter-gpu-manager-4-proprietary",),
    "doca-ofed": ("mlnx-ofed-kernel-dkms", "mlnx-tools", "ofed-scripts", "rdma-core"),
    "docker.io": ("containerd",),
    "gdrcopy": ("libgdrapi",),
    "gdrcopy-tests": ("gdrcopy",),
    "ibverbs-utils": ("libibverbs1",),
    "libnccl-dev": ("libnccl2",),
    "libnvidia-container-tools": ("libnvidia-container1",),
    "nvidia-container-toolkit": ("nvidia-container-toolkit-base", "libnvidia-container-tools"),
    "libegl-nvidia0": ("libnvidia-eglcore",),
    "nvidia-driver": ("libnvidia-ml1", "nvidia-driver-libs"),
    "nvidia-driver-cuda": ("libcuda1", "libnvidia-ml1"),
    "nvidia-driver-libs": ("libnvidia-eglcore", "nvidia-egl-icd"),
    "nvidia-egl-icd": ("libegl-nvidia0",),
    "nvidia-compute-utils-580": ("libnvidia-compute-580",),
    "nvidia-dkms-580-open": ("nvidia-kernel-common-580", "nvidia-kernel-source-580-open"),
    "nvidia-driver-580-open": (
        "libnvidia-decode-580",
        "libnvidia-gl-580",
        "nvidia-compute-utils-580",
        "nvidia-dkms-580-open",
        "nvidia-utils-580",
    ),
    "nvidia-open": ("nvidia-kernel-open-dkms", "nvidia-driver", "nvidia-driver-580-open"),
    "perftest": ("libibumad3", "libibverbs1", "librdmacm1"),
}

INBOX_MODULES = (
    "ib_core",
    "ib_umad",
    "ib_uverbs",
    "ipmi_devintf",
    "ipmi_si",
    "mlx5_core",
    "mlx5_ib",
    "nvme",
    "nvme_fabrics",
    "nvme_rdma",
    "rdma_cm",
    "rdma_ucm",
    "rpcrdma",
    "xprtrdma",
)
"""Modules of the kernel itself, without a version."""

DKMS_MODULES: Mapping[str, tuple[str, ...]] = {
    "gdrdrv": ("gdrdrv",),
    "kernel-mft-dkms": ("mst_pci", "mst_pciconf"),
    "mlnx-ofed-kernel": (
        "mlx5_core",
        "ib_core",
        "ib_umad",
        "ib_uverbs",
        "mlx5_ib",
        "rdma_cm",
        "rdma_ucm",
    ),
    "nvidia": ("nvidia", "nvidia_drm", "nvidia_modeset", "nvidia_peermem", "nvidia_uvm"),
}
"""What a source package builds; the first one's version is that of all."""

_IMAGE = re.compile(r"linux-image-(\d.*)")
_MODULES = re.compile(r"linux-modules-(\d.*)")
_HEADERS = re.compile(r"linux-headers-(\d.*)-(amd64|generic)")
_COMMON_HEADERS = re.compile(r"linux-headers-(\d.*-common|[\d.]+-\d+)")
_DKMS = re.compile(r"(.*)-dkms(?:-\d+-open)?")


def deb(pin: Pin, own: Mapping[str, str]) -> Deb:
    """Return the stand-in of a package; `own` are the versions of the system's own ones."""
    version = pin.version or own.get(pin.package) or own["rdma-core"]
    if kernel := _kernel(pin, version):
        return kernel
    items = [Item(f"usr/share/railwright-standin/{pin.package}", f"{version}\n".encode())]
    items += [Item(path, link=RUN) for path in COMMANDS.get(pin.package, ())]
    items += unit_items(pin.package)
    fields = dict(_depends(pin))
    scripts = _scripts(pin.package)
    dkms = dkms_name(pin)
    if dkms:
        name, number = dkms
        items.append(Item(f"usr/src/{name}-{number}/railwright.json", _source(pin.system, name)))
        scripts |= {
            "postinst": f"{_HEAD}{_CONFIGURE}    {RUN_STANDIN} dkms {name} {number}\nfi\n",
            "prerm": f"{_HEAD}dkms remove {name}/{number} --all || true\n",
        }
    return Deb(pin.package, version, "amd64", fields, tuple(items), scripts)


_HEAD = "#!/bin/sh\nset -e\n"
_CONFIGURE = 'if [ "$1" = configure ]; then\n'
RUN_STANDIN = "/usr/sbin/railwright-standin"


def dkms_name(pin: Pin) -> tuple[str, str] | None:
    """Return name and version that DKMS knows a source package by, None for other packages."""
    source = _DKMS.fullmatch(pin.package)
    if source is None:
        return None
    stem = source[1]
    for name, number in pin.system.dkms.items():
        if name in (stem, pin.package) or stem.startswith(f"{name}-"):
            return name, number
    return stem, (pin.version or "1").split(":")[-1].rsplit("-", 1)[0]


def _source(system: SystemStack, name: str) -> bytes:
    """Return what a build of a source package gives: modules with their versions."""
    modules = DKMS_MODULES.get(name, (name.replace("-", "_"),))
    version = system.modules.get(modules[0]) or system.dkms.get(name, "")
    found = {one: system.modules.get(one) or version for one in modules}
    return json.dumps({"modules": found}).encode()


def _depends(pin: Pin) -> Iterator[tuple[str, str]]:
    """Yield the dependency field: at equal versions where both are of one product."""
    same = product(pin)
    known = {name for group in pin.system.packages.values() for name in group}
    needs = [one for one in DEPENDS.get(pin.package, ()) if one in known or one in same]
    if _DKMS.fullmatch(pin.package):
        needs.append("dkms")
    exact = [
        f"{one} (= {pin.version})" if pin.version and same.get(one) == pin.version else one
        for one in needs
    ]
    if exact:
        yield "Depends", ", ".join(exact)


def _scripts(package: str) -> dict[str, str]:
    """Return the scripts of a package with units: reload, enable and start as Debian does."""
    units = UNITS.get(package, ())
    if not units:
        return {}
    started = [one.name for one in units if one.at_once]
    running = "[ ! -d /run/systemd/system ] ||"
    configure = f"    {running} systemctl daemon-reload\n"
    for name in started:
        configure += f"    systemctl enable --quiet {name} || true\n"
        configure += f"    {running} systemctl restart {name} || true\n"
    stop = "".join(f"    {running} systemctl stop {one.name} || true\n" for one in units)
    return {
        "postinst": f"{_HEAD}{_CONFIGURE}{configure}fi\n",
        "prerm": f'{_HEAD}if [ "$1" = remove ]; then\n{stop}fi\n',
    }


def _kernel(pin: Pin, version: str) -> Deb | None:
    """Return a package of the kernel, None for other packages.

    Debian has modules in the image, Ubuntu beside it; both have headers for all kernels of a
    version and those of one kernel.
    """
    package, named = pin.package, pin.system.kernel.packages
    if image := _IMAGE.fullmatch(package):
        apart = f"linux-modules-{image[1]}"
        return _image(package, version, image[1], apart if apart in named else "")
    if modules := _MODULES.fullmatch(package):
        return Deb(package, version, items=tuple(kernel_modules(modules[1])))
    if headers := _HEADERS.fullmatch(package):
        common = next(one for one in named if _COMMON_HEADERS.fullmatch(one))
        return _headers(package, version, f"{headers[1]}-{headers[2]}", common)
    if _COMMON_HEADERS.fullmatch(package):
        item = Item(f"usr/src/{package}/Makefile", b"# stand-in\n")
        return Deb(package, version, "all", items=(item,))
    return None


def _image(package: str, version: str, kernel: str, modules: str) -> Deb:
    items = [Item(f"boot/vmlinuz-{kernel}", f"stand-in {kernel}\n".encode())]
    items.append(
        Item(f"boot/config-{kernel}", b"CONFIG_DMA_SHARED_BUFFER=y\nCONFIG_PCI_P2PDMA=y\n")
    )
    items += [] if modules else kernel_modules(kernel)
    scripts = {
        "postinst": f"{_HEAD}{_CONFIGURE}    {RUN_STANDIN} kernel {kernel}\nfi\n",
        "postrm": f'{_HEAD}if [ "$1" = remove ]; then\n    {RUN_STANDIN} gone {kernel}\nfi\n',
    }
    fields = {"Depends": f"{modules} (= {version})"} if modules else {}
    return Deb(package, version, "amd64", fields, tuple(items), scripts)


def kernel_modules(kernel: str) -> list[Item]:
    """Return the modules of a kernel."""
    top = f"lib/modules/{kernel}/kernel/drivers"
    return [
        Item(f"{top}/{name}.ko", module_file(name, "", kernel, signed=True))
        for name in INBOX_MODULES
    ]


def _headers(package: str, version: str, kernel: str, common: str) -> Deb:
    items = (
        Item(f"usr/src/{package}/Makefile", b"# stand-in\n"),
        Item(f"lib/modules/{kernel}/build", link=f"/usr/src/{package}"),
    )
    fields = {"Depends": f"{common} (= {version})"}
    scripts = {"postinst": f"{_HEAD}{_CONFIGURE}    {RUN_STANDIN} headers {kernel}\nfi\n"}
    return Deb(package, version, "amd64", fields, items, scripts)
