"""Services at the addresses switches reach them by."""

from railwright.intent.model import Services
from railwright.plan.services import on_oob

LEGS = {"10.0.0.1": "10.9.0.1", "10.0.0.2": "10.9.0.2"}


def services(*addresses: str) -> Services:
    return Services.model_validate(
        {
            "domain": "example.net",
            "dns_servers": addresses,
            "ntp_servers": addresses,
            "syslog_servers": addresses,
            "tacacs": {"servers": addresses, "passkey": {"secret": "key"}},
        }
    )


def test_addresses_with_a_leg_move_in_their_place_and_others_stay() -> None:
    moved = on_oob(services("192.0.2.1", "10.0.0.2", "10.0.0.1"), LEGS)
    expected = ("192.0.2.1", "10.9.0.2", "10.9.0.1")
    assert moved.dns_servers == moved.ntp_servers == moved.syslog_servers == expected
    assert moved.tacacs is not None
    assert moved.tacacs.servers == expected


def test_a_server_that_is_named_by_both_its_addresses_is_asked_once() -> None:
    assert on_oob(services("10.0.0.1", "10.9.0.1"), LEGS).dns_servers == ("10.9.0.1",)


def test_everything_else_stays() -> None:
    given = services("10.0.0.1")
    assert given.tacacs is not None
    moved = on_oob(given, LEGS)
    assert moved.domain == "example.net"
    assert moved.tacacs is not None
    assert moved.tacacs.passkey == given.tacacs.passkey
    assert on_oob(Services(), LEGS) == Services()
    assert on_oob(given, {}) == given
