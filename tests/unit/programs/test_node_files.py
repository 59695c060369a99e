"""How programs write files where others may write, too."""

from pathlib import Path

import pytest

from railwright.programs.node import replace_file


def test_a_link_of_somebody_elses_leads_nowhere(tmp_path: Path) -> None:
    """The folder of metrics belongs to a service: a link there must not reach a file of root's."""
    secret = tmp_path / "shadow"
    secret.write_text("secret")
    secret.chmod(0o600)
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "x.prom").symlink_to(secret)
    replace_file(folder / "x.prom", "x 1\n")
    assert (folder / "x.prom").read_text() == "x 1\n"
    assert not (folder / "x.prom").is_symlink()
    assert secret.read_text() == "secret"
    assert secret.stat().st_mode & 0o777 == 0o600


def test_the_draft_has_a_name_that_nobody_can_have_laid_a_link_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts: list[str] = []
    whole = Path.replace

    def watched(self: Path, target: Path) -> Path:
        drafts.append(self.name)
        return whole(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    for _ in range(2):
        replace_file(tmp_path / "x.prom", "x 1\n")
    assert len(set(drafts)) == 2
