"""Why a node must not be touched: found before anything is changed, all at once."""

from collections.abc import Iterator

from railwright.emitters.node_config.state import Package
from railwright.nodes import packages
from railwright.nodes.compare import compare, pending
from railwright.nodes.model import Observed, Trouble, Wanted
from railwright.plan.stack import NodeStack

MIB = 2**20
PACKAGE_MIB = 48
"""What a package takes on average while it is installed, downloaded file included: the packages of
a release, some of them of several hundred MiB, are together 3 to 4 GiB for 70 packages."""
ARCHIVE_MIB = 3 * 1024
"""What HPC-X takes: an archive of 0.8 GiB and 2 GiB unpacked."""
BOOT_MIB = 256
"""A kernel, its initramfs and the one that is written before the old one goes."""
NVIDIA, GPU_CLASSES = "10de", ("0300", "0302")
"""GPUs are VGA or 3D controllers, NVSwitches of the same vendor are bridges (PCI class codes)."""


def troubles(wanted: Wanted, observed: Observed) -> tuple[Trouble, ...]:
    """Return everything that forbids a run on this node, nothing for one that may be changed."""
    return (
        *_given(wanted),
        *_packaging(wanted, observed),
        *(() if wanted.stack is None else _stack(wanted, wanted.stack, observed)),
    )


def _stack(wanted: Wanted, stack: NodeStack, observed: Observed) -> Iterator[Trouble]:
    yield from _system(stack, observed)
    yield from _secure_boot(stack, observed)
    yield from _space(wanted, observed)
    yield from _accounts(stack, observed)
    if stack.choices.host != "vm":  # which devices a virtual machine has where is its host's choice
        yield from _nics(wanted, observed)
    yield from _gpus(wanted, observed)


def _given(wanted: Wanted) -> Iterator[Trouble]:
    remedy = (
        "build the mirror if there is none yet (playbooks/mirror.yml), or bring its host up if "
        "that did not answer, then run this again"
    )
    if not wanted.has_mirror:
        remedy = "give it as railwright_given, by this path (docs/nodes.md), then run this again"
    for path in wanted.missing:
        yield Trouble(f"the text of {path} is not known", remedy)
    for state in wanted.roles.values():
        for archive in state.archives:
            if archive.sha256 is None:
                yield Trouble(
                    f"no SHA-256 of {archive.name} is known",
                    "give it as railwright_checksums, by the archive's name",
                )


def _system(stack: NodeStack, observed: Observed) -> Iterator[Trouble]:
    name, _, version = stack.choices.os.partition("-")
    found = observed["os"]
    names = {"rocky", "rhel", "almalinux"} if name == "rocky" else {name}
    major = found["version"].partition(".")[0] if name == "rocky" else found["version"]
    if found["id"] not in names or major != version:
        yield Trouble(
            f"runs {found['id']} {found['version']}, the intent says {stack.choices.os}",
            "install that system, or change stack.os in the intent",
        )


def _packaging(wanted: Wanted, observed: Observed) -> Iterator[Trouble]:
    packaging = observed["packaging"]
    mend = "dpkg --configure -a && apt-get --fix-broken install"
    if packaging["kind"] != "apt":
        mend = "dnf check && dnf distro-sync"
    # What an earlier run began this one finishes, with apt (dpkg --configure -a).
    is_ours = packaging["kind"] == "apt" and _was_installing(observed)
    if packaging["interrupted"] and not is_ours:
        yield Trouble("dpkg was interrupted", f"finish it on the node: {mend}")
    elif packaging["broken"] and not is_ours:
        names = ", ".join(packaging["broken"])
        yield Trouble(f"packages are half installed: {names}", f"mend them on the node: {mend}")
    held = [one for one in _packages(wanted) if _is_in_the_way(one, observed)]
    for one in held:
        running = observed["packages"][one.name]["version"]
        yield Trouble(
            f"{one.name} is held at {running}, the release has {one.version}",
            f"release it on the node: apt-mark unhold {one.name}"
            if packaging["kind"] == "apt"
            else f"release it on the node: dnf versionlock delete {one.name}",
        )


def _was_installing(observed: Observed) -> bool:
    """Return whether a role was interrupted while it installed something."""
    return any(packages.MARK in pending(owner, observed) for owner in observed["memory"])


def _packages(wanted: Wanted) -> Iterator[Package]:
    for state in wanted.roles.values():
        yield from state.packages


def _is_in_the_way(package: Package, observed: Observed) -> bool:
    found = observed["packages"].get(package.name, {})
    return (
        found.get("status") == "held"
        and package.version is not None
        and found["version"] != package.version
    )


def _secure_boot(stack: NodeStack, observed: Observed) -> Iterator[Trouble]:
    if observed["secure_boot"] and stack.system.modules and not stack.system.signed:
        yield Trouble(
            "Secure Boot is on, and the kernel modules of this release are built on the node and "
            "signed by nobody it knows",
            "enrol a key for them (mokutil --import, at the console) and sign what DKMS builds, or "
            "turn Secure Boot off in the firmware",
        )


def _space(wanted: Wanted, observed: Observed) -> Iterator[Trouble]:
    found = [
        one
        for role, state in wanted.roles.items()
        for one in compare(role, state, wanted.modules, observed)
    ]
    new = sum(one.kind == "package" for one in found)
    archives = sum(one.kind == "archive" for one in found)
    kernel = wanted.stack.system.kernel.packages if wanted.stack else {}
    need_mib = {
        "/var": new * PACKAGE_MIB // 2 + archives * ARCHIVE_MIB // 3,
        "/": new * PACKAGE_MIB + archives * ARCHIVE_MIB,
        "/boot": BOOT_MIB * any(one.kind == "package" and one.name in kernel for one in found),
    }
    for folder, mib in need_mib.items():
        have_mib = observed["free_bytes"].get(folder, 0) // MIB
        if have_mib < mib:
            yield Trouble(
                f"{folder} has {have_mib} MiB left, this needs about {mib} MiB",
                "make room (apt-get clean, journalctl --vacuum-size=200M, old kernels)",
            )


def _accounts(stack: NodeStack, observed: Observed) -> Iterator[Trouble]:
    """Yield which accounts would not get their numbers (sysusers.d(5)).

    systemd-sysusers leaves an account that exists as it is, and takes another number than the
    declared one, without a word, where that is a user's or the group's of another name.
    """
    users, groups = observed["accounts"]["users"], observed["accounts"]["groups"]
    other = "or change stack.users in the intent"
    for one in sorted(stack.choices.users, key=lambda user: user.name):
        here = users.get(one.name)
        if here not in {None, one.uid}:
            yield Trouble(
                f"{one.name} has the uid {here} here, the intent says {one.uid}",
                f"change it on the node (groupmod -g {one.uid} {one.name}; usermod -u {one.uid} "
                f"{one.name}; chown what is outside its home folder), {other}",
            )
        takers = [("uid", "usermod -u", name) for name, uid in users.items() if uid == one.uid]
        if not takers and here is None:
            takers = [
                ("gid", "groupmod -g", name) for name, gid in groups.items() if gid == one.uid
            ]
        for kind, tool, name in sorted(takers):
            if name != one.name:
                yield Trouble(
                    f"{kind} {one.uid} belongs to {name} here, the intent gives it to {one.name}",
                    f"give {name} another on the node ({tool}) or remove it, {other}",
                )


def _nics(wanted: Wanted, observed: Observed) -> Iterator[Trouble]:
    at = {one["address"]: one for one in observed["pci"]}
    owner = {address: name for name, address in wanted.nics.items()}
    for name, address in wanted.nics.items():
        if address not in at:
            yield Trouble(
                f"{name}: no NIC at {address}",
                "look whether its slot has power and its driver (lspci -nn -d 15b3:), reseat it, "
                "or give the node its own profile (railwright catalog import-node)",
            )
    for address, one in at.items():
        for name in one["net"]:
            if address in owner and name in wanted.nics and owner[address] != name:
                yield Trouble(
                    f"{name} is the NIC at {address}, which is {owner[address]} in the profile",
                    "rails are swapped: put the cards or cables back, or remove the foreign names "
                    "(/etc/udev/rules.d, /etc/systemd/network/*.link) and restart",
                )


def _gpus(wanted: Wanted, observed: Observed) -> Iterator[Trouble]:
    if not wanted.gpus:
        return
    found = [
        one
        for one in observed["pci"]
        if one["vendor"] == NVIDIA and one["class"].startswith(GPU_CLASSES)
    ]
    if len(found) != wanted.gpus:
        where = ", ".join(one["address"] for one in found) or "none"
        yield Trouble(
            f"{len(found)} of {wanted.gpus} GPUs are on the PCI bus ({where})",
            "cut the node's power and put it back (a GPU off the bus, Xid 79, does not return by "
            "a reboot); if it stays away, reseat or replace it",
        )
