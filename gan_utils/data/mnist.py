"""MNIST from the data folder, else downloaded, else digits drawn from fonts and a clear notice."""

from __future__ import annotations

from pathlib import Path

from gan_utils.data.arguments import whole_number
from gan_utils.data.digits import rendered_digits
from gan_utils.data.download import DownloadError, download_mnist
from gan_utils.data.files import (
    DataError,
    KnownFile,
    data_root,
    verify_contents,
    verify_sizes,
)
from gan_utils.data.images import ImageSet
from gan_utils.data.notice import show_notice

__all__ = ["DataError", "data_root", "load_mnist"]

# Images and labels, unpacked, of LeCun, Cortes and Burges 1998.
TRAIN = (
    KnownFile(
        "train-images-idx3-ubyte",
        47_040_016,
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    KnownFile(
        "train-labels-idx1-ubyte",
        60_008,
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
)
TEST = (
    KnownFile(
        "t10k-images-idx3-ubyte",
        7_840_016,
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    KnownFile(
        "t10k-labels-idx1-ubyte",
        10_008,
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)


def load_mnist(
    train: bool = True,
    root: str | Path | None = None,
    download: bool = True,
    limit: int | None = None,
) -> ImageSet:
    """MNIST on the CPU: images uint8 (N, 1, 28, 28), labels int64 (N,), N = 60,000 or 10,000.

    train     the training set, else the test set
    root      the data folder, which holds MNIST/raw; default as data_root says
    download  fetch what is not there
    limit     the first so many images only

    Where no MNIST is and none can be fetched (no network, a read-only folder, download=False), the
    set holds rendered digits instead: `rendered` is True, and a notice says why and what to do.

    Raises DataError if files are there but one is missing, truncated, altered or unreadable, or if
    the root is no folder; ValueError if the limit is not a whole number of at least 1.
    """
    if limit is not None:
        limit = whole_number("The limit", limit)
    folder = data_root(root)
    raw = folder / "MNIST" / "raw"
    if not _any_there(raw):
        reason = "downloading is switched off (download=False)"
        if download:
            try:
                download_mnist(raw, TRAIN + TEST)
            except DownloadError as error:
                reason = str(error)
        if not _any_there(raw):
            where = f"there is no MNIST in {folder}"
            if not folder.exists():
                where = f"the data folder {folder} does not exist"
            return _stand_in(train, limit, raw, f"{where}, and {reason}")
    return _read(raw, train, limit)


def _any_there(raw: Path) -> bool:
    return any((raw / file.name).exists() for file in TRAIN + TEST)


def _read(raw: Path, train: bool, limit: int | None) -> ImageSet:
    """The set from verified files."""
    images_file, labels_file = files = TRAIN if train else TEST
    remedy = (
        f"Delete the folder {raw}, and it will be downloaded anew; or put a good copy of the file "
        "there."
    )
    verify_sizes(raw, TRAIN + TEST, remedy)
    verify_contents(raw, files, remedy)

    from torchvision.datasets.mnist import read_image_file, read_label_file  # slow to import

    images = read_image_file(str(raw / images_file.name))[:limit, None]
    labels = read_label_file(str(raw / labels_file.name))[:limit]
    if limit is not None:  # a view would keep the whole file in memory
        images, labels = images.clone(), labels.clone()
    return ImageSet(images, labels, name="MNIST")


def _stand_in(train: bool, limit: int | None, raw: Path, reason: str) -> ImageSet:
    """Rendered digits in MNIST's place, and the notice that says so."""
    size = 60_000 if train else 10_000
    n = size if limit is None else min(limit, size)
    names = ", ".join(file.name for file in TRAIN + TEST)
    show_notice(
        "These are not the real MNIST digits",
        [
            f"Why: {reason}.",
            f"What you have instead: {n:,} digits drawn from fonts, of the same shape and type. "
            "Everything works as it does with MNIST; pictures and numbers will differ a little.",
            "To get the real ones: run this again with a network and a data folder that can be "
            "written; or set GAN_DATA to a folder that holds MNIST/raw; or put these four files, "
            f"unpacked, into {raw}: {names}.",
        ],
    )
    return rendered_digits(n, seed=0 if train else 1)
