"""What a push would do to one switch: look, compare, choose, estimate; nothing is changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from railwright.catalog.loader import updater
from railwright.device.identity import check_box
from railwright.device.observe import Observation, observe
from railwright.device.session import Session
from railwright.emitters.sonic_config import intended, merge, merge_box_facts, required_secrets
from railwright.plan.model import Device, Plan
from railwright.sonic.apply import ApplyPlan, plan_apply
from railwright.sonic.configdb import ConfigDb
from railwright.sonic.impact import Impact, impacts
from railwright.sonic.refusals import Updater


@dataclass(frozen=True, slots=True)
class Preview:
    """One switch before a push: what it runs, what it should, how to get there, what it costs.

    `target` holds secrets; it is left out of the text of this value.
    """

    seen: Observation
    target: ConfigDb = field(repr=False)
    apply: ApplyPlan
    impacts: tuple[Impact, ...]

    @property
    def pending(self) -> bool:
        """Return whether an earlier push was interrupted before it saved."""
        return bool(self.seen.phase)


def preview(session: Session, plan: Plan, device: Device, secrets: Mapping[str, str]) -> Preview:
    """Return what a push would do to one switch.

    Raises: WrongBoxError, SecretError, BoxFactError, CommandError and what the session raises.
    """
    platform = plan.platforms[device.platform]
    seen = observe(session, platform.sonic_platform, device.hwsku or "", files=True)
    check_box(plan, device, seen)
    target = complete(plan, device, secrets, seen)
    facts = Updater(platform.asic.updater_name, seen.facts.build_version, updater())
    chosen = plan_apply(seen.running, target, facts)
    return Preview(seen, target, chosen, impacts(plan, device, chosen.verdicts, chosen.harm))


def complete(plan: Plan, device: Device, secrets: Mapping[str, str], seen: Observation) -> ConfigDb:
    """Return the intended configuration with its secrets and the facts of this box."""
    config = merge(intended(plan, device), required_secrets(plan, device), secrets)
    return merge_box_facts(config, seen.facts.mac, seen.facts.database_version)
