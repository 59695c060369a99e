"""Services against the plan: addresses that belong to devices which offer none."""

from collections.abc import Iterator

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
    if plan.intent.nodes.storage and plan.intent.networks.storage is None:
        yield Problem(
            "nodes.storage",
            "there are storage servers, but no storage network: nothing reads from them; add "
            "networks.storage",
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
