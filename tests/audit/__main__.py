"""`python -m tests.audit`: is anything that the lock holds known to be vulnerable? pip-audit asks OSV, online; nothing is known offline.

pip-audit's own default asks the package index, and where that is a mirror without advisories it audits nothing and exits with 0. OSV
answers or does not, and `--strict` fails where a single package was not looked at.
"""

import argparse
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parents[2] / "requirements.txt"
OSV = "https://api.osv.dev/v1/query"
MEND = (
    "Raise the bound of that package in pyproject.toml, `make lock`, `make test`. Where no version mends it and it does not concern us, "
    'say why in docs/security.md and go on without it: make audit ARGS="--ignore-vuln ID"'
)
NOBODY = (
    "Nothing was audited: {service} did not answer for every package ({why}).\nRun it where the network lets you out to that address (a "
    "proxy: HTTPS_PROXY; a mirror: --service URL), from the same commit: the lock is all that it reads."
)


def audit(lock: Path, service: str, more: list[str]) -> int:
    """0: everything was looked at, and nothing is known. 1: something is, and it was said. 69: not everything could be looked at."""
    command = [
        sys.executable, "-m", "pip_audit", "--strict", "--vulnerability-service", "osv", "--osv-url", service, "--progress-spinner", "off",
        "--no-deps", "--disable-pip", "-r", str(lock), *more,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    sys.stdout.write(done.stdout)
    if done.returncode and not done.stdout:
        sys.stderr.write(NOBODY.format(service=service, why=done.stderr.strip().rpartition("\n")[2]) + "\n")
        return 69
    sys.stderr.write(done.stderr + (MEND + "\n" if done.returncode else ""))
    return done.returncode


def main() -> int:
    """What the command line asks for; what is unknown here is pip-audit's."""
    said = argparse.ArgumentParser(prog="python -m tests.audit", description=__doc__.partition("\n")[0])
    said.add_argument("--service", default=OSV, help="where OSV, or a mirror of it, is asked; default: %(default)s")
    args, more = said.parse_known_args()
    return audit(LOCK, args.service, more)


if __name__ == "__main__":
    sys.exit(main())
