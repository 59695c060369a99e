"""People's accounts as files: systemd-sysusers makes them, sshd reads their keys, sudo the rest.

An account that is declared no longer stays with its files, and with the file of its keys what was
declared of them goes.
"""

from collections.abc import Iterator, Sequence

from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.software import unit_file
from railwright.emitters.node_config.state import Unit
from railwright.files import OutputFile
from railwright.intent.stack import LocalUser

UNIT = "railwright-users.service"
KEYS = "etc/ssh/authorized_keys.d"
SUDOERS_MODE = 0o440

# Of these accounts alone: where sshd looks for others' keys, the controller's too, is the site's.
# What stands behind the block is for all again.
SSHD = f"""\
Match User {{names}}
    AuthorizedKeysFile .ssh/authorized_keys .ssh/authorized_keys2 /{KEYS}/%u
Match all
"""
SERVICE = """\
[Unit]
Description=Accounts and home folders of people
Before=systemd-user-sessions.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/systemd-sysusers /etc/sysusers.d/railwright.conf
ExecStart=/usr/bin/systemd-tmpfiles --create /etc/tmpfiles.d/railwright-users.conf

[Install]
WantedBy=multi-user.target
"""


def files(users: Sequence[LocalUser]) -> Iterator[OutputFile]:
    """Yield the files of all accounts; nothing without any."""
    in_order = sorted(users, key=lambda one: one.name)
    if not in_order:
        return
    accounts = (f"u {one.name} {one.uid} - /home/{one.name} /bin/bash\n" for one in in_order)
    yield file("etc/sysusers.d/railwright.conf", "".join(accounts))
    homes = (f"d /home/{one.name} 0700 {one.name} {one.name} -\n" for one in in_order)
    yield file("etc/tmpfiles.d/railwright-users.conf", "".join(homes))
    yield unit_file(UNIT, SERVICE)
    names = ",".join(one.name for one in in_order)
    yield file("etc/ssh/sshd_config.d/50-railwright.conf", SSHD.format(names=names))
    for one in in_order:
        yield file(f"{KEYS}/{one.name}", "".join(f"{key}\n" for key in one.ssh_keys))
    rules = "".join(f"{one.name} ALL=(ALL:ALL) NOPASSWD: ALL\n" for one in in_order if one.sudo)
    if rules:
        yield OutputFile("etc/sudoers.d/50-railwright", rules.encode(), SUDOERS_MODE)


def units(users: Sequence[LocalUser]) -> tuple[Unit, ...]:
    """Return the unit that makes accounts, where there are some."""
    return (Unit(UNIT),) if users else ()
