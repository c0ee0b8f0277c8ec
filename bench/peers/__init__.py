"""`make bench-peers`: intentflow beside what one would take instead, over the same bytes. README.md says what the job is."""
