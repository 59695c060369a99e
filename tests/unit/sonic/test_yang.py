"""Configurations against a small set of models, judged by the real yanglint."""

import shutil
from pathlib import Path

import pytest

from railwright.errors import RailwrightError
from railwright.sonic.configdb import ConfigDb
from railwright.sonic.yang import MAX_ROUNDS, ModelSet, YangFinding
from railwright.sonic.yanglint import Complaint

MODELS = Path(__file__).resolve().parents[2] / "data" / "yang"

needs_yanglint = pytest.mark.skipif(
    shutil.which("yanglint") is None, reason="yanglint (apt: libyang-tools) is not installed"
)


@pytest.fixture(scope="module")
def models() -> ModelSet:
    return ModelSet.load(MODELS)


def port(lanes: str = "0,1", **fields: str) -> dict[str, str | list[str]]:
    return {"lanes": lanes, "speed": "400000", **fields}


def valid() -> ConfigDb:
    return {
        "ACL_RULE": {"edge|r1": {"SRC_IP": "10.0.0.0/8"}},
        "ACL_TABLE": {"edge": {"ports": ["Ethernet0", "Ethernet4"]}},
        "BANNER": {"global": {"text": "a <b> & c\n\n\tü"}},
        "DEVICE_METADATA": {"localhost": {"hostname": "leaf", "synchronous": "true"}},
        "DSCP_TO_TC_MAP": {"AZURE": {"0": "0", "26": "3"}},
        "INTERFACE": {"Ethernet0": {}, "Ethernet0|10.0.0.0/31": {}, "Ethernet0|fd00::/127": {}},
        "NEIGHBOR": {"10.0.0.1": {"asn": "1"}, "Ethernet0": {"peer_type": "external"}},
        "PFC_WD": {"Ethernet0": {"detection_ms": "400"}, "GLOBAL": {"POLL_INTERVAL": "200"}},
        "PORT": {
            "Ethernet0": port(adv_speeds="100000,400000", admin_status="up"),
            "Ethernet4": port("2,3", mtu="9216", fec="rs"),
        },
        "QUEUE": {"CPU|0": {}, "Ethernet0|3": {"wred": "lossless"}},
        "WRED_PROFILE": {"lossless": {"min": "10", "max": "20"}},
    }


def texts(models: ModelSet, config: ConfigDb) -> list[str]:
    return [str(finding) for finding in models.validate({"leaf": config})]


@needs_yanglint
def test_a_valid_configuration_has_no_findings(models: ModelSet) -> None:
    assert models.validate({"leaf": valid(), "bare": {}}) == []
    assert models.validate({}) == []


@needs_yanglint
@pytest.mark.parametrize(
    ("table", "key", "fields", "expected"),
    [
        (
            "PORT",
            "Ethernet4",
            port(mtu="9217"),
            'PORT|Ethernet4 mtu: Unsatisfied range - value "9217" is out of the allowed range',
        ),
        (
            "PORT",
            "Ethernet4",
            port(mtu="big"),
            'PORT|Ethernet4 mtu: Invalid type uint16 value "big"',
        ),
        (
            "PORT",
            "Ethernet4",
            port(fec="RS"),
            'PORT|Ethernet4 fec: Unsatisfied pattern - "RS" does not conform to "rs|fc|none"',
        ),
        (
            "PORT",
            "Ethernet4",
            port(admin_status="UP"),
            'PORT|Ethernet4 admin_status: Invalid enumeration value "UP"',
        ),
        (
            "PORT",
            "Ethernet4",
            {"lanes": "2,3"},
            'PORT|Ethernet4: the mandatory field "speed" is missing',
        ),
        (
            "PORT",
            "eth4",
            port(),
            'PORT|eth4: Unsatisfied pattern - "eth4" does not conform to "Ethernet[0-9]+"',
        ),
        (
            "PORT",
            "Ethernet4",
            port(adv_speeds="100000,fast"),
            'PORT|Ethernet4 adv_speeds: Invalid type uint32 value "fast"',
        ),
        (
            "DEVICE_METADATA",
            "localhost",
            {"synchronous": "True"},
            'DEVICE_METADATA|localhost synchronous: Invalid boolean value "True"',
        ),
        (
            "INTERFACE",
            "Ethernet4|10.0.0.2/31",
            {},
            "INTERFACE|Ethernet4|10.0.0.2/31: the interface has no row of its own",
        ),
        (
            "INTERFACE",
            "Ethernet8",
            {},
            'INTERFACE|Ethernet8: refers to PORT "Ethernet8", which is not in the configuration',
        ),
        ("DSCP_TO_TC_MAP", "AZURE", {"64": "0"}, "DSCP_TO_TC_MAP|AZURE 64: no such DSCP"),
        (
            "DSCP_TO_TC_MAP",
            "AZURE",
            {"3": "16"},
            'DSCP_TO_TC_MAP|AZURE 3: Unsatisfied range - value "16" is out of the allowed range',
        ),
        (
            "WRED_PROFILE",
            "lossless",
            {"min": "2", "max": "1"},
            "WRED_PROFILE|lossless max: max is below min",
        ),
        (
            "QUEUE",
            "Ethernet0|4",
            {"wred": "lossy"},
            'QUEUE|Ethernet0|4 wred: refers to WRED_PROFILE "lossy", '
            "which is not in the configuration",
        ),
        (
            "QUEUE",
            "Ethernet8|3",
            {},
            'QUEUE|Ethernet8|3: "Ethernet8" is neither a value allowed here '
            "nor the name of a row to refer to",
        ),
        (
            "ACL_TABLE",
            "edge",
            {"ports": ["Ethernet0", "eth4"]},
            'ACL_TABLE|edge ports: Unsatisfied pattern - "eth4" does not conform to '
            '"Ethernet[0-9]+"',
        ),
        (
            "NEIGHBOR",
            "10.0.0.1",
            {},
            'NEIGHBOR|10.0.0.1: the mandatory field "peer_type" is missing',
        ),
    ],
)
def test_a_wrong_row_is_named(
    models: ModelSet,
    table: str,
    key: str,
    fields: dict[str, str | list[str]],
    expected: str,
) -> None:
    config = valid()
    config[table] = {**config[table], key: fields}
    assert texts(models, config) == [f"leaf: {expected}"]


@needs_yanglint
def test_two_cases_of_a_choice_exclude_each_other(models: ModelSet) -> None:
    config = valid()
    config["ACL_RULE"]["edge|r1"] = {"SRC_IP": "10.0.0.0/8", "SRC_IPV6": "fd00::/8"}
    (finding,) = models.validate({"leaf": config})
    assert (finding.table, finding.key) == ("ACL_RULE", "edge|r1")


@needs_yanglint
def test_all_that_is_wrong_shows_in_one_run(models: ModelSet) -> None:
    config = valid()
    config["PROT"] = {"x": {}}
    config["PORT"]["Ethernet0"] |= {"mtu": "1", "fec": "xx", "bogus": "1"}
    config["PORT"]["Ethernet16"] = port("4,5", mtu="0")
    config["QUEUE"]["Ethernet0|3"] = {"wred": "lossy"}
    findings = models.validate({"leaf10": config, "leaf2": valid(), "leaf9": {"PORT": {}}})
    assert [(x.device, x.table, x.key, x.field) for x in findings] == [
        ("leaf9", "PORT", "", ""),
        ("leaf10", "PORT", "Ethernet0", "bogus"),
        ("leaf10", "PORT", "Ethernet0", "fec"),
        ("leaf10", "PORT", "Ethernet0", "mtu"),
        ("leaf10", "PORT", "Ethernet16", "mtu"),
        ("leaf10", "PROT", "", ""),
        ("leaf10", "QUEUE", "Ethernet0|3", "wred"),
    ]


@needs_yanglint
def test_consequences_of_a_finding_are_not_findings(models: ModelSet) -> None:
    config = valid()
    config["PORT"]["Ethernet0"] = {"lanes": "0,1"}  # everything refers to this row
    config["PORT"]["Ethernet4"] |= {"speed": "0"}  # mandatory, but there
    assert [(x.table, x.key, x.field) for x in models.validate({"leaf": config})] == [
        ("PORT", "Ethernet0", ""),
        ("PORT", "Ethernet4", "speed"),
    ]


@needs_yanglint
def test_every_row_without_a_mandatory_field_is_named(models: ModelSet) -> None:
    config: ConfigDb = {"PORT": {f"Ethernet{n}": {"lanes": "1"} for n in range(20)}}
    assert [x.key for x in models.validate({"leaf": config})] == [f"Ethernet{n}" for n in range(20)]


@needs_yanglint
def test_a_hopeless_configuration_ends_after_some_rounds(models: ModelSet) -> None:
    config: ConfigDb = {"PORT": {f"Ethernet{n}": port(mtu="1") for n in range(40)}}
    assert len(models.validate({"leaf": config})) == MAX_ROUNDS


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/small-port:small-port/PORT/PORT_LIST[name='nowhere']/mtu", "PORT|nowhere mtu: "),
        ("/small-port:small-port/PORT", "PORT: "),
        ("/small-port:small-port/PORT/PORT_LIST", "PORT: "),
        ("/small-device:small-device/BANNER/global/text", "BANNER|global text: "),
        ("/other:other/THING", ""),
        ("", ""),
    ],
)
def test_a_complaint_about_nothing_in_the_document_is_noted_once(
    models: ModelSet, monkeypatch: pytest.MonkeyPatch, path: str, place: str
) -> None:
    def complain(_: object, documents: list[str]) -> list[Complaint]:
        return [Complaint("odd", path) for _ in documents]

    monkeypatch.setattr("railwright.sonic.yang.first_complaints", complain)
    assert texts(models, {"PORT": {"Ethernet0": port()}}) == [f"leaf: {place}odd"]


@needs_yanglint
def test_models_that_do_not_compile_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "m.yang").write_text(
        'module m { yang-version 1.1; namespace "urn:m"; prefix m; container m { container T {'
        " container r { leaf a { type nonsense; } } } } }"
    )
    broken = ModelSet.load(tmp_path)
    with pytest.raises(RailwrightError, match=r"cannot use these YANG models:\n(.*\n)*.*nonsense"):
        broken.validate({"leaf": {"T": {"r": {"a": "1"}}}})


def test_a_finding_reads_as_one_line() -> None:
    assert str(YangFinding("leaf", "PORT", "Ethernet0", "mtu", "bad")) == (
        "leaf: PORT|Ethernet0 mtu: bad"
    )
    assert str(YangFinding("leaf", "PORT", "Ethernet0", "", "bad")) == "leaf: PORT|Ethernet0: bad"
    assert str(YangFinding("leaf", "PORT", "", "", "bad")) == "leaf: PORT: bad"


def test_a_missing_or_empty_directory_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RailwrightError, match=r"nowhere: no such directory; give a copy of an"):
        ModelSet.load(tmp_path / "nowhere")
    with pytest.raises(RailwrightError, match=r"holds no \*\.yang file; give a copy of an image"):
        ModelSet.load(tmp_path)
