"""Fetching MNIST with torchvision: its mirrors, its checksums, its progress bar.

What torchvision lacks is added around it: a machine without a network is told so in seconds, and a
download that is interrupted leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from gan_utils.data.files import KnownFile, verify_contents, verify_sizes

PATIENCE = 8.0  # seconds without an answer, or without a byte, until the network counts as absent
# What urllib raises when a network is absent, broken or rewritten by a proxy.
NETWORK_ERRORS = (OSError, http.client.HTTPException, ValueError)


class DownloadError(RuntimeError):
    """Nothing was fetched; the message is the reason, in a few words."""


def download_mnist(raw: Path, files: Sequence[KnownFile]) -> None:
    """Fetch MNIST's four files, unpacked and verified, into the folder `raw`: all or nothing.

    Raises DownloadError if no mirror answers within PATIENCE seconds, `raw` cannot be written, or
    what arrives is not MNIST. Another interruption (Ctrl-C) is passed on, with nothing left behind.
    """
    from torchvision.datasets import MNIST  # here: most readers never download

    mirrors = _answering(MNIST.mirrors, MNIST.resources[0][0])
    try:
        raw.parent.mkdir(parents=True, exist_ok=True)
        # Beside its destination, hence on the same disk: the last step is a mere renaming.
        workplace = tempfile.TemporaryDirectory(prefix=".download-", dir=raw.parent)
    except OSError as error:
        reason = error.strerror or error
        raise DownloadError(f"the folder {raw.parent} cannot be written ({reason})") from error
    with workplace as name:
        arrived = Path(name) / "raw"
        print(f"Downloading MNIST, 11 MB, to {raw}", flush=True)
        try:
            _fetch(arrived, MNIST.resources, mirrors)
            verify_sizes(arrived, files, remedy="")
            verify_contents(arrived, files, remedy="")
            _move(arrived, raw, files)
        except (*NETWORK_ERRORS, RuntimeError) as error:  # DataError is a RuntimeError too
            raise DownloadError(f"the download failed ({error})") from error


def _fetch(folder: Path, resources: Sequence[tuple[str, str]], mirrors: Sequence[str]) -> None:
    """Let torchvision fetch, check and unpack each file from the first mirror that has it."""
    from torchvision.datasets.utils import download_and_extract_archive

    with _impatient_sockets(), contextlib.redirect_stderr(sys.stdout):  # its bar is no error
        for filename, md5 in resources:
            for mirror in mirrors:
                try:
                    download_and_extract_archive(
                        mirror + filename,
                        str(folder),
                        filename=filename,
                        md5=md5,
                        remove_finished=True,
                    )
                    break
                except (*NETWORK_ERRORS, RuntimeError):
                    if mirror == mirrors[-1]:
                        raise


def _answering(mirrors: Sequence[str], filename: str) -> list[str]:
    """The mirrors that answer within PATIENCE seconds, in their order; DownloadError if none does.

    Asked all at once and from threads, because a socket's timeout does not bound the look-up of a
    name, nor a host with many addresses that swallow every packet.
    """
    answers: dict[str, str] = {}  # of each mirror that answered: "" or what was wrong

    def ask(mirror: str) -> None:
        try:
            urllib.request.urlopen(mirror + filename, timeout=PATIENCE).close()
            answers[mirror] = ""
        except urllib.error.HTTPError as error:  # an answer too, with a connection to close
            error.close()
            answers[mirror] = str(error)
        except NETWORK_ERRORS as error:
            answers[mirror] = str(getattr(error, "reason", error))

    threads = [threading.Thread(target=ask, args=[mirror], daemon=True) for mirror in mirrors]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + PATIENCE
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    answering = [mirror for mirror in mirrors if answers.get(mirror) == ""]
    if not answering:
        reasons = "; ".join(sorted(set(answers.values())))
        reasons = reasons or f"silence for {PATIENCE:.0f} seconds"
        raise DownloadError(f"no mirror of MNIST can be reached ({reasons})")
    return answering


@contextlib.contextmanager
def _impatient_sockets() -> Iterator[None]:
    """Sockets opened in here give up after PATIENCE seconds of silence; torchvision's never do."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _move(arrived: Path, raw: Path, files: Sequence[KnownFile]) -> None:
    """Put the files into place: the whole folder in one step where there is none yet."""
    try:
        arrived.rename(raw)
    except OSError:  # `raw` exists, with other files in it or from a download at the same time
        for file in files:
            (arrived / file.name).replace(raw / file.name)
