"""Emitters: one family of files each, from the plan alone; they know nothing of each other."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from railwright.emitters import node_config, report, sonic_config
from railwright.files import OutputFile
from railwright.plan.model import Plan

Emitter = Callable[[Plan], Iterator[OutputFile]]

EMITTERS: Mapping[str, Emitter] = MappingProxyType(
    {
        "sonic_config": sonic_config.emit,
        "node_config": node_config.emit,
        "report": report.emit,
    }
)
