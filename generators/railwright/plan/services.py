"""Services as switches reach them: over OOB, on the management servers' own legs there."""

from collections.abc import Mapping

from railwright.intent.model import Services


def on_oob(services: Services, legs: Mapping[str, str]) -> Services:
    """Return the services with every address that has a leg on OOB replaced by it.

    The management networks are not joined, so a switch, which is managed over OOB, cannot reach
    a management server's in-band address. `legs` are by in-band address.
    """

    def moved(addresses: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(legs.get(address, address) for address in addresses))

    tacacs = services.tacacs
    if tacacs:
        tacacs = tacacs.model_copy(update={"servers": moved(tacacs.servers)})
    return services.model_copy(
        update={
            "dns_servers": moved(services.dns_servers),
            "ntp_servers": moved(services.ntp_servers),
            "syslog_servers": moved(services.syslog_servers),
            "tacacs": tacacs,
        }
    )
