"""The Python arms, each as its framework's manual would have it. Each runs in a virtual environment of its own."""
