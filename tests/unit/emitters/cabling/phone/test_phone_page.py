"""The page as a file: complete, escaped, the same every time, with words for all it says."""

import json
import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import pytest

from railwright import api
from railwright.catalog import loader as catalog
from railwright.emitters.cabling import phone
from railwright.emitters.cabling.job import Job, job_of
from railwright.emitters.cabling.phone import data, page, rules
from railwright.emitters.cabling.volume import Volume, volumes
from railwright.files import templates
from railwright.ink import ink_on
from railwright.intent import as_built
from railwright.intent.as_built import STEPS, WHATS, Mark
from railwright.plan.model import Role
from railwright.plan.shape import Network

MOST_BYTES = 1_500_000
FORBIDDEN = (
    *("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"),
    *("XMLHttpRequest", "fetch(", "WebSocket", "import(", "http://", "https://"),
)
STATUSES = ("planned", "pulled", "connected", "tested", "decide", "redlined", "remarked")
NAMED = (
    *("title", "noscript", "reserved", "spare", "planned", "lower_end", "upper_end"),
    *("cables", "progress", "marks", "conflicts", "help"),
)
"""Keys that no script writes out where it uses them: in the head, or from a table."""
SVG = "http://www.w3.org/2000/svg"


@pytest.fixture(scope="module")
def tiny(root: Path) -> Job:
    return job_of(api.load_plan(root / "tests/golden/intents/floor-tiny.yml").plan)


def whole(job: Job) -> bytes:
    (volume,) = volumes(job)
    (file,) = phone.emit(job, volume)
    assert file.path == "cabling/cabling.html"
    return file.content


def read(content: bytes) -> dict[str, Any]:
    """Return the data of a page as its script reads it."""
    before, _, rest = content.decode().partition('<script type="application/json" id="data">')
    assert before
    return dict(json.loads(rest.partition("</script>")[0]))


def test_every_cable_is_on_the_page_once_with_both_ends(tiny: Job) -> None:
    found = read(whole(tiny))
    texts, devices = found["texts"], found["devices"]
    assert [row[0] for row in found["cables"]] == [pull.id for pull in tiny.pulls]
    for row, pull in zip(found["cables"], tiny.pulls, strict=True):
        cable = pull.cable
        assert (row[1], texts[row[5]], row[12]) == (pull.check, cable.wave, cable.length_m)
        for end, plug in zip(row[-1], pull.plugs, strict=True):
            assert devices[end[0]][0] == plug.device
            assert [texts[at] for at in end[1:4]] == [plug.ports, plug.cage, plug.socket]
            assert plug.label.startswith(end[4])


def test_every_deployed_switch_has_its_whole_face_plate(tiny: Job) -> None:
    found = read(whole(tiny))
    for row in found["devices"]:
        device = tiny.plan.device[row[0]]
        plate = found["plates"][row[6]] if row[6] >= 0 else []
        ports = [port for _, ports in plate for port in ports]
        assert len(ports) == len(set(ports))
        cabled = {port for plug, _ in tiny.by_device[row[0]] for port in plug.ports.split()} - {
            "eth0",
            "bmc",
            "oob0",
        }
        empty = {port for one in row[7] for port in found["texts"][one[2]].split()} - {"eth0"}
        assert cabled | empty <= set(ports)
        assert not cabled & empty
        if device.is_switch:
            data_ports = {port.name for port in tiny.plan.ports[device.name]}
            assert set(ports) == data_ports


def test_the_page_is_the_same_every_time(root: Path, tiny: Job) -> None:
    again = job_of(api.load_plan(root / "tests/golden/intents/floor-tiny.yml").plan)
    assert whole(again) == whole(tiny)


def test_marks_change_the_page_but_not_its_revision(tiny: Job, root: Path, tmp_path: Path) -> None:
    text = (root / "tests/golden/intents/floor-tiny.yml").read_text(encoding="utf-8")
    prices = root / "tests/golden/intents/floor-tiny.csv"
    (tmp_path / prices.name).write_bytes(prices.read_bytes())
    rows = "cable,what,value,by,at\ngpu0001:rail0,pulled,yes,Ana,2026-03-01T09:30:00Z\n"
    (tmp_path / "as-built.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "marked.yml").write_text(f"{text}\nas_built: as-built.csv\n", encoding="utf-8")
    job = job_of(api.load_plan(tmp_path / "marked.yml").plan)
    found = read(whole(job))
    assert found["revision"] == tiny.revision
    number = [row[0] for row in found["cables"]].index("gpu0001:rail0")
    ((cable, what, value, by, at, note, own, after, check),) = found["marks"]
    assert (cable, what, value, by, at, note, after) == (
        *(number, "pulled", True, "Ana", "2026-03-01T09:30:00Z", ""),
        [],
    )
    assert re.fullmatch(r"b-[0-9a-f]{16}", own)
    assert check is None  # it is about the cable as it is


def test_what_redlines_changed_is_told_beside_the_cables(tiny: Job) -> None:
    assert read(whole(tiny))["redlined"] == []
    first, second, third, *others = tiny.pulls
    led = replace(first.standing, accepted=(first.check, "00000001"))
    shorter = replace(second.standing, length_m=99.0)
    mark = Mark(third.id, "tested", True, "Ana", "2026-03-01T09:30:00Z", "", "a-1", (), "00000002")
    changed = (
        replace(first, standing=led),
        replace(second, standing=shorter),
        replace(third, older={"tested": mark}),
    )
    found = read(whole(replace(tiny, pulls=(*changed, *others))))
    assert found["redlined"] == [[0, ["00000001"], None, None], [1, [], None, 99.0]]
    said = [2, "tested", True, "Ana", "2026-03-01T09:30:00Z", "", "a-1", [], "00000002"]
    assert found["marks"] == [said]


def test_the_rules_of_marks_are_those_of_the_importer(tiny: Job) -> None:
    found = read(whole(tiny))["rules"]
    assert found["longest_m"] == as_built.LONGEST_M
    assert (found["name_chars"], found["note_chars"]) == (64, 255)
    assert (found["format"], found["version"]) == (rules.FORMAT, rules.VERSION)
    assert found["most_after"] == as_built.MOST_AFTER
    assert [found["steps"], found["whats"]] == [list(STEPS), list(WHATS)]
    written = (templates() / "cabling/phone/marks.js").read_text("utf-8")
    assert not re.search(r"\b(255|10_?000|1000|64)\b", written)


def test_texts_that_look_like_markup_end_no_element(tiny: Job) -> None:
    nasty = "</script><!--<script>${title}$$ & \u2028"
    pulls = tuple(replace(pull, description=nasty) for pull in tiny.pulls)
    content = whole(replace(tiny, pulls=pulls))
    assert content.count(b"</script>") == whole(tiny).count(b"</script>") == 2
    assert b"<!--" not in content
    assert nasty in read(content)["texts"]


def test_names_in_the_head_are_escaped() -> None:
    content = page.page('<b>"&', "0", "en", {}).decode()
    assert "<title>Cabling &lt;b&gt;&quot;&amp; 0</title>" in content


def test_the_policy_names_the_one_script_and_the_one_style(tiny: Job) -> None:
    content = whole(tiny).decode()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', content)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for kind, tag in (("script-src", "script"), ("style-src", "style")):
        ((text),) = re.findall(rf"<{tag}>(.*?)</{tag}>", content, re.DOTALL)
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert rules[kind] == f"'sha256-{digest}'"
    assert "unsafe" not in policy
    skeleton = (templates() / "cabling/phone.html").read_text("utf-8")
    assert not re.search(r"\s(style|on\w+)=", skeleton)


def test_the_page_needs_nothing_from_elsewhere(tiny: Job) -> None:
    content = whole(tiny).decode().replace(SVG, "")
    for word in FORBIDDEN:
        assert word not in content
    assert set(re.findall(r'(?:src|href)="([^"]*)"', content)) <= {"data:,"}


def test_the_page_of_the_reference_is_small(root: Path) -> None:
    job = job_of(api.load_plan(root / "intent/cluster.yml").plan)
    assert len(job.pulls) > 2700
    assert len(whole(job)) < MOST_BYTES


class TestVolumes:
    """Where the cables are shared out over several pages."""

    @pytest.fixture
    def shares(self, tiny: Job) -> list[Volume]:
        floor = tiny.plan.floor
        assert floor is not None
        return [
            Volume(
                row,
                tuple(pull for pull in tiny.pulls if pull.home.row == row),
                tuple(one for one in tiny.by_rack if floor.rack[one].row == row),
                tuple(one.name for one in tiny.plan.switches if self.row(tiny, one.name) == row),
            )
            for row in "AB"
        ]

    def row(self, job: Job, device: str) -> str | None:
        return job.by_device[device][0][0].row

    def test_each_cable_is_pulled_from_one_and_seen_where_it_ends(
        self, tiny: Job, shares: list[Volume]
    ) -> None:
        pulled: Counter[str] = Counter()
        for volume in shares:
            found = json.loads(page.embedded(data.of(tiny, volume)))
            rows = found["cables"]
            assert len({row[0] for row in rows}) == len(rows)
            pulled.update(row[0] for row in rows if row[15])
            ending = {
                pull.id
                for pull in tiny.pulls
                if any(plug.row == volume.name for plug in pull.plugs)
            }
            assert {row[0] for row in rows} == ending | {pull.id for pull in volume.pulls}
        assert pulled == Counter(pull.id for pull in tiny.pulls)

    def test_only_what_stands_there_is_whole(self, tiny: Job, shares: list[Volume]) -> None:
        for volume in shares:
            found = data.of(tiny, volume)
            assert {row[0] for row in found["racks"] if row[3]} == set(volume.racks)
            for row in found["devices"]:
                assert bool(row[8]) == (self.row(tiny, row[0]) == volume.name)

    def test_its_name_is_in_its_path(self, tiny: Job, shares: list[Volume]) -> None:
        (file,) = phone.emit(tiny, shares[1])
        assert file.path == "cabling/B/cabling.html"


class TestWords:
    """Everything the page says has words, and no words are left over."""

    def said(self) -> set[str]:
        """Return the keys that scripts name, and those they put together from what they list."""
        folder = templates() / "cabling/phone"
        text = "".join(path.read_text("utf-8") for path in folder.glob("*.js"))
        found = set(re.findall(r"\bt\('(\w+)'", text))
        for pair in re.findall(r"\bt\([^()]*\? '(\w+)' : '(\w+)'", text):
            found.update(pair)
        found.update(re.findall(r"row\('(\w+)'", text))
        found.update(re.findall(r"'(import_\w+|key_\w+)'", text))
        found.update(f"status_{one}" for one in STATUSES)
        topics = re.findall(r"'(\w+)'", re.findall(r"TOPICS = \[(.*?)\]", text)[0])
        found.update(f"help_{one}_title" for one in topics)
        found.update(f"help_{one}" for one in topics if one not in ("scan", "keys"))
        found.update(f"tick_{one}" for one in STEPS)
        found.update(f"not_{one}" for one in STEPS)
        found.update(f"what_{one}" for one in WHATS)
        found.update(f"role_{one}" for one in (*get_args(Role), "outside", "later"))
        found.update(f"colour_{one.name.replace(' ', '_')}" for one in data.colours())
        return found | {*NAMED, *STEPS, *get_args(Network)}

    def test_everything_that_is_said_has_words(self) -> None:
        for language in ("en", "zh"):
            words = {**catalog.words("common", language), **catalog.words("phone", language)}
            assert self.said() - set(words) == set()

    def test_no_words_are_left_over(self) -> None:
        assert set(catalog.words("phone", "en")) - self.said() == set()

    def test_no_word_hides_a_common_one_with_another_meaning(self) -> None:
        for language in ("en", "zh"):
            both = set(catalog.words("common", language)) & set(catalog.words("phone", language))
            assert both == set()

    def test_what_is_filled_in_is_the_same_in_both_languages(self) -> None:
        for key, text in catalog.words("phone", "en").items():
            other = catalog.words("phone", "zh")[key]
            filled = [sorted(re.findall(r"\{\w+\}", one)) for one in (text, other)]
            assert filled[0] == filled[1], key


def test_every_script_of_the_folder_is_in_the_page() -> None:
    files = {path.stem for path in (templates() / "cabling/phone").glob("*.js")}
    assert files == set(page.SCRIPTS)


def test_every_colour_has_a_class_with_an_ink_that_is_read_on_it() -> None:
    found = "".join(page.chips())
    for number, colour in enumerate(data.colours()):
        assert f".c{number}{{--chip:{colour.hex};--ink:{ink_on(colour.hex)}}}" in found
