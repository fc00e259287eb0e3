"""`idp subject import`: people who come from another system (docs/import.md)."""
