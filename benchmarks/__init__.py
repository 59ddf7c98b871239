"""Speed and quality, measured; RESULTS.md is written by these programs."""
