"""The relying party: signing in at the provider, the local session, signing out."""
