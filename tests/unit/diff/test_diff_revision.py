"""Intents out of git revisions: the right bytes, includes too, and clear refusals."""

import subprocess
from pathlib import Path

import pytest

from railwright.diff import sources
from railwright.diff.revision import Revision, RevisionError, laid_out, parse
from railwright.errors import IntentError, Problem, RailwrightError
from railwright.intent.as_built import MAX_FILE_BYTES
from railwright.intent.loader import MAX_FILES


class Repository:
    """A git repository with one commit per `commit`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._git("init", "--quiet", "--initial-branch=main")

    def commit(self, **files: str) -> None:
        """Write files (`a__b` is a/b.yml) and commit everything."""
        for name, text in files.items():
            path = self.folder / f"{name.replace('__', '/')}.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self._git("add", "--all")
        self._git(
            *("-c", "user.name=A", "-c", "user.email=a@example.net", "-c", "commit.gpgsign=false"),
            *("commit", "--quiet", "--message=x"),
        )

    def _git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self.folder, check=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    return Repository(tmp_path)


def tree(wanted: str) -> dict[str, str]:
    revision = parse(wanted)
    with laid_out(revision) as path:
        root = path.parents[len(Path(revision.path.removeprefix("./")).parts) - 1]
        return {
            one.relative_to(root).as_posix(): one.read_text()
            for one in root.rglob("*")
            if one.is_file()
        }


def test_what_words_mean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "v1.yml").write_text("")
    (tmp_path / "main").mkdir()
    assert sources.parse("v1.yml") == Path("v1.yml")
    assert sources.parse("absent.yml") == Path("absent.yml")
    assert sources.parse("main") == Path("main")
    assert sources.parse("main:") == Revision("main", "./intent/cluster.yml")
    assert sources.parse("HEAD~1") == Revision("HEAD~1", "./intent/cluster.yml")
    assert sources.parse("HEAD~1:a/b.yml") == Revision("HEAD~1", "a/b.yml")


@pytest.mark.parametrize("text", [":a.yml", "--output=x", "-n:a.yml", "HEAD:a\nb.yml", "\x1b[2J"])
def test_words_that_git_must_not_see(text: str) -> None:
    with pytest.raises(RevisionError, match="is no file, folder or git revision; name an intent"):
        sources.parse(text)


def test_the_file_is_as_the_revision_has_it(repository: Repository) -> None:
    repository.commit(intent__cluster="old", other="other")
    repository.commit(intent__cluster="new")
    (repository.folder / "intent/cluster.yml").write_text("not committed")
    assert tree("HEAD~1:intent/cluster.yml") == {"intent/cluster.yml": "old"}
    assert tree("main") == {"intent/cluster.yml": "new"}


def test_paths_count_from_the_root_or_from_here(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(site__intent__cluster="here", intent__cluster="root")
    monkeypatch.chdir(repository.folder / "site")
    with laid_out(parse("HEAD")) as path:
        assert path.read_text() == "here"
    with laid_out(parse("HEAD:intent/cluster.yml")) as path:
        assert path.read_text() == "root"
    with laid_out(parse("HEAD:../intent/cluster.yml")) as path:
        assert path.read_text() == "root"


def test_includes_come_along_and_nothing_else(repository: Repository) -> None:
    repository.commit(
        a__main="include: [parts/one.yml, ../out.yml, /etc/passwd, missing.yml, 7]\n",
        a__parts__one="include: [./two.yml, one.yml]\n",
        a__parts__two="x: [",
        a__parts__three="",
        out="",
    )
    assert sorted(tree("HEAD:a/main.yml")) == [
        *("a/main.yml", "a/parts/one.yml", "a/parts/two.yml", "out.yml")
    ]


def test_includes_without_end_stop(repository: Repository) -> None:
    names = [f"part{number}" for number in range(3 * MAX_FILES)]
    listed = ", ".join(f"{name}.yml" for name in names)
    repository.commit(main=f"include: [{listed}]\n", **dict.fromkeys(names, ""))
    with laid_out(parse("HEAD:main.yml")) as path:
        assert len(list(path.parent.iterdir())) == MAX_FILES + 1


def test_links_are_followed_within_the_revision_only(repository: Repository) -> None:
    (repository.folder / "real.yml").write_text("real")
    (repository.folder / "link.yml").symlink_to("real.yml")
    (repository.folder / "out.yml").symlink_to("/etc/hostname")
    repository.commit()
    assert tree("HEAD:link.yml") == {"link.yml": "real"}
    with pytest.raises(RevisionError, match=r"HEAD:out\.yml: does not exist in that revision"):
        tree("HEAD:out.yml")


def test_problems_name_the_revision(repository: Repository) -> None:
    repository.commit(a__main="x")
    with pytest.raises(IntentError) as caught, laid_out(parse("HEAD:a/main.yml")) as path:
        raise IntentError([Problem("k", f"differs from {path}:3", file=str(path), line=7)])
    assert str(caught.value) == "HEAD:a/main.yml:7: k: differs from HEAD:a/main.yml:3"


def test_the_tables_of_an_intent_come_along(repository: Repository) -> None:
    texts = {"assets": "device\ngpu0001\n", "prices": "part\nA\n", "as_built": "cable\ngpu1:r\n"}
    for name, text in texts.items():
        (repository.folder / f"{name}.csv").write_text(text)
    repository.commit(main="".join(f"{name}: {name}.csv\n" for name in texts))
    with laid_out(parse("HEAD:main.yml")) as path:
        assert {name: (path.parent / f"{name}.csv").read_text() for name in texts} == texts


def test_the_folder_goes_away(repository: Repository) -> None:
    repository.commit(main="x")
    with laid_out(parse("HEAD:main.yml")) as path:
        pass
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "nonsense",
            "nonsense: is no file or folder, and no revision of a git repository here; name an "
            "intent file, a build folder, or a git revision with the path of an intent, such as "
            "HEAD~1:intent/cluster.yml",
        ),
        (
            "HEAD:absent.yml",
            "HEAD:absent.yml: does not exist in that revision; paths count from the repository's "
            "root, or from the current folder if they begin with ./",
        ),
        (
            "HEAD:a",
            "HEAD:a: does not exist in that revision; paths count from the repository's root, or "
            "from the current folder if they begin with ./",
        ),
        (
            "HEAD:../x.yml",
            "HEAD:../x.yml: leaves the repository; paths count from its root",
        ),
        (
            "HEAD:a/large.yml",
            f"a/large.yml: is larger than {MAX_FILE_BYTES} bytes",
        ),
    ],
)
def test_what_is_refused(repository: Repository, text: str, message: str) -> None:
    repository.commit(a__large=" " * (MAX_FILE_BYTES + 1))
    with pytest.raises(RailwrightError) as caught:
        tree(text)
    assert str(caught.value) == message


def test_outside_a_repository_git_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setenv("LC_ALL", "C")
    with pytest.raises(RevisionError) as caught:
        tree("HEAD~1")
    assert str(caught.value).startswith(
        "HEAD~1: is no file or folder, and no revision of a git repository here "
        "(git: not a git repository"
    )


def test_without_git_the_message_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RevisionError, match="git is not installed, so revisions cannot be read"):
        tree("HEAD~1")
