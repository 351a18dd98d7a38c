"""Files as accident and malice change them: seeded, so that each case can be had again."""

from collections.abc import Callable, Iterator

import numpy as np

Rng = np.random.Generator
Change = Callable[[bytes, Rng], bytes]

CELLS = (
    b"", b" ", b"nan", b"NaN", b"-inf", b"inf", b"1e400", b"-1e400", b"1e-400", b"1e38", b"-0",
    b"0x1p3", b"1_000", b"1,5", b"1.5.2", b"--1", b"9" * 400, b"-666", b"-666.0", b"NA", b"null",
    b"True", b"#REF!", b"=1+1", b"'", b'"', b'""', b'"a', b'a"b', b'"a,b"', b"\\N", b"\\",
    "١٢".encode(), "½".encode(), "−1".encode(), "\u2028".encode(), "\u202e".encode(), b"\xff",
    b"\xc0\x80", b"\xed\xa0\x80", b"\0", b"\r", b"\x0b", b"\x1a", b"|", b"||", b"a|" * 2000,
    b"x" * 5_000, b"9" * 5_000, b"../../etc/passwd", b"<img src=x>", b"%s%n{0}", b"!", b"#1.3",
    b"$ref", b"nan|nan", b"BRD-K00000001", b"0", b"-1", b"4294967296", b"1e5",
)  # fmt: skip
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff", b"\x1f\x8b", b"PK\x03\x04")
NEWLINES = (b"\r", b"\r\n", b"\n\r", b"\n\n", b"\x0b", b"\x0c", b"\0\n", "\u2028".encode(), b"")
ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037", "utf-8-sig")
SEPARATORS = (b",", b"\t", b";", b"|", b" ", b":")


def mutants(content: bytes, n: int, seed: int, *, text: bool = True) -> Iterator[bytes]:
    """`n` files made of one by one to three changes each.

    text: whether some of them are such as lines and cells suffer.
    """
    changes: tuple[Change, ...] = (*OF_BYTES, *(OF_TEXT if text else ()))
    for number in range(n):
        rng = np.random.default_rng([seed, number])
        mutant = content
        for _ in range(rng.integers(1, 4)):
            mutant = changes[rng.integers(len(changes))](mutant, rng)
        yield mutant


# ---------------------------------------------------------------------------- of any file


def _flip_bits(content: bytes, rng: Rng) -> bytes:
    if not content:
        return content
    changed = np.frombuffer(content, np.uint8).copy()
    places = rng.integers(len(changed), size=rng.integers(1, 9))
    changed[places] ^= (1 << rng.integers(8, size=len(places))).astype(np.uint8)
    return changed.tobytes()


def _cut_short(content: bytes, rng: Rng) -> bytes:
    return content[: rng.integers(len(content) + 1)]


def _lose_a_part(content: bytes, rng: Rng) -> bytes:
    begin, end = _span(content, rng)
    return content[:begin] + content[end:]


def _repeat_a_part(content: bytes, rng: Rng) -> bytes:
    begin, end = _span(content, rng)
    return content[:end] + content[begin:end] * int(rng.integers(1, 5)) + content[end:]


def _overwrite_a_part(content: bytes, rng: Rng) -> bytes:
    begin, end = _span(content, rng)
    filled = (bytes(end - begin), b"\xff" * (end - begin), rng.bytes(end - begin))
    return content[:begin] + filled[rng.integers(3)] + content[end:]


def _insert_bytes(content: bytes, rng: Rng) -> bytes:
    place = rng.integers(len(content) + 1)
    return content[:place] + rng.bytes(int(rng.integers(1, 20))) + content[place:]


def _mark(content: bytes, rng: Rng) -> bytes:
    return MARKS[rng.integers(len(MARKS))] + content


def _span(content: bytes, rng: Rng) -> tuple[int, int]:
    begin = int(rng.integers(len(content) + 1))
    return begin, min(begin + int(rng.integers(1, 200)), len(content))


OF_BYTES: tuple[Change, ...] = (
    _flip_bits, _cut_short, _lose_a_part, _repeat_a_part, _overwrite_a_part, _insert_bytes, _mark,
)  # fmt: skip


# ---------------------------------------------------------------------------- of text


def _replace_a_cell(content: bytes, rng: Rng) -> bytes:
    rows, separator = _table(content)
    for _ in range(rng.integers(1, 4)):
        row = rows[rng.integers(len(rows))]
        row[rng.integers(len(row))] = CELLS[rng.integers(len(CELLS))]
    return _joined(rows, separator)


def _replace_a_column(content: bytes, rng: Rng) -> bytes:
    rows, separator = _table(content)
    place, cell = rng.integers(max(map(len, rows))), CELLS[rng.integers(len(CELLS))]
    for row in rows[rng.integers(2) :]:
        if place < len(row):
            row[place] = cell
    return _joined(rows, separator)


def _double_a_column(content: bytes, rng: Rng) -> bytes:
    rows, separator = _table(content)
    place = rng.integers(max(map(len, rows)))
    return _joined([row[: place + 1] + row[place:] for row in rows], separator)


def _swap_columns(content: bytes, rng: Rng) -> bytes:
    rows, separator = _table(content)
    one, other = rng.integers(min(map(len, rows)), size=2)
    for row in rows[rng.integers(2) :]:
        row[one], row[other] = row[other], row[one]
    return _joined(rows, separator)


def _lose_a_column(content: bytes, rng: Rng) -> bytes:
    rows, separator = _table(content)
    place = rng.integers(max(map(len, rows)))
    return _joined([row[:place] + row[place + 1 :] for row in rows], separator)


def _turn(content: bytes, rng: Rng) -> bytes:
    rows, separator = _table(content)
    width = min(map(len, rows))
    return _joined([list(column) for column in zip(*(row[:width] for row in rows))], separator)  # noqa: B905


def _lose_a_line(content: bytes, rng: Rng) -> bytes:
    lines = content.split(b"\n")
    del lines[rng.integers(len(lines))]
    return b"\n".join(lines)


def _double_a_line(content: bytes, rng: Rng) -> bytes:
    lines = content.split(b"\n")
    place = rng.integers(len(lines))
    return b"\n".join([*lines[:place], *[lines[place]] * rng.integers(2, 9), *lines[place:]])


def _shuffle_lines(content: bytes, rng: Rng) -> bytes:
    lines = content.split(b"\n")
    return b"\n".join([lines[i] for i in rng.permutation(len(lines))])


def _other_newlines(content: bytes, rng: Rng) -> bytes:
    return content.replace(b"\n", NEWLINES[rng.integers(len(NEWLINES))])


def _other_encoding(content: bytes, rng: Rng) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(ENCODINGS[rng.integers(len(ENCODINGS))], "replace")


def _other_separator(content: bytes, rng: Rng) -> bytes:
    _, separator = _table(content)
    return content.replace(separator, SEPARATORS[rng.integers(len(SEPARATORS))])


def _quote(content: bytes, rng: Rng) -> bytes:
    place = rng.integers(len(content) + 1)
    return content[:place] + b'"' * int(rng.integers(1, 4)) + content[place:]


def _table(content: bytes) -> tuple[list[list[bytes]], bytes]:
    separator = max((b"\t", b";", b","), key=content.count)
    return [line.split(separator) for line in content.split(b"\n")], separator


def _joined(rows: list[list[bytes]], separator: bytes) -> bytes:
    return b"\n".join(separator.join(row) for row in rows)


OF_TEXT: tuple[Change, ...] = (
    _replace_a_cell, _replace_a_cell, _replace_a_cell, _replace_a_column, _replace_a_column,
    _double_a_column, _swap_columns, _lose_a_column, _turn, _lose_a_line, _double_a_line,
    _shuffle_lines, _other_newlines, _other_encoding, _other_separator, _quote,
)  # fmt: skip
