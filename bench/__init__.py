"""The benchmark: what a worker does in a second, beside a bare consumer and stock Faust, on one broker and one input."""
