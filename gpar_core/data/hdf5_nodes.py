"""Read only the contents of the HDF5 file itself, because its links can point to any file."""

import h5py

from gpar_core.errors import FileFormatError

GCTX = "a GCTX file"
NEEDED = "A GCTX file needs /0/DATA/0/matrix, /0/META/ROW/id and /0/META/COL/id."
"""Paths in a GCTX."""


def own_dataset(file: h5py.File, path: str, kind: str = GCTX, needed: str = NEEDED) -> h5py.Dataset:
    """The values at `path`, which must be stored in this file. Raises FileFormatError.

    kind, needed: what the file should be and contain, for the message.
    """
    node = own_node(file, path, kind, needed)
    if not isinstance(node, h5py.Dataset):
        raise FileFormatError(f"it is not {kind}: {path} contains no values. {needed}")
    if node.is_virtual or node.external:
        raise FileFormatError(
            f"{path} is stored in another file. Use {kind} that contains its own values."
        )
    return node


def own_node(
    file: h5py.File, path: str, kind: str = GCTX, needed: str = NEEDED
) -> h5py.Group | h5py.Dataset:
    """The node at `path`, without following links. Raises FileFormatError."""
    node = file
    for name in path.strip("/").split("/"):
        link = node.get(name, getlink=True) if isinstance(node, h5py.Group) else None
        if not isinstance(link, h5py.HardLink):
            raise FileFormatError(f"it is not {kind}: {path} is missing or is a link. {needed}")
        node = node[name]
    return node
