"""Where the product's data files are: beside the code in a wheel, at the root in a checkout."""

from pathlib import Path, PurePosixPath

__all__ = ["resource"]

_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """Give the path of the data file `name`, such as `behaviour.yaml`.

    Raises ValueError for a name that leaves the folder, FileNotFoundError if nothing is there.
    """
    wanted = PurePosixPath(name)
    if not wanted.parts or wanted.is_absolute() or ".." in wanted.parts or "\\" in name:
        raise ValueError(f"{name!r} does not name a data file")
    for folder in (_PACKAGE / "fixtures", _PACKAGE.parent / "fixtures"):
        path = folder.joinpath(*wanted.parts)
        if path.exists():
            return path
    raise FileNotFoundError(f"there is no data file {name!r}")
