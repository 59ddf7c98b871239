"""Speed and quality, measured; RESULTS.md is written by these programs."""

import gan_utils  # noqa: F401 - before torch: it says how torch's threads wait
