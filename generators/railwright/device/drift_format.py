"""A drift report as text for people, JSON for programs and JUnit for CI."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import orjson

from railwright.device.drift import DeviceDrift, DriftReport, Finding
from railwright.naming import spans
from railwright.sonic.changes import place_of, text_of

SCHEMA = "railwright/drift"
SCHEMA_VERSION = 1
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(report: DriftReport) -> str:
    """Return the report for people: one line a finding, below its switch, and a summary."""
    lines: list[str] = []
    for name, found in report.devices.items():
        if found.findings or found.notes:
            lines.append(f"{name}: {_count(len(found.findings), 'difference')}")
            lines += [f"  {_line(finding)}" for finding in found.findings]
            lines += [f"  note: {note}" for note in found.notes]
    lines += [f"error: {message}" for message in report.errors.values()]
    if report.skipped:
        lines.append(f"skipped, not here: {spans(report.skipped)}")
    different = sum(bool(found.findings) for found in report.devices.values())
    summary = f"{len(report.devices) - different} in sync, {different} different"
    failed = f", {len(report.errors)} not compared" if report.errors else ""
    return "\n".join([*lines, f"{report.cluster}: {summary}{failed}"]) + "\n"


def json(report: DriftReport) -> str:
    """Return the report as JSON: see `as_json`."""
    return orjson.dumps(as_json(report), option=orjson.OPT_INDENT_2).decode() + "\n"


def as_json(report: DriftReport) -> dict[str, Any]:
    """Return the report as plain values, schema `railwright/drift` version 1.

    `status` of a device is `in-sync`, `different` or `error`; `findings` is a flat list, its
    `intended` and `running` are null where that side has nothing, secrets are masked.
    """
    devices = [
        {
            "device": name,
            "status": "different" if found.findings else "in-sync",
            "findings": len(found.findings),
            "notes": list(found.notes),
        }
        for name, found in report.devices.items()
    ]
    devices += [
        {"device": name, "status": "error", "findings": 0, "notes": [message]}
        for name, message in report.errors.items()
    ]
    return {
        "schema": SCHEMA,
        "version": SCHEMA_VERSION,
        "cluster": report.cluster,
        "exit_code": report.exit_code,
        "devices": devices,
        "findings": [
            {
                "device": finding.device,
                "kind": finding.kind,
                "table": finding.table,
                "key": finding.key,
                "field": finding.field,
                "intended": finding.intended,
                "running": finding.running,
            }
            for finding in report.findings
        ],
        "skipped": list(report.skipped),
    }


def junit(report: DriftReport) -> str:
    """Return the report as JUnit XML: one test case a switch."""
    cases = [_case(name, found) for name, found in report.devices.items()]
    cases += [
        f"  <testcase classname={_attribute('drift')} name={_attribute(name)}>\n"
        f"    <error message={_attribute(message)}/>\n  </testcase>"
        for name, message in report.errors.items()
    ]
    cases += [
        f"  <testcase classname={_attribute('drift')} name={_attribute(name)}>\n"
        f"    <skipped message={_attribute('not here')}/>\n  </testcase>"
        for name in report.skipped
    ]
    failures = sum(bool(found.findings) for found in report.devices.values())
    head = (
        f"<testsuite name={_attribute(f'railwright drift {report.cluster}')} "
        f'tests="{len(cases)}" failures="{failures}" errors="{len(report.errors)}" '
        f'skipped="{len(report.skipped)}">'
    )
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', head, *cases, "</testsuite>", ""])


FORMATS: Mapping[str, Callable[[DriftReport], str]] = MappingProxyType(
    {"text": text, "json": json, "junit": junit}
)
"""The formats of the verb, by the name of its option."""


def _line(finding: Finding) -> str:
    if finding.kind == "unconfigured":
        return "not configured yet; push it"
    place = place_of(finding.table, finding.key, finding.field)
    if finding.kind == "add":
        return f"missing {place}: intended {text_of(finding.intended)}"
    if finding.kind == "remove":
        return f"foreign {place}: running {text_of(finding.running)}"
    return (
        f"differs {place}: intended {text_of(finding.intended)}, running {text_of(finding.running)}"
    )


def _case(name: str, found: DeviceDrift) -> str:
    open_tag = f"  <testcase classname={_attribute('drift')} name={_attribute(name)}"
    if not found.findings:
        return f"{open_tag}/>"
    count = _attribute(_count(len(found.findings), "difference"))
    body = escape(_xml("\n".join(map(_line, found.findings))))
    return f"{open_tag}>\n    <failure message={count}>{body}</failure>\n  </testcase>"


def _attribute(value: str) -> str:
    return quoteattr(_xml(value))


def _xml(value: str) -> str:
    """Return text without the characters that XML 1.0 cannot hold."""
    return _NOT_XML.sub("?", value)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
