"""How a switch is brought to its intended configuration, on the switches of a small cluster."""

from copy import deepcopy
from pathlib import Path

import orjson
import pytest

from railwright import api
from railwright.catalog.loader import updater
from railwright.emitters import sonic_config
from railwright.plan.model import Device, Plan
from railwright.sonic.apply import COMMANDS, ApplyPlan, Method, plan_apply
from railwright.sonic.changes import diff
from railwright.sonic.classes import ChangeClass, rules_of
from railwright.sonic.configdb import ConfigDb, loads
from railwright.sonic.impact import impacts
from railwright.sonic.ownership import SCOPES
from railwright.sonic.refusals import Updater

SECRETS = {"snmp_ro": "a-community"}


@pytest.fixture(scope="module")
def plan(root: Path) -> Plan:
    return api.load_plan(root / "intent" / "examples" / "lab-small.yml").plan


@pytest.fixture(scope="module")
def leaf(plan: Plan) -> Device:
    return plan.device["su1-rail0-leaf"]


@pytest.fixture(scope="module")
def intended(plan: Plan, leaf: Device) -> ConfigDb:
    slots = sonic_config.required_secrets(plan, leaf)
    config = sonic_config.merge(sonic_config.intended(plan, leaf), slots, SECRETS)
    return sonic_config.merge_box_facts(config, "02:00:00:00:00:01", "version_202505_01")


def switch(asic: str = "marvell-teralynx") -> Updater:
    return Updater(asic, "SONiC-OS-202505.1", updater())


def factory(intended: ConfigDb) -> ConfigDb:
    return {
        "DEVICE_METADATA": {"localhost": {"hostname": "sonic", "mac": "02:00:00:00:00:01"}},
        "PORT": deepcopy(intended["PORT"]),
        "VERSIONS": {"DATABASE": {"VERSION": "version_202505_01"}},
    }


def edited(intended: ConfigDb, table: str, key: str, **fields: str) -> ConfigDb:
    """Return the intended configuration as a switch runs it, with fields of one row replaced."""
    running = deepcopy(intended)
    running[table][key] = {**running[table][key], **fields}
    return running


def test_every_emitted_table_has_rules_and_declared_ownership(intended: ConfigDb) -> None:
    assert [table for table in intended if not rules_of(table)] == ["VERSIONS"]
    assert set(intended) <= set(SCOPES)


def test_a_switch_in_sync_needs_nothing(intended: ConfigDb) -> None:
    chosen = plan_apply(deepcopy(intended), intended, switch())
    assert (chosen.method, chosen.commands, chosen.payload) == ("none", (), b"")


def test_the_first_configuration_is_a_reload_of_everything(intended: ConfigDb) -> None:
    chosen = plan_apply(factory(intended), intended, switch())
    assert (chosen.method, chosen.initial) == ("reload", True)
    assert loads(chosen.payload) == intended
    assert chosen.commands == (
        "sudo config checkpoint railwright",
        "sudo config reload -y -f FILE",
        "sudo config save -y",
    )


def test_a_live_change_is_a_patch(intended: ConfigDb) -> None:
    running = edited(intended, "WRED_PROFILE", "AZURE_LOSSLESS", green_max_threshold="999")
    chosen = plan_apply(running, intended, switch())
    assert (chosen.method, chosen.harm) == ("apply-patch", ChangeClass.HITLESS)
    threshold = intended["WRED_PROFILE"]["AZURE_LOSSLESS"]["green_max_threshold"]
    assert orjson.loads(chosen.payload) == [
        {
            "op": "replace",
            "path": "/WRED_PROFILE/AZURE_LOSSLESS/green_max_threshold",
            "value": threshold,
        }
    ]


def test_new_rows_that_the_updater_refuses_are_loaded(intended: ConfigDb) -> None:
    running = deepcopy(intended)
    del running["PFC_WD"]
    chosen = plan_apply(running, intended, switch())
    assert (chosen.method, chosen.harm) == ("load", ChangeClass.HITLESS)
    assert loads(chosen.payload) == {"PFC_WD": intended["PFC_WD"]}
    assert chosen.refused == (
        "PFC_WD: add is not allowed (ASIC marvell-teralynx, build SONiC-OS-202505.1)",
    )


@pytest.mark.parametrize(
    ("table", "key", "fields", "asic"),
    [
        ("BUFFER_POOL", "ingress_lossless_pool", {"size": "1"}, "marvell-teralynx"),
        ("PFC_WD", "Ethernet0", {"detection_time": "5000"}, "unknown"),
        ("DEVICE_METADATA", "localhost", {"bgp_asn": "1"}, "marvell-teralynx"),
    ],
)
def test_what_no_patch_can_do_is_a_reload(
    intended: ConfigDb, table: str, key: str, fields: dict[str, str], asic: str
) -> None:
    running = edited(intended, table, key, **fields)
    running["ACL_TABLE"] = {"SITE": {"type": "CTRLPLANE"}}
    chosen = plan_apply(running, intended, switch(asic))
    assert (chosen.method, chosen.initial) == ("reload", False)
    assert chosen.harm is ChangeClass.CONFIG_RELOAD
    file = loads(chosen.payload)
    assert diff(file, intended) == ()
    assert file["ACL_TABLE"] == running["ACL_TABLE"]


def test_a_patch_that_would_bounce_ports_for_minutes_is_a_reload(intended: ConfigDb) -> None:
    running = deepcopy(intended)
    for number, port in enumerate(running["PORT_QOS_MAP"]):
        running["PORT"][port]["admin_status"] = "up"
        running["PORT_QOS_MAP"][port] = {"pfc_enable": str(number)}
    for row in running["CABLE_LENGTH"].values():
        row.update(dict.fromkeys(row, "300m"))
    for key in running["QUEUE"]:
        running["QUEUE"][key] = {"scheduler": "scheduler.x"}
    many = {f"10.250.{number}.1": {"name": "x", "asn": "1"} for number in range(200)}
    running["BGP_NEIGHBOR"] |= many  # type: ignore[arg-type]
    chosen = plan_apply(running, intended, switch())
    assert chosen.method == "reload"
    assert "bounce ports" in chosen.reason


def test_a_slow_patch_without_harm_stays_a_patch(intended: ConfigDb) -> None:
    running = deepcopy(intended)
    for number in range(400):
        running["NTP_SERVER"][f"10.250.{number // 256}.{number % 256}"] = {}
    chosen = plan_apply(running, intended, switch())
    assert (chosen.method, chosen.harm) == ("apply-patch", ChangeClass.HITLESS)
    assert chosen.estimated_s > 300


def test_many_new_rows_are_loaded_rather_than_patched(intended: ConfigDb) -> None:
    wanted = deepcopy(intended)
    for number in range(400):
        wanted["NTP_SERVER"][f"10.250.{number // 256}.{number % 256}"] = {}
    chosen = plan_apply(deepcopy(intended), wanted, switch())
    assert chosen.method == "load"


def test_the_text_of_a_plan_holds_no_secret(intended: ConfigDb) -> None:
    running = deepcopy(intended)
    running["SNMP_COMMUNITY"] = {"public": {"TYPE": "RO"}}
    chosen = plan_apply(running, intended, switch())
    assert SECRETS["snmp_ro"].encode() in chosen.payload
    assert SECRETS["snmp_ro"] not in repr(chosen)
    assert SECRETS["snmp_ro"] not in repr(chosen.verdicts)


def chosen_for(intended: ConfigDb, table: str, key: str, **fields: str) -> ApplyPlan:
    return plan_apply(edited(intended, table, key, **fields), intended, switch())


def test_a_bounced_host_port_names_its_node_and_gpu(
    plan: Plan, leaf: Device, intended: ConfigDb
) -> None:
    chosen = chosen_for(intended, "PORT_QOS_MAP", "Ethernet0", pfc_enable="3,4")
    (impact,) = impacts(plan, leaf, chosen.verdicts, chosen.harm)
    assert (impact.ports, impact.nodes, impact.rails, impact.gpus) == (
        ("Ethernet0",),
        ("gpu0001",),
        (0,),
        1,
    )
    assert impact.text == (
        "su1-rail0-leaf: port bounce, 1 cabled port, 60 s; rail 0 is lost for gpu0001 (1 GPU)"
    )


def test_a_reset_session_names_its_link(plan: Plan, leaf: Device, intended: ConfigDb) -> None:
    peer = next(iter(intended["BGP_NEIGHBOR"]))
    chosen = chosen_for(intended, "BGP_NEIGHBOR", peer, holdtime="180")
    (impact,) = impacts(plan, leaf, chosen.verdicts, chosen.harm)
    assert impact.harm is ChangeClass.BGP_RESET
    assert impact.gpus == 0
    assert [plan.links_of[leaf.name][port].peer(leaf.name).address for port in impact.ports] == [
        peer
    ]


def test_a_reload_takes_everything(plan: Plan, leaf: Device, intended: ConfigDb) -> None:
    chosen = chosen_for(intended, "BUFFER_POOL", "ingress_lossless_pool", size="1")
    (impact,) = impacts(plan, leaf, chosen.verdicts, chosen.harm)
    assert impact.nodes == ("gpu0001", "gpu0002", "gpu0003", "gpu0004")
    assert impact.gpus == 4
    assert "all 2 links to spines are down" in impact.text


def test_a_hitless_change_costs_nothing(plan: Plan, leaf: Device, intended: ConfigDb) -> None:
    chosen = chosen_for(intended, "WRED_PROFILE", "AZURE_LOSSLESS", green_max_threshold="999")
    assert impacts(plan, leaf, chosen.verdicts, chosen.harm) == ()


def test_all_methods_have_a_command() -> None:
    methods: tuple[Method, ...] = ("none", "apply-patch", "load", "reload")
    assert tuple(COMMANDS) == methods
