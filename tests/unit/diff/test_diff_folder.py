"""Build folders as a side of a comparison: what is read, and what is refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from railwright import output
from railwright.diff import text
from railwright.diff.compare import compare
from railwright.diff.folder import BuildFolderError, of_folder
from railwright.diff.shapes import SHAPES
from railwright.errors import RailwrightError
from railwright.sonic.configdb import dumps

REPORTS = {
    "devices": "name,role,network,platform,hwsku\nleaf1,leaf,compute,cx864e-n,A\n",
    "addresses": "device,port,kind,address,prefix_length\nleaf1,eth0,management,10.0.0.1,24\n",
    "asns": "asn,name\n65001,leaf1\n",
    "subnets": "",
    "links": "id,kind,network,rail,plane,a_device,a_port,z_device,z_port,speed_gbps,length_m,"
    "deployed\n"
    "gpu1:r,host,compute,0,,gpu1,r,leaf1,Ethernet0,400,3.0,True\n",
}
CONFIG = dumps({"PORT": {"Ethernet0": {"mtu": "9216"}}})


def written(folder: Path, contents: dict[str, bytes], intent: str = "cluster.yml") -> Path:
    """Write a folder as a build leaves it."""
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    digests = {name: output.sha256(content) for name, content in contents.items()}
    manifest = {"format": 1, "intent": intent, "engine": "", "inputs": {}, "files": digests}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    contents = {f"report/{name}.csv": text.encode() for name, text in REPORTS.items()}
    contents |= {
        "report/summary.txt": b"1 GPU\n",
        "switches/leaf1/config_db.json": CONFIG,
        "nodes/gpu1/etc/a": b"1",
    }
    return written(tmp_path / "build" / "small", contents)


def test_what_is_read(folder: Path) -> None:
    side = of_folder(folder)
    assert side.name == str(folder)
    assert side.table("devices").rows == {("leaf1",): ("leaf", "compute", "cx864e-n", "A")}
    assert side.table("subnets").rows == {}
    assert sorted(side.files) == ["nodes/gpu1/etc/a", "switches/leaf1/config_db.json"]
    assert side.config("leaf1") == {"PORT": {"Ethernet0": {"mtu": "9216"}}}


def test_a_folder_equals_itself_and_summaries_do_not_count(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    contents = {path: (folder / path).read_bytes() for path in read_manifest(folder)["files"]}
    written(other, contents | {"report/summary.txt": b"2 GPUs\n"}, "another.yml")
    assert compare(of_folder(folder), of_folder(other)).result == "identical"


def test_files_count_as_they_are_on_disk(folder: Path, tmp_path: Path) -> None:
    other = shutil.copytree(folder, tmp_path / "other")
    (other / "switches/leaf1/config_db.json").write_bytes(CONFIG.replace(b"9216", b"9000"))
    found = compare(of_folder(folder), of_folder(other))
    assert found.configurations.touched[0].device == "leaf1"


def read_manifest(folder: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((folder / "manifest.json").read_text())
    return found


def damage(path: str, text: str | None) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        (folder / path).unlink()
        if text is not None:
            (folder / path).write_bytes(text.encode("latin-1"))

    return act


def rewrite(path: str, digest: str) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        manifest = read_manifest(folder)
        manifest["files"][path] = digest
        (folder / "manifest.json").write_text(json.dumps(manifest))

    return act


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (
            damage("manifest.json", None),
            "{}: is a folder without manifest.json; name a build folder (build/<cluster>), an "
            "intent file or a git revision",
        ),
        (
            lambda folder: (folder / output.JOURNAL).touch(),
            "{}: its last build was interrupted; build it again",
        ),
        (
            rewrite("../../secret", "1"),
            "{}/manifest.json: '../../secret' leaves the build folder",
        ),
        (
            damage("nodes/gpu1/etc/a", None),
            "{}/nodes/gpu1/etc/a: does not exist; build the folder again with this version",
        ),
        (
            damage("report/devices.csv", "name,colour\nleaf1,red\n"),
            "{}/report/devices.csv: has no column 'role'; build the folder again with this version",
        ),
        (
            damage("report/devices.csv", "name,role\nleaf1\n"),
            "{}/report/devices.csv: has a row that is no row of this table; build the folder "
            "again with this version",
        ),
        (
            damage("report/devices.csv", "name,role\nleaf1,leaf,more\n"),
            "{}/report/devices.csv: has a row that is no row of this table; build the folder "
            "again with this version",
        ),
        (
            damage("report/links.csv", REPORTS["links"].replace("3.0", "far")),
            "{}/report/links.csv: has 'far' in column 'length_m', where a number belongs; build "
            "the folder again with this version",
        ),
        (
            damage("report/links.csv", REPORTS["links"].replace("3.0", "nan")),
            "{}/report/links.csv: has 'nan' in column 'length_m', where a number belongs; build "
            "the folder again with this version",
        ),
        (
            damage("report/devices.csv", 'name,role\n"leaf1,leaf\n'),
            "{}/report/devices.csv: is not a table (unexpected end of data); build the folder "
            "again with this version",
        ),
        (
            damage("report/devices.csv", "name,role\nleaf\xe91,leaf\n"),
            "{}/report/devices.csv: is not UTF-8 text; build the folder again with this version",
        ),
    ],
)
def test_what_is_refused(folder: Path, harm: Callable[[Path], None], message: str) -> None:
    harm(folder)
    with pytest.raises(RailwrightError) as caught:
        compare(of_folder(folder), of_folder(folder))
    assert str(caught.value) == message.format(folder)


def test_a_broken_manifest_is_refused(folder: Path) -> None:
    damage("manifest.json", "{")(folder)
    with pytest.raises(output.OutputError, match=r"manifest\.json: cannot be read"):
        of_folder(folder)


def test_a_build_without_a_table_is_refused(folder: Path) -> None:
    manifest = read_manifest(folder)
    del manifest["files"]["report/asns.csv"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BuildFolderError, match=r"report/asns\.csv: is not part of this build"):
        of_folder(folder)


def test_a_build_without_a_newer_table_is_compared_in_the_rest(
    folder: Path, tmp_path: Path
) -> None:
    newer = {path: (folder / path).read_bytes() for path in read_manifest(folder)["files"]}
    names = [name for name, shape in SHAPES.items() if shape.optional]
    places = b"device,rack,bottom_u,height_u,cords,deployed\ngpu1,A01,1,8,,True\n"
    newer |= {f"report/{name}.csv": b"" for name in names} | {"report/places.csv": places}
    other = written(tmp_path / "other", newer)
    found = compare(of_folder(folder), of_folder(other))
    assert (found.result, found.unknown) == ("identical", tuple(names))
    assert text.render(found).splitlines()[1] == (
        "not compared: headroom, places, racks, cables, modules, bom; a side was built by a "
        "version without them, build it again"
    )
    assert compare(of_folder(other), of_folder(other)).unknown == ()
    bad = places.replace(b",1,8", b",low,8")
    (other / "report/places.csv").write_bytes(bad)
    with pytest.raises(BuildFolderError, match="'low' in column 'bottom_u'"):
        compare(of_folder(other), of_folder(other))


def test_the_folder_of_builds_names_the_clusters_in_it(folder: Path) -> None:
    with pytest.raises(BuildFolderError) as caught:
        of_folder(folder.parent)
    assert str(caught.value).endswith(f"; name a cluster in it: {folder}")


def test_a_configuration_that_is_none_is_refused(folder: Path) -> None:
    before = of_folder(folder)
    (folder / "switches/leaf1/config_db.json").write_text("[]")
    with pytest.raises(RailwrightError, match=r"config_db\.json: a configuration is an object"):
        compare(before, of_folder(folder))
