"""The collector: what trackers send over HTTP, into Kafka."""
