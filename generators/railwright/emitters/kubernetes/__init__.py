"""Files for Kubernetes, where its operators configure what the nodes' own files would."""

from collections.abc import Iterator
from functools import partial

from railwright.emitters.kubernetes import nic_configuration
from railwright.emitters.kubernetes.manifests import text
from railwright.files import OutputFile, Part
from railwright.plan.model import Plan


def parts(plan: Plan) -> Iterator[Part]:
    """Yield `kubernetes/nic-configuration.yml` as a part."""
    yield partial(_nic_configuration, plan)


def _nic_configuration(plan: Plan) -> Iterator[OutputFile]:
    templates, uncovered = nic_configuration.templates(plan)
    head = [*nic_configuration.HEAD, *uncovered]
    yield OutputFile("kubernetes/nic-configuration.yml", text(head, templates).encode())
