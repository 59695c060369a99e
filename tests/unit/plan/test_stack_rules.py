"""Each rule between versions finds what breaks it, and says which versions those are."""

from typing import Any

import pytest

from railwright.catalog import loader
from railwright.catalog.stack_model import StackRelease, System
from railwright.plan.stack_rules import broken, numbers, upstream

RELEASE = loader.stack("2026.07")
DEBIAN: System = "debian-12"


def changed(system: System = DEBIAN, **changes: Any) -> StackRelease:
    """Return the release with parts of one system replaced, mappings merged by key."""
    given = RELEASE.model_dump(mode="python")
    part = given["systems"][system]
    for key, value in changes.items():
        part[key] = {**part[key], **value} if isinstance(value, dict) else value
    return StackRelease.model_validate(given)


def found(release: StackRelease, system: System = DEBIAN, ofed: str = "doca") -> dict[str, str]:
    return {one.rule.rule: one.found for one in broken(release, system, ofed)}


def packages(group: str, **versions: str) -> dict[str, Any]:
    """Return a change of one group of packages; `_` in names stands for `-`."""
    given = {name.replace("_", "-"): version for name, version in versions.items()}
    groups = RELEASE.systems[DEBIAN].packages.items()
    (there,) = (one for name, one in groups if name == group)
    return {"packages": {group: {**there, **given}}}


def test_nothing_is_said_of_a_release_that_fits() -> None:
    assert found(RELEASE) == {}
    assert found(changed()) == {}


def test_a_fabric_manager_of_another_version_than_the_driver_is_found() -> None:
    release = changed(**packages("fabricmanager", nvidia_fabricmanager="580.105.08-1"))
    text = found(release)["equal"]
    assert "fabric manager 580.173.02" in text
    assert "nvidia-fabricmanager 580.105.08" in text


def test_a_part_of_the_driver_that_was_left_behind_is_found() -> None:
    release = changed(**packages("nvidia_driver", libcuda1="580.105.08-1"))
    assert "libcuda1 580.105.08" in found(release)["equal"]


def test_a_driver_too_old_for_cuda_is_found() -> None:
    given = RELEASE.model_dump(mode="python")
    given["versions"]["driver"] = "575.57.08"
    text = found(StackRelease.model_validate(given))["least"]
    assert text == "driver 575.57.08, at least 580.65.06 is needed"


@pytest.mark.parametrize(
    ("system", "kernel", "ofed", "said"),
    [
        ("rocky-9", "5.14.0-687.17.1.el9_8.x86_64", "doca", "it must be below 5.14.0-687"),
        ("rocky-9", "5.14.0-687.17.1.el9_8.x86_64", "inbox", None),
        ("ubuntu-24.04", "6.17.0-1018-nvidia", "doca", "it must be below 6.17"),
        ("ubuntu-24.04", "6.14.0-36-generic", "doca", None),
    ],
)
def test_a_kernel_that_doca_does_not_build_for_is_found(
    system: System, kernel: str, ofed: str, said: str | None
) -> None:
    text = found(changed(system, kernel={"release": kernel}), system, ofed).get("below")
    assert text == (said and f"kernel {kernel}, {said}")


def test_headers_of_another_kernel_are_found() -> None:
    kernel = {
        "packages": {
            "linux-image-6.1.0-50-amd64": "6.1.176-1",
            "linux-headers-6.1.0-49-amd64": "6.1.174-1",
        }
    }
    texts = [one.found for one in broken(changed(kernel=kernel), DEBIAN, "doca")]
    assert texts == [
        "linux-image-6.1.0-50-amd64 6.1.176-1, linux-headers-6.1.0-49-amd64 6.1.174-1",
        "no package of headers is for kernel 6.1.0-50-amd64: linux-headers-6.1.0-49-amd64",
    ]


def test_a_kernel_without_headers_is_found() -> None:
    kernel = {"packages": {"linux-image-6.1.0-50-amd64": "6.1.176-1"}}
    texts = [one.found for one in broken(changed(kernel=kernel), DEBIAN, "doca")]
    assert texts[0] == "kernel 6.1.0-50-amd64 has no headers among its packages"


def test_kernel_devel_of_another_kernel_is_found_on_rocky() -> None:
    pinned = dict(RELEASE.systems["rocky-9"].kernel.packages)
    kernel = {"packages": {**pinned, "kernel-devel": "5.14.0-611.26.1.el9_7"}}
    text = found(changed("rocky-9", kernel=kernel), "rocky-9")["headers"]
    assert "kernel-devel 5.14.0-611.26.1.el9_7" in text


@pytest.mark.parametrize("name", ["nvidia-kernel-dkms", "nvidia-dkms-580", "kmod-nvidia-dkms"])
def test_modules_that_are_not_open_are_found(name: str) -> None:
    release = changed(**packages("nvidia_driver", **{name: "580.173.02-1"}))
    assert found(release)["open_modules_only"] == f"group nvidia_driver has {name}"


def test_a_package_that_two_repositories_claim_is_found() -> None:
    mine = RELEASE.systems[DEBIAN].repositories["cuda"].model_dump(mode="python")
    release = changed(repositories={"cuda": {**mine, "never": (), "only": (*mine["only"], "mft*")}})
    assert (
        found(release)["one_owner"] == "mft must come from one repository, cuda and doca claim it"
    )


def test_a_pinned_package_that_no_repository_has_is_found() -> None:
    release = changed(**packages("dcgm", mystery="1.0-1"))
    assert found(release)["one_owner"] == "mystery must come from one repository, none claims it"


def test_versions_order_by_their_numbers() -> None:
    assert numbers("5.14.0-611.55.1.el9_7") < numbers("5.14.0-687")
    assert numbers("6.1.0-50-amd64") > numbers("6.1.0-9")
    assert upstream("1:4.6.0-1") == "4.6.0"
    assert upstream("3:580.173.02-1.el9") == upstream("580.173.02-1ubuntu1") == "580.173.02"
