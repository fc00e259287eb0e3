"""The document of the admin API: it describes every address, and nothing besides."""

import re

from idp.web.direct import Direct
from tests.drivers.admin_api import BASE, described
from tests.drivers.provider import Provider


def test_every_address_is_in_it(provider: Provider) -> None:
    """OpenAPI 3.1, 4.8.8: each path and method that is answered, and no other."""
    direct: Direct = provider.app.extensions["idp.direct"]
    mounted = {
        (route.path.removeprefix(BASE), method)
        for route in direct
        for method in route.methods
        if route.path.startswith(BASE) and not route.path.endswith("openapi.json")
    }
    document = described(provider)
    told = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    assert told == mounted
    assert document["openapi"].startswith("3.1.")
    assert document["servers"] == [{"url": provider.issuer + BASE}]


def test_it_holds_together(provider: Provider) -> None:
    """OpenAPI 3.1, 4.8.23, 4.8.12.1: references lead somewhere; names in a path are described; scopes are known."""
    document = described(provider)
    references = set(re.findall(r"'#/components/schemas/(\w+)'", str(document)))
    assert references <= document["components"]["schemas"].keys()
    assert references == document["components"]["schemas"].keys()
    flows = document["components"]["securitySchemes"]["oauth"]["flows"]
    operations = [(path, one) for path, methods in document["paths"].items() for one in methods.values()]
    for path, one in operations:
        assert re.findall(r"{(\w+)}", path) == [p["name"] for p in one["parameters"] if p["in"] == "path"]
        assert {scope for way in one["security"] for scope in way["oauth"]} <= flows["clientCredentials"]["scopes"].keys()
        assert {"400", "401", "403"} <= one["responses"].keys()
    names = [one["operationId"] for _, one in operations]
    assert len(names) == len(set(names))
