"""The batch lane: Faust's app, agents and group, with delivery, commit, recovery and seek of our own.

Faust is imported by `delivery`, `rebalance`, `table` and `app` alone; the rest runs without it.
"""
