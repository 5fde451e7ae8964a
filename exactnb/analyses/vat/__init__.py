"""The Dutch VAT return and what may be wrong with it."""
