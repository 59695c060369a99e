"""What a GPU node mounts from the storage network: NFS folders and NVMe-oF devices, over RDMA.

Everything is mounted when it is first used, so that a server that is down keeps no node from
starting.
"""

from collections.abc import Iterator

from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.software import (
    modules_load,
    on_gpu_node,
    packages,
    storage_groups,
    unit_file,
)
from railwright.emitters.node_config.state import RoleState, Unit
from railwright.files import OutputFile
from railwright.intent.stack import NfsMount, NvmeNamespace, Stack
from railwright.plan.model import Device, Plan

RDMA_PORT = 20049
"""TCP or RDMA port of NFS over RDMA (RFC 8267, IANA `nfsrdma`)."""
CONNECTIONS = 8
"""Of one mount: a single one is served by one core (Linux nfs(5), nconnect, 16 at most)."""
NVME_UNIT = "railwright-nvme.service"

MOUNT = """\
[Unit]
Description={description}
{requires}
[Mount]
What={what}
Where={where}
Type={kind}
Options={options}
"""
AUTOMOUNT = """\
[Unit]
Description={description}

[Automount]
Where={where}

[Install]
WantedBy=remote-fs.target
"""
# It does not remain active: every mount connects anew what was not there before, as at a start of
# which the links came up late.
NVME = """\
[Unit]
Description=NVMe devices of the storage network
After=network-online.target
Wants=network-online.target
Before=remote-fs-pre.target

[Service]
Type=oneshot
ExecStart=/sbin/modprobe nvme-rdma
{connects}
[Install]
WantedBy=multi-user.target
"""
# A path that is connected already, or whose server's port is down, is no reason to fail: the
# kernel goes on with the others.
CONNECT = (
    "ExecStart=-/usr/sbin/nvme connect --transport=rdma --traddr={address} --trsvcid={port} "
    "--nqn={nqn} --ctrl-loss-tmo=-1\n"
)
NVME_RULE = (
    'ACTION!="remove", SUBSYSTEM=="block", ENV{{DEVTYPE}}=="disk", ATTR{{nsid}}=="1", '
    'ATTRS{{subsysnqn}}=="{nqn}", SYMLINK+="{link}"\n'
)


def state(plan: Plan, device: Device) -> RoleState | None:
    """Return the mounts of a GPU node, None where the site declares none."""
    stack = on_gpu_node(plan, device)
    if stack is None or not storage_groups(stack.choices):
        return None
    return RoleState(
        files=tuple(_files(plan, stack.choices)),
        packages=packages(stack, *storage_groups(stack.choices)),
        units=tuple(_units(stack.choices)),
    )


def storage_name(server: str) -> str:
    """Return the name that stands for all storage addresses of a server in /etc/hosts."""
    return f"{server}-storage"


def servers(choices: Stack) -> tuple[str, ...]:
    """Return the servers that are mounted by name, each once."""
    return tuple(sorted({one.server for one in choices.nfs}))


def storage_addresses(plan: Plan, server: str) -> tuple[str, ...]:
    """Return a server's addresses on the storage network, in the order of its ports."""
    links = plan.links_of.get(server, {})
    return tuple(one.a.address for one in links.values() if one.network == "storage")


def unit_name(path: str, kind: str) -> str:
    r"""Return the unit of a mount point (systemd-escape --path): `/a-b/c` is `a\x2db-c`."""
    escaped = "-".join(part.replace("-", r"\x2d") for part in path.strip("/").split("/"))
    return f"{escaped}.{kind}"


def _units(choices: Stack) -> Iterator[Unit]:
    if choices.nvme:
        yield Unit(NVME_UNIT, running=None)
    paths = [one.path for one in choices.nfs] + [one.path for one in choices.nvme]
    for path in paths:
        yield Unit(unit_name(path, "automount"))


def _files(plan: Plan, choices: Stack) -> Iterator[OutputFile]:
    if any(one.rdma for one in choices.nfs):
        yield modules_load("nfs", ("rpcrdma",))
    for folder in choices.nfs:
        yield from _both(folder.path, _nfs(folder))
    if choices.nvme:
        yield unit_file(NVME_UNIT, NVME.format(connects=_connects(plan, choices)))
        rules = (NVME_RULE.format(nqn=one.nqn, link=_link(one)) for one in choices.nvme)
        yield file("etc/udev/rules.d/70-railwright-nvme.rules", "".join(rules))
    for one in choices.nvme:
        yield from _both(one.path, _nvme(one))


def _both(path: str, mount: str) -> Iterator[OutputFile]:
    automount = AUTOMOUNT.format(description=f"{path} when it is used", where=path)
    yield unit_file(unit_name(path, "automount"), automount)
    yield unit_file(unit_name(path, "mount"), mount)


def _nfs(one: NfsMount) -> str:
    transport = f"proto=rdma,port={RDMA_PORT}" if one.rdma else "proto=tcp"
    return MOUNT.format(
        description=f"{one.export} of {one.server}",
        requires="",
        what=f"{storage_name(one.server)}:{one.export}",
        where=one.path,
        kind="nfs",
        options=f"vers=4.2,{transport},nconnect={CONNECTIONS},hard,noatime,_netdev",
    )


def _nvme(one: NvmeNamespace) -> str:
    return MOUNT.format(
        description=f"{one.nqn} of {one.server}",
        requires=f"Wants={NVME_UNIT}\nAfter={NVME_UNIT}\n",
        what=f"/dev/{_link(one)}",
        where=one.path,
        kind=one.filesystem,
        options="noatime,_netdev",
    )


def _link(one: NvmeNamespace) -> str:
    """Return the device's link below /dev, named for where it is mounted."""
    return "railwright/" + one.path.strip("/").replace("/", "+")


def _connects(plan: Plan, choices: Stack) -> str:
    return "".join(
        CONNECT.format(address=address, port=one.port, nqn=one.nqn)
        for one in choices.nvme
        for address in storage_addresses(plan, one.server)
    )
