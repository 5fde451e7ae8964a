"""Exact Online's manners: its entities, code lists and OData."""
