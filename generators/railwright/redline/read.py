"""Files that were handed in, by their kind."""

from pathlib import Path

from railwright.errors import Problem
from railwright.redline import phone, table, workbook
from railwright.redline.model import MAX_FILE_BYTES, Contents


def read(path: Path, cluster: str) -> tuple[Contents, list[Problem]]:
    """Return what a file says and every problem in it; messages name it as `path` does."""
    file = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as err:
        reason = getattr(err, "strerror", None) or "is no file name"
        return Contents(), [Problem("", f"cannot be read: {reason.lower()}", file=file)]
    if len(data) > MAX_FILE_BYTES:
        what = f"is larger than {MAX_FILE_BYTES} bytes; hand in fewer marks at once"
        return Contents(), [Problem("", what, file=file)]
    match path.suffix.lower():
        case ".json":
            return phone.read(data, file, cluster)
        case ".xlsx":
            return workbook.read(data, file)
        case ".csv":
            return table.read(data, file)
    what = "must be an export of the page (.json), a workbook (.xlsx) or cabling.csv"
    return Contents(), [Problem("", what, file=file)]
