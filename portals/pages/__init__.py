"""The pages of the portal. What they show of a customer's account comes over HTTP from the account API."""
