"""What is asked of a node: everything that its roles and the look at the whole of it need."""

from dataclasses import replace

from railwright.emitters.node_config import ROLES
from railwright.nodes.model import Wanted
from railwright.nodes.request import request


def test_what_is_remembered_is_asked_of_roles_that_want_nothing_too(wanted: Wanted) -> None:
    roles = {role: state for role, state in wanted.roles.items() if role != "hpcx"}
    without = replace(wanted, roles=roles)
    assert request(without)["owners"] == sorted(ROLES)
    assert request(without, ["hpcx"])["owners"] == ["hpcx"]


def test_packages_are_asked_for_with_their_versions(wanted: Wanted) -> None:
    assert wanted.stack is not None
    kernel = wanted.stack.system.kernel.packages
    found = request(wanted)["packages"]
    assert kernel.items() <= found.items()
    for state in wanted.roles.values():
        assert all(found[one.name] == one.version for one in state.packages if one.version)
        assert found.keys() >= set(state.absent)
    assert request(wanted, ["nccl"])["packages"].keys() < found.keys()
    assert kernel.items() <= request(wanted, ["nccl"])["packages"].items()


def test_people_and_jobs_are_asked_of_the_whole_node_alone(wanted: Wanted) -> None:
    whole, part = request(wanted), request(wanted, ["base"])
    assert (whole["users"], whole["busy"]) == ({"alice": 2000}, True)
    assert (part["users"], part["busy"]) == ({}, False)
    bare_network = request(replace(wanted, stack=None))
    assert (bare_network["users"], bare_network["busy"]) == ({}, True)
