"""Time: what keeps it on a server, and what has to go for that."""

from railwright.emitters.node_config import base_system
from tests.unit.emitters.node_stacks import role, stack_for, stacked


def test_chrony_s_rival_goes_where_the_system_comes_with_one() -> None:
    for system, rivals in {
        "debian-12": ("systemd-timesyncd",),
        "ubuntu-22.04": ("systemd-timesyncd",),
        "ubuntu-24.04": ("systemd-timesyncd",),
        "rocky-9": (),
    }.items():
        plan = stacked(os=system)
        assert base_system.absent(stack_for(plan)) == rivals
        assert "chrony" in {one.name for one in role(plan, "base", "storage01").packages}
