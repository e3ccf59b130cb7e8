"""The sum that tells damage: any single change, exchanges, and the same sum however the bytes come in."""

import zlib

import numpy as np
import pytest

from nlpzero.core.checksum import BLOCK, LANES, Checksum

SIZES = [0, 1, 7, 8, 9, 8 * LANES - 1, 8 * LANES, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 12345]


def draw(size: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, size, np.uint8)


def oracle(data: np.ndarray) -> int:
    """Add up number by number."""
    padded = data.tobytes() + bytes(-len(data) % (8 * LANES))
    numbers = [int.from_bytes(padded[i : i + 8], "little") for i in range(0, len(padded), 8)]
    lanes = [0] * LANES
    for start in range(0, len(numbers), BLOCK // 8):
        block = numbers[start : start + BLOCK // 8]
        for lane in range(LANES):
            lanes[lane] = (lanes[lane] * 0x9E3779B97F4A7C15 + sum(block[lane::LANES])) % 2**64
    return zlib.crc32(b"".join(lane.to_bytes(8, "little") for lane in lanes), len(data))


@pytest.mark.parametrize("size", SIZES)
def test_the_sum_is_that_of_its_definition_however_the_bytes_come_in(size: int) -> None:
    data = draw(size)
    expected = oracle(data)
    assert Checksum(data).value == expected
    rng = np.random.default_rng(size)
    for _ in range(3):
        pieces = Checksum()
        for piece in np.split(data, np.sort(rng.integers(0, size + 1, 4))):
            pieces.add(piece)
            assert isinstance(pieces.value, int)  # asking changes nothing
        assert pieces.value == expected


@pytest.mark.parametrize("size", [9, 20_000, BLOCK + 30_000])
def test_changes_are_told(size: int) -> None:
    data = draw(size)
    whole = Checksum(data).value
    rng = np.random.default_rng(2)
    for _ in range(200):
        changed = data.copy()
        at, width = int(rng.integers(size)), int(rng.integers(1, 5000))
        match int(rng.integers(5)):
            case 0:
                changed[at] ^= 1 << int(rng.integers(8))
            case 1:
                changed[at : at + width] = 0
            case 2:
                changed[at : at + width] = changed[at : at + width][::-1]
            case 3:
                changed[rng.integers(0, size, 2)] = changed[rng.integers(0, size, 2)]
            case 4:
                changed = np.roll(changed, at)
        assert (Checksum(changed).value == whole) == bool((changed == data).all())
    assert Checksum(data[:-1]).value != whole
    assert Checksum(np.append(data, np.uint8(0))).value != whole


@pytest.mark.parametrize("sector", [512, 4096, 8192, BLOCK])
def test_sectors_that_changed_places_are_told(sector: int) -> None:
    data = draw(3 * BLOCK // sector * sector).reshape(-1, sector)
    whole = Checksum(data.reshape(-1)).value
    rng = np.random.default_rng(3)
    for _ in range(20):
        a, b = rng.choice(len(data), 2, replace=False).tolist()
        changed = data.copy()
        changed[[a, b]] = changed[[b, a]]
        assert Checksum(changed.reshape(-1)).value != whole
