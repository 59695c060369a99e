"""Rules every emitted configuration keeps, whatever the platform and tier."""

import re

from railwright.emitters.sonic_config import emit_device, intended
from railwright.plan.model import Plan
from railwright.sonic.configdb import ConfigDb, loads

MAP_NAME = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9_]{0,31}")
MAPS = (
    "CABLE_LENGTH",
    "DSCP_TO_TC_MAP",
    "MAP_PFC_PRIORITY_TO_QUEUE",
    "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP",
    "TC_TO_PRIORITY_GROUP_MAP",
    "TC_TO_QUEUE_MAP",
)
LIST_FIELDS = {("SWITCH_HASH", "ecmp_hash")}


def values(config: ConfigDb) -> list[tuple[str, str, object]]:
    return [
        (table, field, value)
        for table, rows in config.items()
        for row in rows.values()
        for field, value in row.items()
    ]


def test_every_value_is_a_string_or_a_list_of_strings(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        for table, field, value in values(config):
            items = value if (table, field) in LIST_FIELDS else [value]
            assert isinstance(items, list)
            assert all(isinstance(item, str) for item in items), (table, field, value)


def test_no_field_is_empty(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        assert all(value for _, _, value in values(config))


def test_booleans_are_lower_case(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        texts = {str(value) for _, _, value in values(config)}
        assert "true" in texts
        assert not texts & {"True", "False", "None"}


def test_no_table_is_empty(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        assert all(config.values())


def test_no_row_is_the_null_row(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        assert not any("NULL" in row for rows in config.values() for row in rows.values())


def test_address_rows_have_their_bare_parent(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        for table in ("INTERFACE", "LOOPBACK_INTERFACE"):
            addressed = {key.split("|")[0] for key in config[table] if "|" in key}
            bare = {key for key in config[table] if "|" not in key}
            assert addressed == bare
            assert all(row == {} for row in config[table].values())


def test_map_names_are_accepted(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        names = [name for table in MAPS for name in config.get(table, {})]
        assert names
        assert all(MAP_NAME.fullmatch(name) for name in names)


def test_references_are_plain_names(configs: dict[str, ConfigDb]) -> None:
    for config in configs.values():
        assert not [value for _, _, value in values(config) if str(value).startswith("[BUFFER")]


def test_port_rows_name_existing_ports(configs: dict[str, ConfigDb]) -> None:
    tables = ("INTERFACE", "QUEUE", "BUFFER_PG", "BUFFER_QUEUE", "DEVICE_NEIGHBOR", "PORT_QOS_MAP")
    for config in configs.values():
        for table in tables:
            named = {key.split("|")[0] for key in config[table]} - {"global"}
            assert named
            assert named <= set(config["PORT"]), table


def test_no_secret_and_no_box_fact_is_built(plan: Plan) -> None:
    for device in plan.switches:
        config = intended(plan, device)
        assert "SNMP_COMMUNITY" not in config
        assert "TACPLUS" not in config
        assert "VERSIONS" not in config
        assert "mac" not in config["DEVICE_METADATA"]["localhost"]


def test_tables_that_models_lack_or_daemons_own_are_not_emitted(
    configs: dict[str, ConfigDb],
) -> None:
    foreign = {"ARS_PROFILE", "COREDUMP", "BGP_DEVICE_GLOBAL", "FEATURE", "LLDP", "VLAN"}
    for config in configs.values():
        assert not foreign & set(config)


def test_two_files_a_switch_and_the_bytes_read_back(plan: Plan) -> None:
    files = {
        file.path: file.content for device in plan.devices for file in emit_device(plan, device)
    }
    assert sorted(files) == sorted(
        f"switches/{device.name}/{name}"
        for device in plan.switches
        for name in ("config_db.json", "secrets.required.json")
    )
    for device in plan.switches:
        content = files[f"switches/{device.name}/config_db.json"]
        assert loads(content) == intended(plan, device)


def test_two_runs_give_the_same_bytes(plan: Plan) -> None:
    for device in plan.switches:
        assert list(emit_device(plan, device)) == list(emit_device(plan, device))
