"""What is wrong with saved outputs: all at once, where it is and what to do; never a traceback."""

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from railwright.cli import main
from railwright.errors import Problem
from railwright.importing.saved import MAX_BYTES, SavedOutputError, read, saved
from tests.unit.importing.files import DATA, NAMES, Files, changed, files_of, model_of, paths_of

ERRORS = DATA / "errors"


def cut(files: Files, name: str, lines: int) -> Files:
    """Return the files with the end of one missing."""
    return files | {name: "".join(files[name].splitlines(keepends=True)[:lines])}


def _level(files: Files, gpu: int, nic: int, level: str) -> Files:
    """Return the files with another nearness of a GPU and a NIC."""
    rows = [line.split("\t") for line in files["topo"].splitlines()]
    for row in rows:
        if row[0] == f"GPU{gpu}":
            row[9 + nic] = level
        if row[0] == f"NIC{nic}":
            row[1 + gpu] = level
    return files | {"topo": "\n".join("\t".join(row) for row in rows) + "\n"}


def several(files: Files) -> Files:
    """Return files each of which has a problem."""
    files = changed(files, "topo", r"^(GPU1\t.*)PXB", r"\1PXX")
    files = changed(files, "lspci", r"^Slot:\t0000:40:00.0", "Slot:\t0000:4x:00.0")
    return changed(files, "ibdev2netdev", r"^mlx5_4 port 1 ==> .*", "mlx5_4 port 1 =")


CASES: dict[str, Callable[[Files], Files]] = {
    "topo-empty": lambda files: files | {"topo": ""},
    "topo-truncated": lambda files: cut(files, "topo", 7),
    "topo-row-cut": lambda files: changed(files, "topo", r"^(GPU3(?:\t[^\t]*){6}).*", r"\1"),
    "topo-no-legend": lambda files: files | {"topo": files["topo"].partition("NIC Legend")[0]},
    "topo-no-nics": lambda files: (
        files
        | {"topo": "\tGPU0\tGPU1\tCPU Affinity\nGPU0\t X \tNV18\t0-55\nGPU1\tNV18\t X \t0-55\n"}
    ),
    "topo-crooked": lambda files: changed(files, "topo", r"^(NIC3\t)NODE", r"\1PIX"),
    "lspci-empty": lambda files: files | {"lspci": "\n"},
    "lspci-not-vmm": lambda files: (
        files
        | {"lspci": "18:00.0 Ethernet controller: Mellanox Technologies MT2910 [ConnectX-7]\n"}
    ),
    "lspci-truncated": lambda files: cut(files, "lspci", 58),
    "lspci-twice": lambda files: files | {"lspci": files["lspci"] + "\n" + files["lspci"][:300]},
    "lspci-domain": lambda files: changed(files, "lspci", r"^(Slot:\t)0000:18", r"\g<1>00:18"),
    "lspci-gpu-missing": lambda files: changed(
        files, "lspci", r"^Slot:\t0000:c3:00.0\n(?:.+\n)+", ""
    ),
    "lspci-nic-missing": lambda files: changed(
        files, "lspci", r"^Slot:\t0000:40:00.0\n(?:.+\n)+", ""
    ),
    "lspci-numa-differs": lambda files: changed(
        files, "lspci", r"^(Slot:\t0000:18:00.0\n(?:.+\n)+?NUMANode:\t)0", r"\g<1>1"
    ),
    "ibdev-strange": lambda files: files | {"ibdev2netdev": "ibdev2netdev: command not found\n"},
    "ibdev-truncated": lambda files: cut(files, "ibdev2netdev", 5),
    "ibdev-unknown-address": lambda files: changed(files, "ibdev2netdev", "enp24s0", "enp25s0"),
    "ibdev-no-address": lambda files: changed(
        changed(files, "ibdev2netdev", r"==> \S+", "==> eth"), "ibdev2netdev", "^mlx5_9 ", "roce9 "
    ),
    "gpu-without-nic": lambda files: _level(_far(files, 5), 5, 9, "SYS"),
    "two-gpus-one-nic": lambda files: _level(_level(files, 1, 3, "NODE"), 1, 0, "PXB"),
    "nics-equally-near": lambda files: _level(files, 0, 3, "PXB"),
    "several": several,
}


def _far(files: Files, gpu: int) -> Files:
    for nic in range(12):
        files = _level(files, gpu, nic, "SYS")
    return files


@pytest.mark.parametrize("case", CASES)
def test_the_text_of_errors(case: str) -> None:
    with pytest.raises(SavedOutputError) as caught:
        model_of(CASES[case](files_of("dgx")))
    assert str(caught.value) + "\n" == (ERRORS / f"{case}.txt").read_text()


def test_every_golden_text_is_of_a_case() -> None:
    assert {path.stem for path in ERRORS.iterdir()} == set(CASES)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xff\xfeG\x00P\x00", "is no UTF-8 text; save the output on the server itself"),
        (b"x" * (MAX_BYTES + 1), "is larger than 1024 KiB, which no such output is"),
        (b"\n" * 30_000, "has more than 20000 lines, which no such output has"),
        (b"GPU0\n" + b"x" * 5_000, "f.txt:2: is longer than 4096 characters"),
        (b"GPU0\x00\n", "f.txt:1: has control characters; save the output anew as plain text"),
    ],
    ids=["utf-16", "large", "lines", "line", "control"],
)
def test_files_that_are_no_output(content: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_bytes(content)
    with pytest.raises(SavedOutputError, match=re.escape(what)):
        read(path)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SavedOutputError, match="does not exist"):
        read(tmp_path / "nothing.txt")
    with pytest.raises(SavedOutputError, match="is no file"):
        read(tmp_path)
    with pytest.raises(SavedOutputError, match="is no file"):
        read(Path("/dev/zero"))


def test_very_many_problems_are_cut() -> None:
    lines = "\n".join(f"nonsense {number}" for number in range(300))
    with pytest.raises(SavedOutputError) as caught:
        model_of(files_of("dgx") | {"ibdev2netdev": lines})
    assert len(str(caught.value).splitlines()) == 51
    assert str(caught.value).endswith("and 250 more")


def test_what_is_given_is_quoted_and_short() -> None:
    line = "\x1b]0;title" + "A" * 3_000
    with pytest.raises(SavedOutputError) as caught:
        saved("f.txt", line.encode())
    assert "\x1b" not in str(caught.value)
    with pytest.raises(SavedOutputError) as caught:
        model_of(files_of("dgx") | {"ibdev2netdev": "A" * 3_000})
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("server", ["dgx", "oci"])
@pytest.mark.parametrize("seed", range(60))
def test_files_that_were_tampered_with_are_refused_or_read(server: str, seed: int) -> None:
    """No change of lines and words ends in anything but a profile or an error with a place."""
    chance = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    files = files_of(server)
    for _ in range(chance.randint(1, 4)):
        name = chance.choice(NAMES)
        lines = files[name].splitlines()
        at = chance.randrange(len(lines))
        words = re.split(r"(\s+)", lines[at])
        word = chance.choice(
            [*words, "GPU0", "0000:18:00.0", "mlx5_99", "X", "", "::", "-1", "PIX"]
        )
        words[chance.randrange(len(words))] = word
        lines[at : at + 1] = chance.choice(
            ([], [lines[at]] * 2, ["".join(words)], ["".join(words)], [lines[at][: at % 7]])
        )
        files[name] = "\n".join(lines) + "\n"
    try:
        rails = [nic.rail for nic in model_of(files).nics]
        problems: tuple[Problem, ...] = ()
    except SavedOutputError as err:
        rails, problems = [], err.problems
    assert rails == list(range(len(rails)))
    assert bool(rails) != bool(problems)
    assert all(one.file.removesuffix(".txt") in NAMES for one in problems)


def test_the_cli_prints_problems_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    topo, lspci, ibdev = paths_of("dgx")
    broken = tmp_path / "topo.txt"
    broken.write_text(topo.read_text().replace("PXB", "PXX"))
    out = tmp_path / "mine.yml"
    words = ["catalog", "import-node", "mine", "--topo", str(broken), "--lspci", str(lspci)]
    assert main([*words, "--ibdev2netdev", str(ibdev), "--out", str(out)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"{broken}:3: GPU0: 'PXX' is none of X, NV#, PIX")
    assert not out.exists()
    words[4] = str(topo)
    assert main([*words, "--ibdev2netdev", str(ibdev), "--out", str(out)]) == 0
    assert "confirm its assumptions" in capsys.readouterr().out
    assert "mlx5_11" in out.read_text()
