"""Names and addresses on a page that somebody else may look at: enough to know one's own, too little to learn another's."""

HIDDEN = "•••"


def masked(name: str) -> str:
    """`ana` as `a•••`, `ana@example.test` as `a•••@example.test`."""
    local, at, domain = name.partition("@")
    return f"{local[:1]}{HIDDEN}{at}{domain}"
