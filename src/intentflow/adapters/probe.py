"""Whether an address answers well, for the health checks of containers, whose image has no curl: python -m intentflow.adapters.probe URL"""

import sys
import urllib.error
import urllib.request

SECONDS = 4.0


def answers(url: str) -> str:
    """Empty if the address answers 2xx within SECONDS; else what it says, or why it does not."""
    if not url.startswith(("http://", "https://")):
        return f"{url} is no address: http://HOST:PORT/PATH is wanted"
    try:
        with urllib.request.urlopen(url, timeout=SECONDS):  # noqa: S310 - looked at above
            return ""
    except urllib.error.HTTPError as error:
        return f"{error.code}: {error.read(2000).decode(errors='replace').strip()}"
    except OSError as error:
        return str(error)


if __name__ == "__main__":
    wrong = answers(sys.argv[1] if len(sys.argv) > 1 else "")
    sys.exit(wrong or 0)
