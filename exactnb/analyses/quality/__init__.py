"""What is wrong with the records of accounts: numbers that are missing or invalid, and twins."""
