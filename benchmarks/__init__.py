"""Measures the provider against a bare Flask application: `python -m benchmarks`, or `make bench`."""
