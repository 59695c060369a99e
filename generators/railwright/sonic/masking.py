"""How what a switch holds may be shown: secrets never, control characters not as such."""

from collections.abc import Iterable, Mapping

from railwright.sonic.configdb import ConfigDb, FieldValue, Row

SECRET = "<secret>"  # noqa: S105 - what is shown instead of a secret
SECRET_DIFFERS = "<secret: differs>"  # noqa: S105 - what is shown instead of a secret

SECRET_KEY_TABLES = frozenset({"SNMP_COMMUNITY"})
"""Tables whose row keys are themselves secrets."""

SECRET_FIELDS: frozenset[tuple[str, str]] = frozenset(
    {
        ("BGP_NEIGHBOR", "auth_password"),
        ("BGP_PEER_GROUP", "auth_password"),
        ("LDAP", "bind_password"),
        ("MACSEC_PROFILE", "fallback_cak"),
        ("MACSEC_PROFILE", "primary_cak"),
        ("NTP_KEY", "value"),
        ("RADIUS", "passkey"),
        ("RADIUS_SERVER", "passkey"),
        ("SNMP_USER", "SNMP_USER_AUTH_PASSWORD"),
        ("SNMP_USER", "SNMP_USER_ENCRYPTION_PASSWORD"),
        ("TACPLUS", "passkey"),
        ("TACPLUS_SERVER", "passkey"),
    }
)
"""(table, field) whose values are secrets (source: the sonic-*.yang models of these tables)."""


def shown_key(table: str, key: str) -> str:
    """Return the row key as it may be shown."""
    return SECRET if table in SECRET_KEY_TABLES else key


def shown_value(table: str, field: str, value: FieldValue | None) -> FieldValue | None:
    """Return a field's value as it may be shown; None (absent) stays None."""
    if value is not None and (table, field) in SECRET_FIELDS:
        return SECRET_DIFFERS
    return value


def shown_row(table: str, row: Mapping[str, FieldValue]) -> Row:
    """Return a row's fields as they may be shown."""
    return {
        field: SECRET if (table, field) in SECRET_FIELDS else value for field, value in row.items()
    }


def secrets_in(config: ConfigDb) -> frozenset[str]:
    """Return every secret that a configuration holds."""
    keys = {key for table in SECRET_KEY_TABLES for key in config.get(table, {})}
    values = {
        row[field]
        for table, field in SECRET_FIELDS
        for row in config.get(table, {}).values()
        if field in row
    }
    return frozenset(keys | {value for value in values if isinstance(value, str)})


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return a text without these secrets, also as they are spelled in the path of a patch."""
    plain = {secret for secret in secrets if secret}
    spelled = plain | {secret.replace("~", "~0").replace("/", "~1") for secret in plain}
    for value in sorted(spelled, key=len, reverse=True):
        text = text.replace(value, SECRET)
    return text


def printable(text: str) -> str:
    """Return text from a device without characters that could steer a terminal."""
    return text if text.isprintable() else text.encode("unicode_escape").decode()
