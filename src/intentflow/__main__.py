"""`python -m intentflow`: the same as the command `intentflow`."""

from intentflow.cli.main import main

if __name__ == "__main__":
    main()
