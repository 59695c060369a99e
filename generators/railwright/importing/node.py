"""A node profile from three saved outputs: parse, match, build."""

from collections.abc import Set

from railwright.catalog.model import NodeModel
from railwright.errors import Problem
from railwright.importing import addresses, front, lspci, profile, rails, rdma, topo
from railwright.importing.profile import Known
from railwright.importing.saved import Saved, SavedOutputError


def imported(
    name: str, of_topo: Saved, of_lspci: Saved, of_ibdev: Saved, known: Known
) -> NodeModel:
    """Return the profile. Raises: SavedOutputError with everything that is wrong with the files.

    What is found in one file is not compared with another that is broken.
    """
    topology, problems = topo.parse(of_topo)
    functions, more = lspci.parse(of_lspci)
    ports, further = rdma.parse(of_ibdev)
    _refuse([*problems, *more, *further])
    gpus = [one for one in functions if one.kind == "gpu"]
    found, assumptions, problems = addresses.ports(ports, functions, of_ibdev, of_lspci)
    if len(gpus) != len(topology.gpus):
        what = (
            f"has {len(gpus)} NVIDIA GPUs, {of_topo.name} has {len(topology.gpus)}; save both on "
            "the same server with all its GPUs at work"
        )
        problems.append(of_lspci.problem(0, what))
    problems += _unknown(topology, {one.rdma for one in ports}, of_ibdev)
    _refuse(problems)
    matched, problems = rails.match(topology, gpus, found)
    _refuse(problems)
    both = front.choose(topology, matched.others)
    model = profile.build(name, (of_topo, of_lspci, of_ibdev), matched, both, known)
    said = (*assumptions, *model.assumptions)
    return model.model_copy(update={"assumptions": said})


def _unknown(topology: topo.Topology, known: Set[str], of_ibdev: Saved) -> list[Problem]:
    """Return the NICs near a GPU that `ibdev2netdev` does not have."""
    near = {
        nic
        for (_, nic), level in topology.nearness.items()
        if level <= rails.NEAR and nic not in known and "bond" not in nic
    }
    what = f"lacks {', '.join(sorted(near))}, which {topology.saved.name} has next to GPUs"
    return [of_ibdev.problem(0, f"{what}; {rdma.SAVE_AGAIN}")] if near else []


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise SavedOutputError(problems)
