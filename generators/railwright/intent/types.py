"""Domain types of the intent, defined once: names, pools, secrets, QoS numbers.

Validators raise ValueError with a text that follows the key: `must be ..., got ...`. They echo
what was given only through `shown`; a secret's validator echoes nothing.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal, NamedTuple

from netaddr import AddrFormatError, IPAddress, IPNetwork
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from railwright.intent.written import KeyPath, shown
from railwright.naming import HOSTNAME

TEXT_CHARS = 255
LARGEST_COUNT = 16_384  # of any population: 131,072 GPUs of eight per node, so that no plan hangs
_SECRET = re.compile(r"[a-z][a-z0-9_]{0,62}")
_DOMAIN_CHARS = 253
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_PREFIX = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}")
_CATALOG_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
_CLASS = re.compile(r"[a-z][a-z0-9-]{0,15}")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_NODES = re.compile(r"([1-9][0-9]{0,6})(?:-([1-9][0-9]{0,6}))?")
_PORT = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,31}")
_LINK = re.compile(r"[a-z0-9][a-z0-9-]{0,62}:[A-Za-z][A-Za-z0-9_.-]{0,31}")
_TIMEZONE = re.compile(r"[A-Za-z_]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}")
# Source: RFC 6890 (special-purpose IPv4), RFC 5771 (multicast 224/4; 240/4 is reserved).
_NOT_UNICAST = tuple(
    IPNetwork(prefix) for prefix in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")
)

# Source: RFC 4291 (global unicast), RFC 4193 (unique local).
_UNICAST6 = (IPNetwork("2000::/3"), IPNetwork("fc00::/7"))
LONGEST_IPV6 = 56  # a /64 for each pool: up to 256 of them


class IntentModel(BaseModel):
    """Base of every part of the intent: immutable, unknown keys rejected, no type coercion."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True, defer_build=True
    )


class Finding(NamedTuple):
    """A broken rule between keys: where below the model that has them, and what is wrong there."""

    path: KeyPath
    what: str


def refuse(model: BaseModel, findings: Iterable[Finding]) -> None:
    """Raise ValidationError with everything found, each at its own key; nothing if nothing is.

    One ValueError would hide all rules after the first one that is broken.
    """
    details = [
        InitErrorDetails(
            type=PydanticCustomError("value_error", "{error}", {"error": what}),
            loc=path,
            input=None,
        )
        for path, what in findings
    ]
    if details:
        raise ValidationError.from_exception_data(type(model).__name__, details)


def _network(value: Any) -> IPNetwork:
    if isinstance(value, IPNetwork):
        return value
    wrong = f"must be an IPv4 prefix such as 10.16.0.0/12, got {shown(value)}"
    if not isinstance(value, str) or not _PREFIX.fullmatch(value):
        raise ValueError(wrong)
    try:
        network = IPNetwork(value, version=4)
    except (AddrFormatError, ValueError) as err:
        raise ValueError(wrong) from err
    if network.ip != network.network:
        raise ValueError(f"has host bits set, got {value!r}; the prefix itself is {network.cidr}")
    for bad in _NOT_UNICAST:
        if network in bad or bad in network:
            raise ValueError(f"must be unicast, got {value!r}, which overlaps {bad}")
    return network


def _network6(value: Any) -> IPNetwork:
    if isinstance(value, IPNetwork):
        return value
    wrong = f"must be an IPv6 prefix such as fd00:1024::/48, got {shown(value)}"
    if not isinstance(value, str) or ":" not in value or "/" not in value:
        raise ValueError(wrong)
    try:
        network = IPNetwork(value, version=6)
    except (AddrFormatError, ValueError) as err:
        raise ValueError(wrong) from err
    if network.ip != network.network:
        raise ValueError(f"has host bits set, got {value!r}; the prefix itself is {network.cidr}")
    if not any(network in good for good in _UNICAST6):
        raise ValueError(f"must be global unicast or unique local, got {value!r}")
    if network.prefixlen > LONGEST_IPV6:
        raise ValueError(f"must be /{LONGEST_IPV6} or shorter, got {value!r}")
    return network


def _address(value: Any) -> str:
    wrong = f"must be an IPv4 address, got {shown(value)}"
    if not isinstance(value, str):
        raise ValueError(wrong)
    try:
        address = IPAddress(value, version=4)
    except (AddrFormatError, ValueError) as err:
        raise ValueError(wrong) from err
    for bad in _NOT_UNICAST:
        if address in bad:
            raise ValueError(f"must be a unicast address, got {value!r}, which is in {bad}")
    return str(address)


def _hostname(value: str) -> str:
    if not HOSTNAME.fullmatch(value):
        raise ValueError(
            f"must be a lower-case host name (letters, digits, '-', at most 63), got {shown(value)}"
        )
    return value


def _domain(value: str) -> str:
    if len(value) > _DOMAIN_CHARS or not _DOMAIN.fullmatch(value):
        raise ValueError(f"must be a lower-case DNS name, got {shown(value)}")
    return value


def _catalog_name(value: str) -> str:
    if not _CATALOG_NAME.fullmatch(value):
        raise ValueError(
            "must be a catalog name (letters, digits, '.', '_', '+', '-', at most 64), "
            f"got {shown(value)}"
        )
    return value


def _user(value: str) -> str:
    if not _USER.fullmatch(value):
        raise ValueError(
            "must be a login name (lower-case letters, digits, '_', '-', at most 32), "
            f"got {shown(value)}"
        )
    return value


def _timezone(value: str) -> str:
    if not _TIMEZONE.fullmatch(value):
        raise ValueError(f"must be a time zone such as Europe/Berlin, got {shown(value)}")
    return value


def _nodes(value: Any) -> tuple[int, int]:
    if isinstance(value, tuple):
        return value
    text = str(value) if type(value) is int else value
    match = _NODES.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"must be a node number or a range such as 25-30, got {shown(value)}")
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise ValueError(f"must not run backwards, got {shown(value)}")
    return first, last


def _class(value: str) -> str:
    if not _CLASS.fullmatch(value):
        raise ValueError(
            "must be at most 16 lower-case letters, digits and '-', a letter first, got "
            f"{shown(value)}"
        )
    return value


def _port(value: str) -> str:
    if not _PORT.fullmatch(value):
        raise ValueError(f"must be a port name such as Ethernet504, got {shown(value)}")
    return value


def _link(value: str) -> str:
    if not _LINK.fullmatch(value):
        raise ValueError(
            f"must be a link as `show links` names it, such as gpu0007:rail3, got {shown(value)}"
        )
    return value


def _text(value: str) -> str:
    if not value.isprintable():
        raise ValueError(f"must be one line of printable text, got {shown(value)}")
    return value


def _said(value: str) -> str:
    if not value.strip():
        raise ValueError(f"must say something, got {shown(value)}")
    return value


def _once(values: tuple[str, ...]) -> tuple[str, ...]:
    for place, value in enumerate(values):
        if value in values[:place]:
            raise ValueError(f"names {value} twice; give every address once")
    return values


def _secret(value: str) -> str:
    if not _SECRET.fullmatch(value):
        raise ValueError(
            "must name a secret (lower-case letters, digits, '_', a letter first); "
            "write the secret's name here, never its value"
        )
    return value


def _whole(value: Any) -> Any:
    # A Literal of numbers compares by equality alone, which true and 1.0 would pass as 1.
    if type(value) is not int:
        raise ValueError(f"must be a whole number, got {shown(value)}")
    return value


def _text_schema(name: str, pattern: re.Pattern[str]) -> WithJsonSchema:
    """Return what editors know of a text type: the name of its format and its characters."""
    return WithJsonSchema({"type": "string", "format": name, "pattern": f"^{pattern.pattern}$"})


Prefix = Annotated[
    IPNetwork,
    BeforeValidator(_network),
    PlainSerializer(str),
    _text_schema("ipv4-prefix", _PREFIX),
]
Prefix6 = Annotated[
    IPNetwork,
    BeforeValidator(_network6),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "format": "ipv6-prefix"}),
]
NodeRange = Annotated[
    tuple[int, int],
    BeforeValidator(_nodes),
    PlainSerializer(lambda value: f"{value[0]}-{value[1]}"),
    _text_schema("node-range", _NODES),
]
PortName = Annotated[str, AfterValidator(_port), _text_schema("port-name", _PORT)]
LinkId = Annotated[str, AfterValidator(_link), _text_schema("link-id", _LINK)]
Address = Annotated[
    str, BeforeValidator(_address), WithJsonSchema({"type": "string", "format": "ipv4"})
]
EachOnce = AfterValidator(_once)
Hostname = Annotated[str, AfterValidator(_hostname), _text_schema("hostname", HOSTNAME)]
Domain = Annotated[str, AfterValidator(_domain), _text_schema("domain-name", _DOMAIN)]
CatalogName = Annotated[
    str, AfterValidator(_catalog_name), _text_schema("catalog-name", _CATALOG_NAME)
]
ClassName = Annotated[str, AfterValidator(_class), _text_schema("class-name", _CLASS)]
UserName = Annotated[str, AfterValidator(_user), _text_schema("login-name", _USER)]
Timezone = Annotated[str, AfterValidator(_timezone), _text_schema("time-zone", _TIMEZONE)]
Count = Annotated[int, Field(ge=1, le=LARGEST_COUNT)]
Asn = Annotated[int, Field(ge=1, le=4294967294)]
Dscp = Annotated[int, Field(ge=0, le=63)]
Priority = Annotated[int, Field(ge=0, le=7)]
Percent = Annotated[int, Field(ge=1, le=100)]
QueueBytes = Annotated[int, Field(ge=1, le=2_147_483_647)]
EcnCodepoint = Annotated[Literal[1, 2], BeforeValidator(_whole)]
LengthM = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=TEXT_CHARS), AfterValidator(_text)]
Said = Annotated[
    Text,
    Field(min_length=1, json_schema_extra={"pattern": r"\S"}),
    AfterValidator(_said),
]


class SecretRef(IntentModel):
    """A named secret; its value comes from Vault or the environment at push time only."""

    secret: Annotated[
        str,
        AfterValidator(_secret),
        Field(description="The secret's name, never its value."),
    ]
