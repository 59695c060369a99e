"""Marks put together in any order, as often as one likes: nothing is lost, nothing depends on it.

The page's own `marks.js` is run, in a page without anything else; the other half of the contract,
the importer, must come to the same.
"""

import json
from collections.abc import Iterator
from typing import Any
from unicodedata import category

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from railwright.emitters.cabling.phone import rules
from railwright.files import templates
from railwright.intent import as_built
from railwright.intent.as_built import Mark as KnownMark
from railwright.redline import marks as importer
from railwright.redline import phone

Marks = list[dict[str, Any]]
CLUSTER = "lab"
CHECKS = ("00000001", "00000002")
PORTS = ("Ethernet0", "Ethernet8", None)
CABLES = ("gpu0001:rail0", "gpu0002:rail0")
LENGTHS = (0, 0.004, 0.006, 0.01, 10_000, 10_000.004, 10_000.1, 20_000, -1, True, "9")
TIMES = (
    *("2026-02-28T09:30:00Z", "2026-02-30T09:30:00Z", "2024-02-29T09:30:00Z"),
    *("0000-01-01T00:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01 09:30:00Z"),
)
LAWS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def module(browser: Browser) -> Iterator[Page]:
    """Return a page that has `marks.js` as `window.marks` and nothing else."""
    page = browser.new_page()
    text = (templates() / "cabling/phone/marks.js").read_text("utf-8")
    given = json.dumps({"rules": rules.of()})
    page.evaluate(f"'use strict';\nconst raw = {given};\n{text}\nwindow.marks = marks;")
    yield page
    page.close()


def run(page: Page, work: str, *values: Any) -> Any:
    """Return what a JavaScript function of `values` returns."""
    return page.evaluate(f"values => (({work})(...values))", list(values))


@st.composite
def anything(draw: st.DrawFn) -> Marks:
    """Return sound marks, whether or not phones could have made them."""
    ids = st.sampled_from([f"dev-{number}" for number in range(8)])
    found = []
    for own in draw(st.lists(ids, max_size=6, unique=True)):
        what = draw(st.sampled_from(["pulled", "port"]))
        values: tuple[Any, ...] = (True, False) if what == "pulled" else PORTS
        found.append(
            {
                "id": own,
                "cable": draw(st.sampled_from(CABLES)),
                "check": draw(st.sampled_from(CHECKS)),
                "what": what,
                "value": draw(st.sampled_from(values)),
                "by": "Ana",
                "at": f"2026-03-01T09:30:0{draw(st.integers(0, 3))}Z",
                "note": "so",
                "after": sorted(draw(st.sets(ids, max_size=3)) - {own}),
            }
        )
    return found


Act = tuple[int, bool | None, int]
acts = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([True, False, None]), st.integers(0, 2)),
    max_size=12,
)
"""What three phones do in turn: phone, value to say (None: import), phone to import from."""

PHONES = """acts => {
  const phones = [[], [], []];
  acts.forEach(([at, value, from], number) => {
    if (value === null) { phones[at] = marks.merge(phones[at], phones[from]); return; }
    const known = phones[at];
    phones[at] = marks.merge(known, [marks.next({id: `p${at}-${number}`, cable: 'gpu0001:rail0',
      check: '00000001', what: 'pulled', value, by: 'Ana', note: '',
      at: `2026-03-01T09:30:${String(number).padStart(2, '0')}Z`}, known)]);
  });
  return phones;
}"""


@LAWS
@given(one=anything(), other=anything(), third=anything())
def test_merging_depends_on_no_order_and_no_repetition(
    module: Page, one: Marks, other: Marks, third: Marks
) -> None:
    found = run(
        module,
        """(a, b, c) => [marks.merge(a, b), marks.merge(b, a),
          marks.merge(a, marks.merge(b, c)), marks.merge(marks.merge(a, b), c),
          marks.merge(marks.merge(a, b), b, a), marks.merge(a, b, c)]""",
        *(one, other, third),
    )
    assert found[0] == found[1] == found[4]
    assert found[2] == found[3] == found[5]
    assert {mark["id"] for mark in found[5]} == {mark["id"] for mark in (*one, *other, *third)}


@LAWS
@given(one=anything(), other=anything())
def test_what_it_comes_to_depends_on_no_order(module: Page, one: Marks, other: Marks) -> None:
    states = run(
        module,
        """(a, b) => [marks.merge(a, b), marks.merge(b, a)].map(all => {
          const of = all.filter(one => one.what === 'pulled');
          return marks.state(of, ['00000001']);
        })""",
        *(one, other),
    )
    assert states[0] == states[1]


@LAWS
@given(done=acts)
def test_whatever_three_phones_do_is_all_there_in_the_end(module: Page, done: list[Act]) -> None:
    phones = run(module, PHONES, done)
    said = {f"p{at}-{number}" for number, (at, value, _) in enumerate(done) if value is not None}
    whole = run(module, "(...all) => marks.merge(...all)", *phones)
    assert {mark["id"] for mark in whole} == said
    state = run(module, "all => marks.state(all, ['00000001'])", whole)
    values = {mark["value"] for mark in state["heads"]}
    assert state["conflict"] == (len(values) > 1)
    assert (state["mark"] is None) == (state["conflict"] or not said)
    # Who knows of all of it can settle it for everybody.
    settled = run(
        module,
        """all => { const last = marks.next({id: 'chief-1', cable: 'gpu0001:rail0', value: true,
          check: '00000001', what: 'pulled', by: 'Chief', at: '2026-03-02T00:00:00Z'}, all);
          return marks.state(marks.merge([last], all), ['00000001']); }""",
        whole,
    )
    assert (settled["conflict"], settled["mark"]["id"]) == (False, "chief-1")


@LAWS
@given(done=acts)
def test_the_importer_comes_to_the_same(module: Page, done: list[Act]) -> None:
    whole = run(module, "(...all) => marks.merge(...all)", *run(module, PHONES, done))
    text = run(module, "all => marks.written('lab', '0123456789ab', all)", whole)
    contents, problems = phone.read(text.encode(), "export.json", CLUSTER)
    assert problems == []
    known: list[KnownMark] = [one.mark for one in contents.marks]
    assert len(known) == len(whole)
    state = run(module, "all => marks.state(all, ['00000001'])", whole)
    heads = importer.state_of(known).heads
    assert {mark.id for mark in heads} == {mark["id"] for mark in state["heads"]}
    if known:
        assert importer.State(heads).agreed != state["conflict"]


@LAWS
@given(marks=anything())
def test_what_is_written_is_read_again(module: Page, marks: Marks) -> None:
    text = run(module, "all => marks.written('lab', '0123456789ab', all)", marks)
    assert set(json.loads(text)) == {"format", "version", "cluster", "revision", "marks"}
    again = run(module, "text => marks.read(text, 'lab')", text)
    assert again["faults"] == {}
    assert again["marks"] == run(module, "all => marks.merge(all)", marks)


@LAWS
@given(text=st.text(max_size=300))
def test_what_people_type_becomes_fit_for_the_file(module: Page, text: str) -> None:
    found = run(module, "text => marks.cleaned(text, 64)", text)
    assert len(found) <= 64
    assert found == found.strip()
    fault = run(
        module,
        """by => marks.fault({id: 'a', cable: 'gpu0001:rail0', check: '00000001', what: 'pulled',
          value: true, by, at: '2026-03-01T09:30:00Z', note: by, after: []})""",
        found,
    )
    assert fault == (None if found else "by")


SOUND: dict[str, Any] = {
    **{"id": "a", "cable": "gpu0001:rail0", "check": "00000001", "what": "remark"},
    **{"value": "so", "by": "Ana", "at": "2026-03-01T09:30:00Z", "note": "", "after": []},
}


def test_page_and_importer_print_the_same_characters(module: Page) -> None:
    refused: list[int] = run(
        module,
        """sound => {
          const found = [];
          for (let code = 0; code < 0x110000; code += 1) {
            sound.value = `x${String.fromCodePoint(code)}x`;
            if (marks.fault(sound) !== null) found.push(code);
          }
          return found;
        }""",
        SOUND,
    )
    both = {chr(code) for code in refused} ^ {
        one for one in map(chr, range(0x110000)) if not as_built.printable(one)
    }
    # The two may know different versions of Unicode: what one does not know, it takes.
    assert not [one for one in both if category(one) != "Cn"]


@pytest.mark.parametrize(
    "change",
    [
        *({"what": "length_m", "note": "so", "value": value} for value in LENGTHS),
        *({"at": at} for at in TIMES),
        *({"value": "x" * chars} for chars in (255, 256)),
        *({"by": "\U0001f9d1" * chars} for chars in (64, 65)),
        *({"what": "port", "value": value, "note": "so"} for value in ("Ethernet8", "E 8", 8)),
        *({"what": what, "value": None} for what in ("port", "length_m", "remark", "pulled")),
        {"what": "port", "value": "Ethernet8"},
        {"value": "\U0001fae8\U0001faea"},
        {"value": "a\u3000b"},
        {"value": "a\u200bb"},
        {"after": [f"id-{number}" for number in range(1001)]},
        {"check": "0000000g"},
    ],
    ids=str,
)
def test_page_and_importer_take_the_same_marks(module: Page, change: dict[str, Any]) -> None:
    one = {**SOUND, **change}
    fault = run(module, "one => marks.fault(one)", one)
    text = json.dumps(
        {"format": rules.FORMAT, "version": rules.VERSION, "cluster": CLUSTER}
        | {"revision": "0" * 12, "marks": [one]}
    )
    contents, _ = phone.read(text.encode(), "export.json", CLUSTER)
    assert (fault is None) == (len(contents.marks) == 1), fault


def test_stale_marks_are_heads_that_are_never_applied(module: Page) -> None:
    mark = {
        **{"id": "a", "cable": "gpu0001:rail0", "check": "00000002", "what": "pulled"},
        **{"value": True, "by": "Ana", "at": "2026-03-01T09:30:00Z", "note": "", "after": []},
    }
    state = run(module, "one => marks.state([one], ['00000001'])", mark)
    assert (state["mark"], state["conflict"], state["heads"]) == (None, False, [])
    assert [one["id"] for one in state["stale"]] == ["a"]
