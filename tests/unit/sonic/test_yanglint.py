"""What yanglint says, and how its failures surface."""

import stat
from pathlib import Path

import pytest

from railwright.errors import RailwrightError
from railwright.sonic.yanglint import Complaint, first_complaints, read_complaint

LIST = "/m:m/PORT/PORT_LIST[name='Ethernet0']"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            f'libyang err : Out of range. (Data location "{LIST}/speed", line number 6.)\n',
            Complaint("Out of range", f"{LIST}/speed", 6),
        ),
        (
            f'libyang err : Not satisfied "(a and (b))" (Data location "{LIST}/name".)\n',
            Complaint('Not satisfied "(a and (b))"', f"{LIST}/name"),
        ),
        (
            'libyang err : Mandatory. (Schema location "/m:m/PORT/PORT_LIST/lanes".)\n',
            Complaint("Mandatory", "/m:m/PORT/PORT_LIST/lanes"),
        ),
        (f"libyang err : Bad. ({LIST}/mtu) (line 12)\n", Complaint("Bad", f"{LIST}/mtu", 12)),
        (f"libyang err : Bad. ({LIST}/mtu)\n", Complaint("Bad", f"{LIST}/mtu")),
        (
            f'libyang[0]: Bad. (path: Data location "{LIST}/mtu", line number 3.)\n',
            Complaint("Bad", f"{LIST}/mtu", 3),
        ),
        ("libyang err : Bad: a\n  and b\n", Complaint("Bad: a and b")),
        (
            'libyang warn: Odd "x" (/m:m).\nlibyang err : First.\nlibyang err : Second.\n',
            Complaint("First."),
        ),
        ("YANGLINT[E]: Failed to parse", Complaint("refused without a reason")),
    ],
)
def test_the_first_complaint_is_read_with_its_place(text: str, complaint: Complaint) -> None:
    assert read_complaint(text) == complaint


def test_missing_program_names_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RailwrightError, match="apt install libyang-tools"):
        first_complaints([], ["<a/>"])


def program(folder: Path, script: str) -> None:
    path = folder / "yanglint"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("kill -11 $$", "yanglint was ended by signal 11"),
        (
            "echo 'libyang warn: odd' >&2; echo 'libyang err : no such type' >&2; exit 1",
            "yanglint cannot use these YANG models:\nlibyang err : no such type$",
        ),
        ("exit 1", "it gave no reason"),
    ],
)
def test_a_failing_program_is_not_taken_for_a_verdict(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, message: str
) -> None:
    program(tmp_path, script)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(RailwrightError, match=message):
        first_complaints([Path("m.yang")], ["<a/>"])


def test_only_the_documents_after_a_wrong_one_are_asked_about_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(
        tmp_path,
        f"""echo run >> {tmp_path}/runs
        for file in "$@"; do
          if grep -qs wrong "$file"; then
            echo 'libyang err : wrong.' >&2
            echo "YANGLINT[E]: Failed to parse input data file \\"$file\\"." >&2
            exit 1
          fi
        done""",
    )
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0})
    documents = ["<right/>", "<wrong/>", "<right/>", "<wrong/>", "<right/>", "<right/>"]
    complaints = first_complaints([], documents)
    assert [complaint is not None for complaint in complaints] == ["wrong" in d for d in documents]
    assert (tmp_path / "runs").read_text().count("run") == 3
