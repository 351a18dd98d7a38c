"""The GPU that computations use, where there is one."""

from contextlib import suppress
from functools import cache
from pathlib import Path

MANY = 30_000
"""Fewer signatures take less time without a GPU than TensorFlow takes to start."""

DRIVERS = (Path("/dev/nvidiactl"), Path("/dev/dxg"))
"""One of these is there where a driver is: NVIDIA's on Linux, or that of Windows within WSL 2.
TensorFlow would need seconds and 0.3 GB to say that there is none."""


@cache
def device() -> str | None:
    """TensorFlow's name of the GPU; None without one.

    The GPU's memory is taken as needed, since other processes use it too, unless this process used
    TensorFlow before the first call. Its products have the precision of float32, not of
    TensorFloat-32.
    """
    if not any(driver.exists() for driver in DRIVERS):
        return None
    import tensorflow as tf  # noqa: PLC0415 -- only where there is a driver

    gpus = tf.config.list_physical_devices("GPU")
    with suppress(RuntimeError):  # raised where the GPU was in use before
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, enable=True)
    tf.config.experimental.enable_tensor_float_32_execution(False)
    return "/GPU:0" if gpus else None
