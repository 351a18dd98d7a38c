"""Ranks of genes within signatures, in compiled code."""

import numpy as np
from numba import njit

# Kept on disk: every search is a process of its own, and compiling takes it seconds.

_AT_ONCE = 512
"""Signatures whose keys are sorted together, so that they stay in the processor's cache."""
_TILE = 32
"""Signatures that are transposed together: their ranks of one gene fill a line of the cache."""

_BIT = np.uint64(1)
_SIX = np.uint64(6)
_IN_WORD = np.uint64(63)
_SHIFT = np.uint64(58)
_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_POSITION = np.array([((1 << n) * int(_DE_BRUIJN) % 2**64) >> 58 for n in range(64)]).argsort()
"""Of the only bit set in a word: Leiserson, Prokop and Randall 1998, by a de Bruijn sequence."""


def ranks(z: np.ndarray) -> np.ndarray:
    """(g, n) uint16: the place of each gene in each signature, 0 for the highest value.

    z: (n, g) float32, g at most 65,536. Genes of equal value come in the order of their positions.
    """
    return _by_key(z, _falling, _places, np.uint16)


def signed_ranks(z: np.ndarray) -> np.ndarray:
    """(g, n) int16: twice the rank of |z| in its signature, with the sign of z.

    z: (n, g) float32, g below 16,384. The largest |z| has rank g, the smallest 1; ties share their
    mean rank, and 0 has no rank.
    """
    return _by_key(z, _rising_size, _signed_places, np.int16)


def _by_key(z, key, placed, dtype):  # type: ignore[no-untyped-def]  # compiled functions
    z = np.ascontiguousarray(z, np.float32)
    n, g = z.shape
    found = np.empty((g, n), dtype)
    for start in range(0, n, _AT_ONCE):
        some = z[start : start + _AT_ONCE].view(np.uint32)
        keys = np.empty(some.shape, np.uint64)
        key(some, keys)
        keys.sort(axis=1)  # numpy sorts whole numbers by vector instructions
        placed(some, keys, found[:, start : start + _AT_ONCE])
    return found


@njit(nogil=True, cache=True)
def _falling(bits: np.ndarray, keys: np.ndarray) -> None:
    """Keys that rise while values fall; below them the position. Both zeros have one key."""
    minus, highest = np.uint64(0x80000000), np.uint64(0x7FFFFFFF)
    for i in range(len(bits)):
        for gene in range(bits.shape[1]):
            value = np.uint64(bits[i, gene])
            if value == minus:
                value = np.uint64(0)
            key = value if value >= minus else highest - value
            keys[i, gene] = key << np.uint64(16) | np.uint64(gene)


@njit(nogil=True, cache=True)
def _rising_size(bits: np.ndarray, keys: np.ndarray) -> None:
    """Keys that rise with absolute values; below them the position."""
    for i in range(len(bits)):
        for gene in range(bits.shape[1]):
            size = np.uint64(bits[i, gene]) & np.uint64(0x7FFFFFFF)
            keys[i, gene] = size << np.uint64(16) | np.uint64(gene)


@njit(nogil=True, cache=True)
def _places(bits: np.ndarray, keys: np.ndarray, found: np.ndarray) -> None:
    n, g = keys.shape
    tile = np.empty((_TILE, g), np.uint16)
    for start in range(0, n, _TILE):
        width = min(_TILE, n - start)
        for i in range(width):
            for place in range(g):
                tile[i, np.int64(keys[start + i, place] & np.uint64(0xFFFF))] = place
        for gene in range(g):
            for i in range(width):
                found[gene, start + i] = tile[i, gene]


@njit(nogil=True, cache=True)
def _signed_places(bits: np.ndarray, keys: np.ndarray, found: np.ndarray) -> None:
    n, g = keys.shape
    tile = np.empty((_TILE, g), np.int16)
    for start in range(0, n, _TILE):
        width = min(_TILE, n - start)
        for i in range(width):
            first = 0
            for place in range(g):
                size = keys[start + i, place] >> np.uint64(16)
                if place + 1 < g and keys[start + i, place + 1] >> np.uint64(16) == size:
                    continue
                for tied in range(first, place + 1):
                    own = np.int64(keys[start + i, tied] & np.uint64(0xFFFF))
                    twice = first + place + 2 if size > np.uint64(0) else 0
                    negative = bits[start + i, own] >= np.uint32(0x80000000)
                    tile[i, own] = -twice if negative else twice
                first = place + 1
        for gene in range(g):
            for i in range(width):
                found[gene, start + i] = tile[i, gene]


@njit(nogil=True, cache=True)
def sorted_places(
    rank: np.ndarray, genes: np.ndarray, marked: np.ndarray, places: np.ndarray
) -> None:
    """Sort the ranks of some genes into `places`, (len(genes),) int.

    rank: (g,) whole numbers, all different. genes: (m,) positions in it. marked: zeros, uint64, a
    bit for each rank; they are zeros again afterwards. As ranks are below a thousand, setting bits
    and reading them off takes less time than comparing.
    """
    for gene in genes:
        place = np.uint64(rank[gene])
        marked[place >> _SIX] |= _BIT << (place & _IN_WORD)
    k = 0
    for number in range(len(marked)):
        word = marked[number]
        marked[number] = np.uint64(0)
        while word:
            lowest = word & (~word + _BIT)
            places[k] = number * 64 + _POSITION[(lowest * _DE_BRUIJN) >> _SHIFT]
            word ^= lowest
            k += 1


@njit(nogil=True, cache=True)
def mean_ranks(z: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """(m, n) float32: the rank of each of m genes among them, from 1 for the lowest value.

    z: (m, n) float32. rank: (m, n) uint16, theirs among all genes as `ranks` gives them. Ties share
    their mean rank.
    """
    m, n = z.shape
    found = np.empty((m, n), np.float32)
    highest = rank.max() if rank.size else np.uint16(0)
    genes, places = np.arange(m), np.empty(m, np.int64)
    marked = np.zeros(highest // 64 + 1, np.uint64)
    gene_at = np.empty(highest + 1, np.int64)
    for i in range(n):
        for gene in range(m):
            gene_at[rank[gene, i]] = gene
        sorted_places(rank[:, i], genes, marked, places)
        first = 0
        for k in range(m):
            value = z[gene_at[places[k]], i]
            if k + 1 < m and z[gene_at[places[k + 1]], i] == value:
                continue
            for tied in range(first, k + 1):
                found[gene_at[places[tied]], i] = m - (first + k) / 2
            first = k + 1
    return found
