"""A miniature MNIST of six and four pictures in the real format: as files and on a mirror."""

import contextlib
import gzip
import hashlib
import http.server
import struct
import threading
import urllib.error
import urllib.request
from functools import partial

import numpy as np
import pytest

from gan_utils.data import mnist
from gan_utils.data.files import KnownFile

REAL_URLOPEN = urllib.request.urlopen


@pytest.fixture
def miniature():
    """The bytes of the four files, by name."""
    random = np.random.default_rng(0)
    files = {}
    for (images, labels), n in ((mnist.TRAIN, 6), (mnist.TEST, 4)):
        pixels = random.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        files[images.name] = struct.pack(">4I", 2051, n, 28, 28) + pixels.tobytes()
        files[labels.name] = struct.pack(">2I", 2049, n) + bytes(range(n))
    return files


@pytest.fixture
def root(monkeypatch, tmp_path, miniature):
    """An empty data folder for a miniature MNIST, and no network."""
    for which in ("TRAIN", "TEST"):
        known = [
            KnownFile(file.name, len(data), hashlib.sha256(data).hexdigest())
            for file in getattr(mnist, which)
            for data in [miniature[file.name]]
        ]
        monkeypatch.setattr(mnist, which, tuple(known))
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("GAN_DATA", str(folder))

    def no_network(*_args, **_kwargs):
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(urllib.request, "urlopen", no_network)
    return folder


@pytest.fixture
def raw(root, miniature):
    """The folder of the four files, which are there."""
    folder = root / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for name, data in miniature.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def mirror(root, monkeypatch, tmp_path, miniature):
    """A mirror on this machine that serves the folder it returns, packed as the real ones do."""
    import torchvision  # slow, and most tests of this room do without

    served = tmp_path / "served"
    served.mkdir()
    resources = []
    for name, data in miniature.items():
        packed = gzip.compress(data)
        (served / f"{name}.gz").write_bytes(packed)
        resources.append((f"{name}.gz", hashlib.md5(packed, usedforsecurity=False).hexdigest()))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_args):
            pass

        def copyfile(self, source, outputfile):
            with contextlib.suppress(OSError):  # a client may ask whether it is there, and leave
                super().copyfile(source, outputfile)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=served))
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(urllib.request, "urlopen", REAL_URLOPEN)
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [url + "nothing/here/", url])
    monkeypatch.setattr(torchvision.datasets.MNIST, "resources", resources)
    yield served
    server.shutdown()
    server.server_close()


@pytest.fixture
def said(capfd):
    """What was printed so far, without the frame and the line breaks it puts into sentences."""
    return lambda: " ".join(line.strip("| ") for line in capfd.readouterr().out.splitlines())


@pytest.fixture
def contents(root):
    """All that lies in the data folder now."""
    return lambda: sorted(str(path.relative_to(root)) for path in root.rglob("*"))
