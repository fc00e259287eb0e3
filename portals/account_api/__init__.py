"""The brand's account API: a resource server that trusts nothing but access tokens issued for it."""
