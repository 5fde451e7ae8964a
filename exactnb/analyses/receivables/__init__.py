"""Receivables and payables: who owes what, for how long, and how well they pay.

What belongs together is matched in one place, :mod:`exactnb.ledger.matching`; everything here is
worked out from the lines on the control accounts: GL accounts of type 20 and 22.
"""
