"""Read untrusted uploads in a child process, within limits of memory and time.

`uploads.py` defines the kinds of upload, `limited.py` starts and watches the child, `python -m
gpar_core.reading` is the child. The content is returned as JSON, `.npy` and Parquet.
"""
