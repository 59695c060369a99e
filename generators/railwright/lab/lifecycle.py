"""Bringing a lab up and taking it down; both can be repeated, and resume what was interrupted."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from railwright.lab import (
    boot,
    cgroup,
    growth,
    host,
    keys,
    layers,
    network,
    recable,
    requirements,
    rootfs,
    state,
)
from railwright.lab.boot import Start
from railwright.lab.distribution import DEBIAN, Distribution, of_nodes
from railwright.lab.errors import LabError
from railwright.lab.growth import Growth
from railwright.lab.network import Wiring
from railwright.lab.process import kill
from railwright.lab.shell import run
from railwright.lab.standin import server, upstream
from railwright.lab.state import NETNS_FOLDER, Kind, LabFolder, LabState, Member
from railwright.plan.model import Plan

Say = Callable[[str], None]
"""Takes one line of progress."""

_AT_ONCE = 4
"""Devices booted, and namespaces configured, at the same time: little is gained above."""

_KILL_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class LabOptions:
    """How to run a lab.

    `nodes` is how many GPU nodes boot, the first ones (see `kinds_of`); the others only answer
    pings. `cache` holds the root file system. `proxies` are http_proxy and the like for its
    download. `base` is where labs are recorded.
    """

    cache: Path
    nodes: int = 0
    base: Path = state.RUN_FOLDER
    boot_timeout_s: float = 120.0
    proxies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Up:
    """What `up` did: names of the devices it booted; nothing when the lab ran already.

    `network_made` says that the network was made, or what was missing of a grown one.
    """

    cluster: str
    booted: tuple[str, ...]
    network_made: bool

    def __bool__(self) -> bool:
        """Return whether anything was done."""
        return self.network_made or bool(self.booted)


def kinds_of(plan: Plan, nodes: int) -> dict[str, Kind]:
    """Return what every device is in a lab that boots the first `nodes` GPU nodes.

    With them boot the first storage and the first management server, as samples. Raises: LabError
    when the plan has no such number of nodes.
    """
    gpu_nodes = [device.name for device in plan.gpu_nodes]
    if not 0 <= nodes <= len(gpu_nodes):
        raise LabError(
            f"--nodes {nodes}: {plan.intent.cluster} has {len(gpu_nodes)} GPU nodes; "
            f"give a number from 0 to {len(gpu_nodes)}"
        )
    booted = set(gpu_nodes[:nodes])
    if nodes:
        others = (one for one in plan.nodes if one.role != "gpu_node")
        booted |= {one.name for one in others if one.index == 1}
    kinds: dict[str, Kind] = {device.name: "switch" for device in plan.switches}
    kinds |= {one.name: "node" if one.name in booted else "bare" for one in plan.nodes}
    return kinds


def up(plan: Plan, options: LabOptions, say: Say) -> Up:
    """Bring a lab up: its network, then every device that does not run yet.

    On a running lab this adds what the plan has grown by, without touching what runs, or does
    nothing; devices that ended, or take no log-in, are booted as new.
    Raises: LabUnavailableError when this host cannot run a lab; LabError when a different lab of
    this name runs, or when something fails (what was made stays; `up` again resumes, `down`
    removes it).
    """
    kinds = kinds_of(plan, options.nodes)
    wiring = network.wire(plan, kinds)
    folder = LabFolder(options.base, plan.intent.cluster)
    with state.locked(options.base, say):
        requirements.check(options.base)
        wanted = _wanted(plan, kinds, wiring, folder)
        known = _standing(folder, say)
        more = None if known is None else _more(folder, known, wanted, wiring)
        trees = _trees(plan, kinds, options, say)
        if known is None:
            _build_network(wanted, wiring, folder, say)
        elif more is not None:
            _extend_network(wanted, wiring, more, folder, say)
        if plan.intent.stack is not None and "node" in kinds.values():
            built = upstream.ensure(options.cache, trees["node"], of_nodes(plan).system, say)
            server.ensure(plan, folder, built)
        booted = _boot_missing(plan, wanted, trees, options, say)
    return Up(folder.cluster, booted, known is None or more is not None)


def down(cluster: str, say: Say, base: Path = state.RUN_FOLDER) -> bool:
    """Take a lab down, whatever state it is in; return whether there was anything to remove.

    Raises: LabError when something cannot be removed; `down` again resumes.
    """
    folder = LabFolder(base, cluster)
    with state.locked(base, say):
        known = state.load(folder)
        if known is None and not folder.root.exists():
            host.restore(base)
            return False
        if known is not None and known.boot_id == state.boot_id():
            _dismantle(folder, known, say)
        state.forget(folder)
        host.restore(base)
    return True


def _wanted(plan: Plan, kinds: Mapping[str, Kind], wiring: Wiring, folder: LabFolder) -> LabState:
    """Return the record of the whole lab, still to be built."""
    mount = requirements.here()
    members = tuple(
        Member(
            name=device.name,
            kind=kinds[device.name],
            role=device.role,
            namespace=wiring.namespaces[device.name],
            address=device.management.address,
        )
        for device in network.devices_of(plan)
    )
    return LabState(
        cluster=folder.cluster,
        boot_id=state.boot_id(),
        phase="building",
        fingerprint=network.fingerprint(wiring, kinds),
        namespaces=wiring.all_namespaces,
        members=members,
        cgroup=str(cgroup.folder_of(mount, folder.cluster)) if mount else "",
    )


def _trees(
    plan: Plan, kinds: Mapping[str, Kind], options: LabOptions, say: Say
) -> dict[Kind, Path]:
    """Return the root file systems of switches and, where some boot, of nodes."""
    systems: dict[Kind, Distribution] = {"switch": DEBIAN}
    if "node" in kinds.values():
        systems["node"] = of_nodes(plan)
    return {
        kind: rootfs.ensure(options.cache, options.proxies, say, one)
        for kind, one in systems.items()
    }


def _standing(folder: LabFolder, say: Say) -> LabState | None:
    """Return the record of a lab whose network stands, None after removing half of one."""
    known = state.load(folder)
    if known is not None and known.boot_id == state.boot_id():
        if known.phase == "built":
            return known
        say("removing what an interrupted command left")
        _dismantle(folder, known, say)
    state.forget(folder)
    return None


def _more(folder: LabFolder, known: LabState, wanted: LabState, wiring: Wiring) -> Growth | None:
    """Return what a running lab lacks, None if nothing. Raises: LabError if it is another lab."""
    if known.fingerprint == wanted.fingerprint:
        return None
    if recable.is_moved(folder):
        raise LabError(
            f"cables of the lab of {folder.cluster} were moved, and nothing can be added before "
            "they are back; take it down first: railwright lab down"
        )
    old = growth.recorded(state.load_wiring(folder))
    found = None if old is None else growth.growth(old, wiring)
    if found is None or not set(known.members) <= set(wanted.members):
        raise LabError(
            f"a lab of {folder.cluster} runs that was made from another intent or with another "
            "--nodes, and more than additions separates them; take it down first: railwright lab "
            "down"
        )
    return found


def _build_network(wanted: LabState, wiring: Wiring, folder: LabFolder, say: Say) -> None:
    """Make the network of a whole lab."""
    whole = Growth(wiring.create, wiring.links, (), wiring.inside)
    _check_free(wiring.all_namespaces, folder)
    state.save(folder, wanted)
    host.prepare(folder.base)
    say(f"network: {len(wiring.namespaces)} devices, {len(wiring.pairs)} veth pairs")
    _make(wanted, wiring, whole, folder)


def _extend_network(
    wanted: LabState, wiring: Wiring, more: Growth, folder: LabFolder, say: Say
) -> None:
    """Add to the network of a running lab; a command killed meanwhile leaves half of one."""
    added = [line.split()[-1] for line in more.create]
    _check_free(added, folder)
    state.save(folder, wanted)
    say(f"network: {len(added)} more devices, {len(more.links) + len(more.plugged)} more cables")
    _make(wanted, wiring, more, folder)


def _check_free(namespaces: Iterable[str], folder: LabFolder) -> None:
    existing = [name for name in namespaces if (NETNS_FOLDER / name).exists()]
    if existing:
        raise LabError(
            f"network namespace {existing[0]} exists and belongs to no lab of {folder.cluster}; "
            f"remove it (ip netns del {existing[0]}) or rename the cluster"
        )


def _make(wanted: LabState, wiring: Wiring, parts: Growth, folder: LabFolder) -> None:
    """Run the lines and record that the network stands."""
    run(["ip", "-batch", "-"], lines=parts.create)
    run(["ip", "-batch", "-"], lines=parts.links)
    _configure((wiring.void, parts.plugged))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(_configure, parts.inside.items()))
    # The controller has the gateway address of every management subnet, so it is their router.
    network_of = f"--net={NETNS_FOLDER / network.controller_namespace(folder.cluster)}"
    run(["nsenter", network_of, "sysctl", "--quiet", "--write", "net.ipv4.ip_forward=1"])
    state.save_wiring(folder, growth.record(wiring))
    state.save(folder, wanted.to("built"))


def _configure(namespace_and_lines: tuple[str, Iterable[str]]) -> None:
    namespace, lines = namespace_and_lines
    run(["ip", "-n", namespace, "-batch", "-"], lines=lines)


def _boot_missing(
    plan: Plan, known: LabState, trees: Mapping[Kind, Path], options: LabOptions, say: Say
) -> tuple[str, ...]:
    """Boot every device of the record that cannot be logged in to; return their names."""
    folder = LabFolder(options.base, known.cluster)
    wanted = [one for one in known.members if one.kind != "bare"]
    missing = [one for one in wanted if not boot.is_ready(one.name, one.kind, folder)]
    if not missing:
        return ()
    _end_processes(folder, missing, [one.namespace for one in missing])
    lab_keys = keys.ensure(folder.keys, {one.name: one.address for one in wanted})
    for kind in sorted({one.kind for one in wanted}):
        if not folder.layer(kind).exists():
            layers.write_kind(folder, kind, trees[kind], plan, lab_keys)
    folder.only.write_text("".join(f"{one.name}\n" for one in wanted))
    say(f"booting {len(missing)} devices")

    def boot_one(member: Member) -> str:
        try:
            layers.write_device(folder, plan, plan.device[member.name], lab_keys)
            start = _start(plan, known, member, folder, trees[member.kind])
            boot.boot(start, folder, options.boot_timeout_s)
        except LabError as err:
            return str(err)
        return ""

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        problems = [problem for problem in pool.map(boot_one, missing) if problem]
    if problems:
        raise LabError("\n".join(problems))
    return tuple(one.name for one in missing)


def _start(plan: Plan, known: LabState, member: Member, folder: LabFolder, tree: Path) -> Start:
    return Start(
        name=member.name,
        kind=member.kind,
        namespace=member.namespace,
        layers=layers.stack(folder, plan.device[member.name], tree),
        cgroup=Path(known.cgroup) / member.name if member.kind == "node" else None,
    )


def _dismantle(folder: LabFolder, known: LabState, say: Say) -> None:
    """Remove everything of a lab but its folder."""
    state.save(folder, known.to("stopping"))
    say(f"stopping {sum(one.kind != 'bare' for one in known.members)} devices")
    _end_processes(folder, known.members, known.namespaces)
    if known.cgroup:
        cgroup.remove(Path(known.cgroup))
    say(f"removing {len(known.namespaces)} namespaces")
    present = [name for name in known.namespaces if (NETNS_FOLDER / name).exists()]
    run(["ip", "-batch", "-"], lines=[f"netns del {name}" for name in present])


def _end_processes(folder: LabFolder, members: Iterable[Member], namespaces: Iterable[str]) -> None:
    """End devices by their recorded identity, and whatever else runs in the namespaces.

    The latter are the devices' own processes, whose end is waited for, commands of `lab exec`, and
    a device that was just being started when its `up` was killed; hence the rounds.
    """
    spaces = tuple(namespaces)
    outermost = (folder.started(one.name) for one in members if one.kind != "bare")
    recorded = {identity for identity in outermost if identity is not None}
    for _ in range(_KILL_ROUNDS):
        running = boot.processes(spaces)
        found = recorded | {one.identity for inside in running.values() for one in inside}
        if not found:
            return
        recorded = set(kill(found))
    numbers = ", ".join(str(identity.pid) for identity in found)
    raise LabError(f"processes of the lab do not end: {numbers}; try again")
