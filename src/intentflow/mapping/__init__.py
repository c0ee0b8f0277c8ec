"""Mappings: YAML files that say what the rows of somebody's table are to us."""
