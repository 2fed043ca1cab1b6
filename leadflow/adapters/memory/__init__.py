"""A store in memory."""

from leadflow.adapters.memory.store import MemoryStore

__all__ = ["MemoryStore"]
