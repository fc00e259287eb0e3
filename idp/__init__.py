"""A standalone OpenID Connect identity provider for the brands of a finance group."""
