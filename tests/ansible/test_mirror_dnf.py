"""dnf's part of the mirror: what it asks of dnf and rpm, and what it makes of their answers.

The programs are stand-ins that note their arguments and give recorded answers of dnf 4.14; with
rpm's own programs there, an unsigned package is refused by them.
"""

import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.ansible import mirror_vendor
from tests.ansible.mirror_vendor import Key, gpg

MISSING = [one for one in ("gpg", "gpg-agent", "gpgv") if shutil.which(one) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")

REPO = "[railwright-cuda]\nname=railwright cuda\nbaseurl=https://cuda.example.net/\n"
PACKAGES = {"nvidia-open": "3:580.173.02-1.el9", "libnccl": "2.30.4-1+cuda13.2", "chrony": None}
ASKED = ["chrony", "libnccl-2.30.4-1+cuda13.2", "nvidia-open-3:580.173.02-1.el9"]

REPOQUERY = """\
chrony 0:4.6.1-1.el9
libnccl 0:2.28.9-1+cuda13.0
libnccl 0:2.30.4-1+cuda13.2
nvidia-open 3:580.173.02-1.el9
nvidia-open 3:610.57.04-1.el9
"""
URLS = """\
https://cuda.example.net/nvidia-open-580.173.02-1.el9.noarch.rpm
https://cuda.example.net/libnccl-2.30.4-1%2Bcuda13.2.x86_64.rpm
https://dl.example.net/BaseOS/x86_64/os/Packages/c/chrony-4.6.1-1.el9.x86_64.rpm
https://dl.example.net/BaseOS/x86_64/os/Packages/g/glibc-2.34-231.el9.x86_64.rpm
https://dl.example.net/BaseOS/x86_64/os/Packages/g/glibc-2.34-231.el9.x86_64.rpm
"""
FILES = [
    "chrony-4.6.1-1.el9.x86_64.rpm",
    "glibc-2.34-231.el9.x86_64.rpm",
    "libnccl-2.30.4-1+cuda13.2.x86_64.rpm",
    "nvidia-open-580.173.02-1.el9.noarch.rpm",
]
UNRESOLVED = """\
Error in resolve of packages:
    nvidia-open-3:580.173.02-1.el9.noarch
 Problem: conflicting requests
  - nothing provides nvidia-kmod-common = 3:580.173.02 needed by nvidia-open-3:580.173.02-1.el9
"""

# Notes its arguments and does as the first rule says that fits: outputs, status, files.
STAND_IN = f"""\
#!{sys.executable}
import json, pathlib, shutil, sys
home, name = pathlib.Path(sys.argv[0]).parent, pathlib.Path(sys.argv[0]).name
with (home / "calls").open("a") as calls:
    calls.write(json.dumps([name, *sys.argv[1:]]) + "\\n")
for rule in json.loads((home / "rules").read_text()):
    if rule["program"] == name and all(word in sys.argv for word in rule["words"]):
        for path in rule["makes"]:
            pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
            pathlib.Path(path).write_text("made")
        if rule["copies"]:
            shutil.copy(*rule["copies"])
        sys.stdout.write(rule["out"])
        sys.stderr.write(rule["err"])
        sys.exit(rule["code"])
"""


@dataclass
class Tools:
    """Stand-in programs; without a rule for its arguments a program succeeds and says nothing."""

    home: Path

    def answer(self, program: str, *words: str, **given: Any) -> None:
        """Let calls with all these words be answered so; the first rule that fits counts."""
        rule = {"program": program, "words": words, "out": "", "err": "", "code": 0}
        effects: dict[str, list[str]] = {"makes": [], "copies": []}
        path = self.home / "rules"
        path.write_text(json.dumps([*json.loads(path.read_text()), rule | effects | given]))

    def calls(self, program: str) -> list[list[str]]:
        """Return the arguments of every call so far."""
        path = self.home / "calls"
        lines = path.read_text().splitlines() if path.is_file() else []
        return [words for name, *words in map(json.loads, lines) if name == program]


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    home = tmp_path / "bin"
    home.mkdir()
    (home / "rules").write_text("[]")
    for name in ("dnf", "rpmkeys", "createrepo_c"):
        (home / name).write_text(STAND_IN)
        (home / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(home), prepend=":")
    return Tools(home)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Key]:
    made = Key(tmp_path_factory.mktemp("k") / "g")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def module(root: Path) -> ModuleType:
    mirror_vendor.load(root)
    return importlib.import_module("ansible.module_utils.railwright_mirror_dnf")


def repository(name: str, key: Key) -> dict[str, Any]:
    return {"name": name, "key": key.public, "key_url": None, "fingerprints": []}


def laid_out(module: ModuleType, folder: Path, *repositories: dict[str, Any]) -> Any:
    made = module.DnfRoot(folder)
    made.lay_out(list(repositories), REPO)
    return made


def refused(module: ModuleType, call: Any, *given: Any) -> str:
    with pytest.raises(module.MirrorError) as caught:
        call(*given)
    return str(caught.value)


def test_repositories_are_those_of_the_nodes_and_their_keys_are_rpms(
    module: ModuleType, tools: Tools, tmp_path: Path, key: Key
) -> None:
    folder = tmp_path / "root"
    laid_out(module, folder, repository("cuda", key), repository("doca", key))
    assert [one.name for one in (folder / "repos").iterdir()] == ["railwright.repo"]
    assert (folder / "repos/railwright.repo").read_text() == REPO
    paths = sorted((folder / "keys").iterdir())
    for path in paths:
        assert path.read_text().startswith("-----BEGIN PGP PUBLIC KEY BLOCK-----")
    database = ["--dbpath", str(folder / "rpmdb")]
    assert tools.calls("rpmkeys") == [[*database, "--import", str(path)] for path in paths]


@pytest.mark.usefixtures("tools")
def test_nothing_of_an_earlier_release_is_trusted_or_asked(
    module: ModuleType, tmp_path: Path, key: Key
) -> None:
    folder = tmp_path / "root"
    laid_out(module, folder, repository("cuda", key), repository("gone", key))
    (folder / "repos/1.repo").write_text("[gone]\n")
    (folder / "rpmdb/rpmdb.sqlite").write_text("the key of gone")
    (folder / "cache").mkdir()
    (folder / "cache/index").write_text("read before")
    laid_out(module, folder, repository("cuda", key))
    assert [one.name for one in (folder / "repos").iterdir()] == ["railwright.repo"]
    assert [one.name for one in (folder / "keys").iterdir()] == ["0.asc"]
    assert list((folder / "rpmdb").iterdir()) == []
    assert (folder / "cache/index").is_file()


def test_a_key_that_rpm_refuses_ends_it(
    module: ModuleType, tools: Tools, tmp_path: Path, key: Key
) -> None:
    tools.answer("rpmkeys", "--import", code=1, err="error: 0.asc: key 1 import failed.\n")
    said = refused(module, laid_out, module, tmp_path / "root", repository("cuda", key))
    assert said.startswith("cuda: rpm does not take its key: error: 0.asc: key 1 import failed.;")


@pytest.mark.usefixtures("tools")
def test_another_key_than_the_releases_ends_it(
    module: ModuleType, tmp_path: Path, key: Key
) -> None:
    (tmp_path / "key.asc").write_text(key.public)
    with mirror_vendor.serving(tmp_path) as (url, _):
        named = {"key": None, "key_url": f"{url}/key.asc", "fingerprints": ["A" * 40]}
        wrong = repository("cuda", key) | named
        said = refused(module, laid_out, module, tmp_path / "root", wrong)
    assert f"has {key.fingerprint}; wanted {'A' * 40}" in said


def test_dnf_reads_a_root_of_its_own_only(module: ModuleType, tools: Tools, tmp_path: Path) -> None:
    module.DnfRoot(tmp_path / "root").missing({"chrony": None})
    ((words),) = tools.calls("dnf")
    folder = tmp_path / "root"
    given = dict(
        word.removeprefix("--").split("=", 1)
        for word in words
        if word.startswith("--") and "=" in word
    )
    assert given["installroot"] == str(folder / "root")
    assert given["config"] == str(folder / "dnf.conf")
    assert {word for word in words if word.startswith("--setopt")} == {
        f"--setopt=reposdir={folder}/repos",
        f"--setopt=cachedir={folder}/cache",
        "--setopt=module_platform_id=platform:el9",
    }
    assert given["releasever"] == "9"


def test_every_package_that_nobody_has_is_named(
    module: ModuleType, tools: Tools, tmp_path: Path
) -> None:
    tools.answer("dnf", "repoquery", out=REPOQUERY)
    root = module.DnfRoot(tmp_path)
    assert root.missing(PACKAGES) == []
    assert tools.calls("dnf")[0][-4:] == ["chrony", "libnccl", "nvidia-open", "--showduplicates"]
    wanted = {
        "nvidia-open": "580.173.02-1.el9",  # the epoch may be left out
        "libnccl": "2.29.1-1+cuda13.0",
        "mft": "4.34.1-12",
        "tuned": None,
    }
    assert root.missing(wanted) == ["libnccl 2.29.1-1+cuda13.0", "mft 4.34.1-12", "tuned"]


def test_files_are_the_packages_with_all_they_need(
    module: ModuleType, tools: Tools, tmp_path: Path
) -> None:
    tools.answer("dnf", "download", "--url", out=URLS)
    assert module.DnfRoot(tmp_path).files(PACKAGES) == FILES
    ((words),) = tools.calls("dnf")
    what = ["download", "--resolve", "--alldeps", "--arch=x86_64,noarch", "--url"]
    assert words[words.index("download") :] == [*what, *ASKED]
    assert {"--quiet", "--assumeyes"} <= set(words)


def test_what_cannot_be_resolved_is_said_in_dnfs_words(
    module: ModuleType, tools: Tools, tmp_path: Path
) -> None:
    tools.answer("dnf", "download", code=1, err=UNRESOLVED)
    said = refused(module, module.DnfRoot(tmp_path).files, PACKAGES)
    assert said.startswith("dnf download: Error in resolve of packages: nvidia-open-3:580.173.02")
    assert "nothing provides nvidia-kmod-common = 3:580.173.02" in said
    assert said.endswith("see that addresses and versions in the release are right, then run again")


def fetched(tools: Tools, pool: Path, *names: str) -> None:
    """Let a download make these files."""
    tools.answer("dnf", "download", "--destdir", makes=[str(pool / name) for name in names])


def test_signatures_of_all_that_is_wanted_are_checked(
    module: ModuleType, tools: Tools, tmp_path: Path
) -> None:
    pool = tmp_path / "pool"
    pool.mkdir()
    (pool / "of-the-release-before.rpm").write_text("signed with a key that went")
    fetched(tools, pool, *FILES)
    module.DnfRoot(tmp_path / "root").download(PACKAGES, FILES, pool)
    ((words),) = tools.calls("dnf")
    what = ["download", "--resolve", "--alldeps", "--arch=x86_64,noarch", "--destdir", str(pool)]
    assert words[words.index("download") :] == [*what, *ASKED]
    strict = ["--define", "_pkgverify_level signature", "--define", "_pkgverify_flags 0x0"]
    start = ["--dbpath", str(tmp_path / "root/rpmdb"), *strict, "--checksig"]
    assert tools.calls("rpmkeys") == [[*start, str(pool / name)] for name in FILES]
    assert (pool / "of-the-release-before.rpm").is_file()


def test_a_package_without_a_signature_is_removed_and_named(
    module: ModuleType, tools: Tools, tmp_path: Path
) -> None:
    pool = tmp_path / "pool"
    bad = pool / FILES[1]
    fetched(tools, pool, *FILES)
    tools.answer(
        "rpmkeys", "--checksig", str(bad), code=1, out=f"{bad}: digests SIGNATURES NOT OK\n"
    )
    said = refused(module, module.DnfRoot(tmp_path / "root").download, PACKAGES, FILES, pool)
    assert said.startswith(f"{FILES[1]}: it has no signature of a key the release names; it was")
    assert not bad.exists()
    assert (pool / FILES[0]).exists()


def test_a_repository_that_changes_meanwhile_is_read_again(
    module: ModuleType, tools: Tools, tmp_path: Path
) -> None:
    fetched(tools, tmp_path / "pool", *FILES[1:])
    root = module.DnfRoot(tmp_path / "root")
    said = refused(module, root.download, PACKAGES, FILES, tmp_path / "pool")
    assert said.startswith(f"{FILES[0]}: dnf fetched something else")
    assert said.endswith("; run again")


def test_the_index_lists_what_is_wanted_and_is_signed_by_the_mirror(
    module: ModuleType, tools: Tools, tmp_path: Path, key: Key
) -> None:
    metadata = tmp_path / "repodata/repomd.xml"
    listed, kept = tmp_path / "names", tmp_path / "kept"
    tools.answer("createrepo_c", makes=[str(metadata)], copies=[str(listed), str(kept)])
    module.index(tmp_path, FILES, key.home)
    assert kept.read_text() == "".join(f"pool/{name}\n" for name in FILES)
    assert tools.calls("createrepo_c") == [["--quiet", "--pkglist", str(listed), str(tmp_path)]]
    assert not listed.exists()
    gpg(key.home, "--verify", f"{metadata}.asc", str(metadata))


def test_an_index_that_cannot_be_made_is_said(
    module: ModuleType, tools: Tools, tmp_path: Path, key: Key
) -> None:
    tools.answer("createrepo_c", code=2, err="Cannot open pool/a.rpm: No such file\n")
    said = refused(module, module.index, tmp_path, FILES, key.home)
    assert said.startswith("createrepo_c: Cannot open pool/a.rpm: No such file;")
    assert not (tmp_path / "names").exists()


SPEC = "Name: tiny\nVersion: 1\nRelease: 1\nSummary: t\nLicense: MIT\nBuildArch: noarch\n"
SPEC += "%description\nt\n%files\n"


@pytest.mark.skipif(
    any(shutil.which(one) is None for one in ("rpmkeys", "rpmbuild")), reason="rpm is not installed"
)
def test_rpm_itself_refuses_an_unsigned_package(
    module: ModuleType, tmp_path: Path, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tiny.spec").write_text(SPEC)
    place = ["--define", f"_topdir {tmp_path}", "--define", f"_rpmdir {tmp_path}/made"]
    subprocess.run(["rpmbuild", "-bb", *place, str(tmp_path / "tiny.spec")], check=True)
    pool = tmp_path / "made/noarch"
    (name,) = (one.name for one in pool.iterdir())
    root = laid_out(module, tmp_path / "root", repository("cuda", key))
    monkeypatch.setattr(root, "_dnf", lambda *_: "")
    said = refused(module, root.download, {"tiny": None}, [name], pool)
    assert said.startswith(f"{name}: it has no signature")
    assert list(pool.iterdir()) == []
