"""Revenue: from whom, of what, where and when; how concentrated; with what margin."""
