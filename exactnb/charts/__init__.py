"""Charts of results: each says its finding in its title, and reads in light and in dark."""
