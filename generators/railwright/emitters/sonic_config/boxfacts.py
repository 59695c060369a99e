"""Facts that only the box knows, read at push time and merged into what is sent to it."""

import re

from railwright.errors import RailwrightError
from railwright.sonic.configdb import ConfigDb

_MAC = re.compile(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")
_VERSION = re.compile(r"version_[A-Za-z0-9_]+")


class BoxFactError(RailwrightError):
    """What was read from a box is not what it should be."""


def merge_box_facts(config: ConfigDb, mac: str, version: str) -> ConfigDb:
    """Return `config` with the box's base MAC and database version; the argument stays as it is.

    Without a MAC a reload would write the HWSKU's default ports beside ours; without a version
    it would replay every database migration, which rewrites some of our fields.
    Raises: BoxFactError if either does not look like one.
    """
    if not _MAC.fullmatch(mac):
        raise BoxFactError(
            f"the switch reports {mac!r} as its MAC address, expected six hexadecimal pairs such "
            "as 02:00:00:00:00:01; check DEVICE_METADATA|localhost on the switch"
        )
    if not _VERSION.fullmatch(version):
        raise BoxFactError(
            f"the switch reports {version!r} as its database version, expected a text such as "
            "version_202505_01; check VERSIONS|DATABASE on the switch"
        )
    metadata = config["DEVICE_METADATA"]
    return config | {
        "DEVICE_METADATA": metadata | {"localhost": metadata["localhost"] | {"mac": mac.lower()}},
        "VERSIONS": {"DATABASE": {"VERSION": version}},
    }
