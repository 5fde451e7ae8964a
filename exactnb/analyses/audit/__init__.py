"""What an auditor asks of a ledger: is it complete, and which bookings deserve a look.

Each test says what it looked at, by which parameters, and why it found what it found, so that
its result can go into the file as it is.
"""
