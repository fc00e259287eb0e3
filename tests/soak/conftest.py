"""The stacks of the fault stories, loaded."""

from tests.faults.conftest import stack

__all__ = ["stack"]
