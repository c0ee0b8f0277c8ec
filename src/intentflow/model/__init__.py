"""Scoring models as marketers write them: `load` reads one, `lint` finds slips, `trial` runs its examples, `show` says what it means."""
