"""Services against the plan: addresses that belong to devices which offer none."""

from collections.abc import Container, Iterator

from netaddr import IPAddress

from railwright.errors import Problem
from railwright.intent.model import Services
from railwright.plan.model import Plan


def check_services(plan: Plan) -> Iterator[Problem]:
    """Yield warnings about services on devices that serve nobody, and servers without a network."""
    wanted = tuple(_addresses(plan.intent.services))
    owners = dict(_owners(plan)) if wanted else {}
    for path, address in wanted:
        if address in owners:
            yield Problem(
                path,
                f"{address} is the address of {owners[address]}, which offers no service; give "
                "the address of a management server or of a machine outside the pools",
                "warning",
            )
    yield from _unreachable(plan, owners)
    if plan.intent.nodes.storage and plan.intent.networks.storage is None:
        yield Problem(
            "nodes.storage",
            "there are storage servers, but no storage network: nothing reads from them; add "
            "networks.storage",
            "warning",
        )


def _unreachable(plan: Plan, told: Container[str]) -> Iterator[Problem]:
    """Yield a warning per service that no switch can reach over an OOB network without a way out.

    Switches reach a management server by its leg there; the in-band network is not joined to OOB.
    Addresses that were `told` of already are left out.
    """
    oob = plan.intent.networks.oob
    if "oob" not in plan.fabrics or oob.border is not None:
        return
    legs = {one.management.address for one in plan.devices if one.oob}
    for path, address in _addresses(plan.intent.services):
        if (
            address not in legs
            and address not in told
            and IPAddress(address) not in plan.intent.pools.oob
        ):
            yield Problem(
                path,
                f"switches cannot reach {address}: it is no management server and the OOB network "
                "has no way out; give a management server's address, or networks.oob.border",
                "warning",
            )


def _addresses(services: Services) -> Iterator[tuple[str, str]]:
    """Yield every address that a service is expected at, with its key."""
    for key in ("dns_servers", "ntp_servers", "syslog_servers"):
        for place, address in enumerate(getattr(services, key)):
            yield f"services.{key}[{place}]", address
    for place, address in enumerate(services.tacacs.servers if services.tacacs else ()):
        yield f"services.tacacs.servers[{place}]", address


def _owners(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield the addresses of everything but management servers, with their owners."""
    for device in plan.devices:
        if device.role != "management_node":
            yield device.management.address, device.name
        if device.bmc:
            yield device.bmc.address, f"the BMC of {device.name}"
        if device.loopback:
            yield device.loopback, device.name
    for subnet in plan.subnets:
        if subnet.gateway:
            yield subnet.gateway, f"the gateway of {subnet.prefix}"
