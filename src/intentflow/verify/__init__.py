"""Verify: everything that the app has written, held against the slow reference, from the topics alone."""
