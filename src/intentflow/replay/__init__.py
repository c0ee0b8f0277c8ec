"""Replay: files through the same core, in this process or through Kafka, with the same changes at the end."""
