"""One outside system per file: Kafka and its topics, Redis, the embedded servers."""
