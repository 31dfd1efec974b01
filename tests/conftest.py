"""What all tests share: the two implementations as fixtures, what a run selects, a line that says what is in use, TLS.

What belongs here: how a test gets at an implementation, or at a certificate, and what holds for every run. A test that
takes `buffers` or `resp` runs once for each; `FRAMEWIRE_PURE=1` leaves only the plain one, and under
`FRAMEWIRE_NATIVE=1` (in CI) a missing one is an error.
"""

from __future__ import annotations

import gc
import os
import signal
import ssl
import subprocess
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from tests.properties import register_profiles

HERE = Path(__file__).parent
THOROUGH = {"against", "hostile", "leaks"}  # folders whose tests are `thorough`, all of them

register_profiles()

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # so a shell starts what runs in the background; programs that
    signal.signal(signal.SIGINT, signal.default_int_handler)  # tests start, and end by Ctrl-C, would inherit it


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Folders that are left out as a whole need not be imported."""
    return True if collection_path.name in THOROUGH and "not thorough" in config.option.markexpr else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and THOROUGH & set(item.path.relative_to(HERE).parts):
            item.add_marker("thorough")


def pytest_collection_finish() -> None:
    """Thousands of tests are objects that stay: a test that collects garbage need not look through them."""
    gc.collect()
    gc.freeze()


def _set(name: str) -> bool:
    return os.environ.get(name, "") not in ("", "0")


IMPLEMENTATIONS = ["pure"] if _set("FRAMEWIRE_PURE") else ["pure", "native"]


def _twin(implementation: str, module: str) -> ModuleType:
    """`framewire._pure.<module>` or `framewire._native.<module>`; skips where the latter is not to be had."""
    if implementation == "pure":
        return import_module(f"framewire._pure.{module}")
    if _set("FRAMEWIRE_PURE"):
        pytest.skip("FRAMEWIRE_PURE=1: only the plain implementation")
    try:
        return import_module(f"framewire._native.{module}")
    except ModuleNotFoundError as error:
        if _set("FRAMEWIRE_NATIVE"):
            raise
        pytest.skip(f"not built: {error}")


@pytest.fixture(scope="session", params=IMPLEMENTATIONS)
def buffers(request: pytest.FixtureRequest) -> ModuleType:
    """The module with `Bytes`, `BytesMut`, `Cursor`: each implementation in turn."""
    return _twin(request.param, "buffer")


@pytest.fixture(scope="session")
def native_buffers() -> ModuleType:
    """The compiled buffers alone, for tests that compare them with the plain ones."""
    return _twin("native", "buffer")


@pytest.fixture(scope="session", params=IMPLEMENTATIONS)
def resp(request: pytest.FixtureRequest) -> ModuleType:
    """The module with `RespDecoder`, `FrameScanner` and the encoders: each implementation in turn."""
    return _twin(request.param, "resp")


@pytest.fixture(scope="session")
def bytes_mut(resp: ModuleType) -> type:
    """The `BytesMut` that the decoder and encoders of `resp` work on."""
    cls: type = import_module(resp.__name__.replace(".resp", ".buffer")).BytesMut
    return cls


def pytest_report_header() -> str:
    try:
        implementation = import_module("framewire._impl").implementation
    except ImportError as error:
        implementation = f"not importable: {error}"
    return f"framewire: {implementation} (FRAMEWIRE_PURE={os.environ.get('FRAMEWIRE_PURE', '')!r})"


@pytest.fixture(scope="session")
def _key_and_certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Made on the spot, for `localhost`."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = str(folder / "key.pem"), str(folder / "cert.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
               "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return key, certificate


@pytest.fixture(scope="session")
def certificate(_key_and_certificate: tuple[str, str]) -> str:
    """The file of the certificate that `tls` uses."""
    return _key_and_certificate[1]


@pytest.fixture(scope="session")
def tls(_key_and_certificate: tuple[str, str]) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's context for it."""
    key, certificate = _key_and_certificate
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=certificate)
