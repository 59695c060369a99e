"""Links that nobody hears: devices that are down, twin jumpers that are crossed, missing cables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from railwright.device.cabling import sight
from railwright.device.cabling.chains import order
from railwright.device.cabling.faults import Fault
from railwright.device.cabling.judge import View
from railwright.device.cabling.mend import Step
from railwright.device.cabling.model import End
from railwright.device.cabling.places import Places
from railwright.naming import natural_key
from railwright.plan.model import Link

TWIN_GBPS = 800
"""A link this fast from an unsplit twin-port cage is two jumpers (reference: 2 x 400G engines)."""
FEWEST_DOWN = 2
"""Dark links from which on a device that was not read is taken to be down."""


@dataclass(frozen=True, slots=True)
class Dark:
    """A link that nobody hears, with its ends."""

    link: Link
    a: End
    z: End

    def at(self, device: str) -> End:
        """Return the end at a device."""
        return self.a if self.a.device == device else self.z


def faults(view: View, places: Places, missing: Sequence[Dark]) -> Iterator[Fault]:
    """Yield what is wrong with dark links, each told once."""
    left = {one.link.id: one for one in missing}
    for fault in _down(view, places, missing):
        for link in fault.links:
            left.pop(link, None)
        yield fault
    for one, other, device in _crossed(view, places, list(left.values())):
        del left[one.link.id], left[other.link.id]
        yield _crossed_fault(places, one, other, device)
    for one in left.values():
        yield Fault(
            kind="missing",
            links=(one.link.id,),
            ends=(one.a, one.z),
            text=_missing_text(view, places, one),
            steps=(_connect(view, one),),
        )


def _down(view: View, places: Places, missing: Sequence[Dark]) -> Iterator[Fault]:
    """Yield devices that were not read and are heard by nobody."""
    by_device: dict[str, list[Dark]] = {}
    for one in missing:
        for end in (one.a, one.z):
            if end.device not in view.evidence.read:
                by_device.setdefault(end.device, []).append(one)
    suspects = {name for name, links in by_device.items() if len(links) >= FEWEST_DOWN}
    suspects -= {end.device for end in view.edges.partner} if suspects else set()
    for name in sorted(suspects, key=natural_key):
        links = by_device[name]
        text = (
            f"nothing is heard of {places.device_text(name)}, on {len(links)} links: is it up, and "
            "does it run LLDP?"
        )
        ids = tuple(sorted((one.link.id for one in links), key=natural_key))
        ends = tuple(sorted((one.at(name) for one in links), key=order))
        yield Fault("missing", ids, ends, text, subject=name)


def _crossed(view: View, places: Places, dark: Sequence[Dark]) -> Iterator[tuple[Dark, Dark, str]]:
    """Yield two dark links of neighbouring twin-port cages, with no third beside them."""
    used: set[str] = set()
    for side in ("a", "z"):  # at the lower switch first, where cables are fewer
        by_device: dict[str, dict[int, Dark]] = {}
        for one in dark:
            end: End = getattr(one, side)
            port = places.port(end)
            if port and not port.fixed and not port.subport and _is_twin(view, one.link):
                by_device.setdefault(end.device, {})[port.cage] = one
        for device in sorted(by_device, key=natural_key):
            cages = by_device[device]
            for cage in sorted(cages):
                alone = cage - 1 not in cages and cage + 2 not in cages
                if cage + 1 not in cages or not alone:
                    continue
                pair = cages[cage], cages[cage + 1]
                if used.isdisjoint(one.link.id for one in pair):
                    used.update(one.link.id for one in pair)
                    yield (*pair, device)


def _is_twin(view: View, link: Link) -> bool:
    fitting = view.plan.fitted.get(link.id) if view.plan.fitted else None
    return fitting.strands > 1 if fitting else link.speed_gbps >= TWIN_GBPS


def _crossed_fault(places: Places, one: Dark, other: Dark, device: str) -> Fault:
    ends = one.at(device), other.at(device)
    text = (
        f"{places.text(ends[0])} and {places.text(ends[1])} are dark side by side: the second "
        "jumpers of their cages may be crossed; if they stay dark after a swap, both cables are "
        "missing"
    )
    every = dict.fromkeys((*ends, one.a, other.a, one.z, other.z))
    return Fault(
        kind="crossed-twins",
        links=tuple(sorted((one.link.id, other.link.id), key=natural_key)),
        ends=tuple(every),
        text=text,
        steps=(Step("swap", ends, (None, None), sockets=True),),
    )


def _connect(view: View, dark: Dark) -> Step:
    """Return the one move; an end that was not read may hold a plug that leads elsewhere."""
    unseen = next((end for end in (dark.a, dark.z) if sight.is_unseen(view, end)), None)
    unread = unseen is not None and unseen.device not in view.evidence.read
    return Step("connect", (dark.a, dark.z), unseen=unseen, unread=unread)


def _missing_text(view: View, places: Places, dark: Dark) -> str:
    heard = [end for end in (dark.a, dark.z) if end.device in view.evidence.read]
    if len(heard) == 2:
        return f"missing: {places.text(dark.a)} and {places.text(dark.z)} hear nothing"
    (end,) = heard
    far = dark.z if end == dark.a else dark.a
    return (
        f"missing: {places.text(end)} hears nothing, planned is {places.text(far)}, which was not "
        "read"
    )
