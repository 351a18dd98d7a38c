"""Reading what strangers upload: in a child process, within limits of memory and time.

`uploads.py` says which kinds of upload there are, `limited.py` starts the child and watches it,
`python -m gpar_core.reading` is the child. What it read comes back as JSON, `.npy` and Parquet.
"""
