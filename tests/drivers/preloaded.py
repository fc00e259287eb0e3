"""What the server of forks has in it before the first: never looked through again, so that its pages stay shared."""

import gc

import redis

import idp.cli

__all__ = ["idp", "redis"]

gc.collect()
gc.freeze()
