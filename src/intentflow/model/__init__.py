"""Scoring models as marketers write them: `load` reads one, `lint` finds what was not meant, `trial` tries it, `show` says what it means."""
