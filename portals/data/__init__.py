"""Sample agreements, with real annuity arithmetic. The account API is the only reader."""
