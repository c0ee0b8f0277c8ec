"""Every error that we raise on purpose.

    IntentflowError                 exit code 70: we don't know better; the process stops
    ├── RejectedError               exit code 1: they did wrong; what was given to us is refused
    └── ConfigError                 exit code 2: we are set up wrong; the message says what to change
        └── ServerMissingError      exit code 69: a server that we need is not there

A message says what is wrong, where, and what to do. A bad record is not an error: it is a `Rejection`, a value.
"""


class IntentflowError(Exception):
    """The root. The command line prints the message and exits with `exit_code`."""

    exit_code = 70


class RejectedError(IntentflowError):
    """They did wrong: a file, a request or an argument cannot be taken as it is."""

    exit_code = 1


class ConfigError(IntentflowError):
    """We are set up wrong: a setting, a folder, a topic or a program is not what we need."""

    exit_code = 2


class ServerMissingError(ConfigError):
    """A server is not there, or did not answer within its bound."""

    exit_code = 69
