"""The steps that remove and install packages, with apt or with dnf."""

from collections.abc import Iterator, Sequence
from typing import Any

from railwright.emitters.node_config.state import Package, RoleState
from railwright.nodes.compare import pending
from railwright.nodes.model import Difference, Observed, Step

MARK = "packages"
"""Stands among what is not in effect yet from before the first package until handlers have run."""
LOCK_TIMEOUT_S = 120
"""How long to wait for another package manager to finish, as on a node's first boot."""
UPDATE_RETRIES = 2
ENVIRONMENT = {"NEEDRESTART_SUSPEND": "1"}
"""For every module on a node: on Ubuntu, apt without a terminal would let needrestart restart
services of jobs and of the site; what must start anew, handlers start."""
COMPLETE = f"""\
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
dpkg --configure -a --force-confdef --force-confold ||
apt-get -o DPkg::Lock::Timeout={LOCK_TIMEOUT_S} -o Dpkg::Options::=--force-confdef \
-o Dpkg::Options::=--force-confold -o APT::Install-Recommends=no -y --fix-broken --no-remove install
"""
"""Ends what an interrupted run of apt has begun. dpkg alone fails where it had not come to unpack
what others depend on; apt gets that, but does nothing before dpkg has read its journal."""


def package_steps(
    role: str, state: RoleState, observed: Observed, found: Sequence[Difference], *, is_apt: bool
) -> Iterator[Step]:
    """Yield what settles the differences of packages, after what an interrupted run has left.

    The index of the source comes first: where it does not answer, nothing is removed.
    """
    incomplete = is_apt and _is_incomplete(observed)
    if not found and not (incomplete and MARK in pending(role, observed)):
        return
    module = "ansible.builtin.apt" if is_apt else "ansible.builtin.dnf"
    waiting = {"lock_timeout": LOCK_TIMEOUT_S}
    retries = {"update_cache_retries": UPDATE_RETRIES} if is_apt else {}
    yield Step(module, {"update_cache": True, **retries, **waiting})
    yield Step("railwright_files", {"owner": role, "begin": [MARK]})
    if incomplete:
        yield Step(
            "ansible.builtin.command",
            {"argv": ["sh", "-c", COMPLETE]},
            remedy="finish it on the node: dpkg --configure -a && apt-get --fix-broken install, "
            "then run this again",
        )
    names = {one.name for one in found}
    if absent := [name for name in state.absent if name in names]:
        yield Step(module, {"name": absent, "state": "absent", **waiting})
    if any(one.name in names for one in state.packages):
        # All of a role at once, not only those that differ: they depend on each other's versions.
        packages = [_spelled(one, is_apt=is_apt) for one in state.packages]
        yield Step(module, {"name": packages, **_options(is_apt=is_apt), **waiting})


def _is_incomplete(observed: Observed) -> bool:
    packaging = observed["packaging"]
    return bool(packaging["interrupted"] or packaging["broken"])


def _options(*, is_apt: bool) -> dict[str, Any]:
    """Return how to install: nothing that is only recommended, nothing at the price of another."""
    if not is_apt:  # dnf removes nothing for what it installs unless it is told to
        return {"state": "present", "allow_downgrade": True, "install_weak_deps": False}
    # Mends dependencies as well: what another role has to install is missing until then.
    return {
        "state": "fixed",
        "allow_downgrade": True,
        "fail_on_autoremove": True,
        "install_recommends": False,
    }


def _spelled(package: Package, *, is_apt: bool) -> str:
    if package.version is None:
        return package.name
    return f"{package.name}{'=' if is_apt else '-'}{package.version}"
