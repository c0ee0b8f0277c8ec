"""The Faust apps, thin: `faust -A streams.scoring worker`."""
