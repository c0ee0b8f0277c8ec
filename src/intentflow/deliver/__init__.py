"""Connectors out: qualification changes to webhooks and CRMs, at least once, in the order of each lead. `docs/delivery.md`."""
