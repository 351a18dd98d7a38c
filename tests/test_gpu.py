"""The choice of a device, with TensorFlow's list of GPUs replaced."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import tensorflow as tf

from gpar_core import gpu


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    before = tf.config.experimental.tensor_float_32_execution_enabled()
    gpu.device.cache_clear()
    yield
    gpu.device.cache_clear()
    tf.config.experimental.enable_tensor_float_32_execution(before)


def _driver(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    path.touch()
    monkeypatch.setattr(gpu, "DRIVERS", (path.with_name("absent"), path))


def test_without_a_driver_tensorflow_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "DRIVERS", (tmp_path / "absent",))
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda _: pytest.fail("was asked"))
    assert gpu.device() is None


def test_a_driver_without_a_gpu_is_not_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _driver(monkeypatch, tmp_path / "driver")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda _: [])
    assert gpu.device() is None


def test_a_gpu_in_use_is_used_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_late(each: str, enable: bool) -> None:
        raise RuntimeError("Physical devices cannot be modified after being initialized")

    _driver(monkeypatch, tmp_path / "driver")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda _: ["a"])
    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", too_late)
    assert gpu.device() == "/GPU:0"


def test_a_gpu_shares_its_memory_and_computes_in_float32(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _driver(monkeypatch, tmp_path / "driver")
    grows = {}
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda _: ["a", "b"])
    monkeypatch.setattr(
        tf.config.experimental,
        "set_memory_growth",
        lambda each, enable: grows.update({each: enable}),
    )
    tf.config.experimental.enable_tensor_float_32_execution(True)
    assert gpu.device() == "/GPU:0"
    assert grows == {"a": True, "b": True}
    assert not tf.config.experimental.tensor_float_32_execution_enabled()
