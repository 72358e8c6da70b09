"""Counting how often views are shown, places opened and phones touched, by channel: sums of a day, no person."""
