"""Sharing what was found: a notebook as one file that opens anywhere, frames as a workbook."""

from exactnb.reports.report import Report, report

__all__ = ["Report", "report"]
