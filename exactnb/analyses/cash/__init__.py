"""What is in the bank, and what will be."""
