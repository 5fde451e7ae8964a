"""Sharing what was found: a notebook as one file that opens anywhere, frames as a workbook."""
