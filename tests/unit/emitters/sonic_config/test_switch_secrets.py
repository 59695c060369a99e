"""Secrets and facts of the box: never built, merged in memory."""

import json
from collections.abc import Callable

import pytest

from railwright.emitters.sonic_config import (
    SecretSlot,
    emit_device,
    intended,
    merge,
    merge_box_facts,
    placeholders,
    required_secrets,
)
from railwright.emitters.sonic_config.boxfacts import BoxFactError
from railwright.emitters.sonic_config.secrets import SecretError
from railwright.plan.model import Plan

COMMUNITY = SecretSlot("SNMP_COMMUNITY", None, None, "snmp_ro", (("TYPE", "RO"),))
PASSKEY = SecretSlot("TACPLUS", "global", "passkey", "tac_key")
MAC = "02:00:00:00:00:0A"
VERSION = "version_202505_01"


def test_a_switch_needs_what_the_services_name(plan: Plan) -> None:
    assert required_secrets(plan, plan.device["spine1"]) == (COMMUNITY, PASSKEY)


def test_hosts_and_bare_services_need_none(make_plan: Callable[..., Plan]) -> None:
    plan = make_plan()
    assert required_secrets(plan, plan.device["gpu0001"]) == ()
    bare = make_plan(services={})
    assert required_secrets(bare, bare.device["spine1"]) == ()


def test_the_file_holds_names_only(plan: Plan) -> None:
    files = {file.path: file.content for file in emit_device(plan, plan.device["spine1"])}
    assert json.loads(files["switches/spine1/secrets.required.json"]) == [
        {
            "table": "SNMP_COMMUNITY",
            "key": None,
            "field": None,
            "secret": "snmp_ro",
            "fields": {"TYPE": "RO"},
        },
        {"table": "TACPLUS", "key": "global", "field": "passkey", "secret": "tac_key"},
    ]


def test_merge_fills_keys_and_fields_and_leaves_the_argument(plan: Plan) -> None:
    config = intended(plan, plan.device["spine1"])
    before = json.dumps(config)
    whole = merge(config, (COMMUNITY, PASSKEY), {"snmp_ro": "s3cret", "tac_key": "k3y"})
    assert whole["SNMP_COMMUNITY"] == {"s3cret": {"TYPE": "RO"}}
    assert whole["TACPLUS"] == {"global": {"passkey": "k3y"}}
    assert json.dumps(config) == before


def test_merge_keeps_other_fields_of_the_row() -> None:
    config = {"TACPLUS": {"global": {"timeout": "9"}}}
    whole = merge(config, (PASSKEY,), {"tac_key": "k3y"})  # type: ignore[arg-type]
    assert whole == {"TACPLUS": {"global": {"timeout": "9", "passkey": "k3y"}}}


def test_all_missing_secrets_are_named_at_once() -> None:
    with pytest.raises(SecretError) as caught:
        merge({}, (COMMUNITY, PASSKEY), {})
    assert "'snmp_ro'" in str(caught.value)
    assert "RAILWRIGHT_SECRET_SNMP_RO" in str(caught.value)
    assert "'tac_key'" in str(caught.value)


@pytest.mark.parametrize(
    ("slot", "value"),
    [
        (COMMUNITY, "abc"),
        (COMMUNITY, "with blank"),
        (COMMUNITY, "a|column"),
        (COMMUNITY, "x" * 33),
        (COMMUNITY, "line\nbreak"),
        (PASSKEY, ""),
        (PASSKEY, "hash#mark"),
        (PASSKEY, "line\n"),
    ],
)
def test_a_value_sonic_refuses_is_refused_without_being_shown(slot: SecretSlot, value: str) -> None:
    with pytest.raises(SecretError, match=slot.secret) as caught:
        merge({}, (slot,), {slot.secret: value})
    assert not value or value not in str(caught.value)


def test_placeholders_fit_every_slot() -> None:
    slots = (COMMUNITY, PASSKEY)
    whole = merge({}, slots, placeholders(slots))
    assert set(whole) == {"SNMP_COMMUNITY", "TACPLUS"}


def test_box_facts_complete_a_configuration_and_leave_the_argument(plan: Plan) -> None:
    config = intended(plan, plan.device["spine1"])
    whole = merge_box_facts(config, MAC, VERSION)
    assert whole["DEVICE_METADATA"]["localhost"]["mac"] == MAC.lower()
    assert whole["DEVICE_METADATA"]["localhost"]["hostname"] == "spine1"
    assert whole["VERSIONS"] == {"DATABASE": {"VERSION": VERSION}}
    assert config == intended(plan, plan.device["spine1"])
    assert set(whole) == {*config, "VERSIONS"}


@pytest.mark.parametrize(
    ("mac", "version", "shown"),
    [("", VERSION, "''"), ("02:00:00", VERSION, "'02:00:00'"), (MAC, "", "database version")],
)
def test_facts_that_are_none_are_refused(plan: Plan, mac: str, version: str, shown: str) -> None:
    config = intended(plan, plan.device["spine1"])
    with pytest.raises(BoxFactError, match=shown):
        merge_box_facts(config, mac, version)
