"""intentflow: scores behaviour while it happens and says which leads are qualified, with a receipt for every point."""

from importlib.metadata import version

from intentflow import compiled

__version__ = version("intentflow")
compiled.take()
