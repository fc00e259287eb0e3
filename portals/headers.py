"""Response headers of every page."""

from flask import Flask, Response, request

from portals.settings import PortalSettings

TWO_YEARS = 63_072_000
ONE_YEAR = 31_536_000


def install_headers(app: Flask, settings: PortalSettings) -> None:
    """Add the security headers to every response of `app`."""
    # Chromium applies form-action to the redirects after a form too, so signing out needs the issuer's origin.
    policy = "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "img-src 'self'",
            f"form-action 'self' {settings.issuer_origin}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = policy
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if settings.secure:
            headers["Strict-Transport-Security"] = f"max-age={TWO_YEARS}; includeSubDomains"
        if request.endpoint == "static":
            # The address carries the content's digest; without it nothing is promised.
            headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable" if "v" in request.args else "no-cache"
        else:
            headers["Cache-Control"] = "no-store"
        return response
