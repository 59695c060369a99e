"""What is printed on cables: this end first, then the far one, in one of three formats."""

from collections.abc import Iterable

from railwright.intent.cabling import LabelFormat

BETWEEN = " / "  # near and far end, as TIA-606 separates them
AND = " + "  # the far ends of a splitter
UNIT_DIGITS = 2


def prefix(form: LabelFormat, device: str, rack: str | None, top_u: int | None) -> str:
    """Return what stands before the socket in the name of an end: `A07-32:`, `spine1:`.

    A device that stands nowhere goes by its name, in a rack without a unit (a PDU) by both.
    """
    mark = "-" if form == "grid" else ":"
    if form == "names" or rack is None:
        return f"{device}:"
    if top_u is None:
        return f"{rack}-{device}{mark}"
    return f"{rack}-{top_u:0{UNIT_DIGITS}d}{mark}"


def end(form: LabelFormat, before: str, socket: str) -> str:
    """Return the name of an end from its `prefix` and its socket, which may be unknown."""
    if not socket:
        return before.rstrip(":")
    return before + (socket.replace("/", "-") if form == "grid" else socket)


def label(near: str, far: Iterable[str]) -> str:
    """Return what is printed at the near end."""
    return near + BETWEEN + AND.join(far)
