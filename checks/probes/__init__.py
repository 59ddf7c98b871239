"""Probes put a case to an answer and return plain arrays. They know no right answer."""
