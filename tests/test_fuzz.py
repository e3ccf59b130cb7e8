"""Any damage is told: a damaged file gives an error of ours or the same contents, nothing else."""

import zlib
from pathlib import Path

import numpy as np
import pytest
from damages import DAMAGES, LOADERS, Loader, forged

from nlpzero.errors import NlpZeroError

TIMES = 60
ARCHIVES = {name: loader for name, loader in LOADERS.items() if loader.schema}


def whole(loader: Loader, path: Path) -> tuple[bytes, object]:
    """Write a file; give its bytes and what it holds."""
    loader.write(path)
    return path.read_bytes(), loader.read(path)


@pytest.mark.parametrize("name", LOADERS)
def test_a_damaged_file_gives_an_error_of_ours_or_the_same_contents(name: str, tmp_path: Path) -> None:
    loader, path = LOADERS[name], tmp_path / "file"
    data, contents = whole(loader, path)
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    told = 0
    for damage in [*DAMAGES.values()] * (TIMES // len(DAMAGES) + 1):
        path.write_bytes(damage(data, rng))
        try:
            found = loader.read(path)
        except NlpZeroError as error:
            told += 1
            assert str(path) in str(error) and "\n" not in str(error)
        else:
            assert found == contents or not loader.exact, damage.__name__
    assert told > TIMES // 5  # it is damage, and it is looked at


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_that_is_not_as_declared_is_told_or_can_be_used(name: str, tmp_path: Path) -> None:
    loader, path = ARCHIVES[name], tmp_path / "file"
    data, _ = whole(loader, path)
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    told = 0
    for _ in range(TIMES):
        path.write_bytes(data)
        path.write_bytes(forged(path, rng))
        try:
            loader.read(path)
        except NlpZeroError as error:
            told += 1
            assert str(path) in str(error) and "\n" not in str(error)
    assert told > TIMES // 5
