"""The edge: files, frames, mail and vendors are turned into leadflow's records and back."""

__all__: list[str] = []
