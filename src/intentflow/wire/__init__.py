"""Bytes and values: our JSON, file formats, the changelog, what is published, and what is refused."""
