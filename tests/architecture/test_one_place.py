"""What is added in one place is found from there: factors, grants, brands' themes."""

import ast
from pathlib import Path

import pytest

from idp.brands.registry import read_brands
from idp.core.yaml_lines import load
from idp.factors import FACTORS
from idp.oidc.grants import GRANTS
from tests.architecture.source import ROOT, modules
from tests.builders import TestClock
from tests.drivers.provider import CLIENTS_FILE, a_provider

# What nobody can be asked for must not be told to clients either.
FACTORS_WITHOUT_A_PAGE: set[str] = set()


def classes_that_say(folder: str, *names: str) -> set[str]:
    """The classes in `folder` whose body gives every one of `names` a value."""
    found = set()
    for module in modules("idp"):
        for node in ast.walk(module.tree) if module.path.startswith(folder) else ():
            if isinstance(node, ast.ClassDef):
                said = {ast.unparse(t) for a in node.body if isinstance(a, ast.Assign) for t in a.targets}
                said |= {ast.unparse(a.target) for a in node.body if isinstance(a, ast.AnnAssign) if a.value is not None}
                if said >= set(names):
                    found.add(node.name)
    return found


def test_every_factor_is_in_its_table() -> None:
    offered = {factor.__name__ for factor in FACTORS}
    assert offered | FACTORS_WITHOUT_A_PAGE == classes_that_say("idp/factors/", "kind", "amr", "strength")
    assert not offered & FACTORS_WITHOUT_A_PAGE


def test_every_grant_is_in_its_table() -> None:
    assert {grant.__name__ for grant in GRANTS} == classes_that_say("idp/oidc/grants/", "GRANT_TYPE")


def test_every_fetch_goes_through_the_one_fetcher_of_the_house() -> None:
    """S3.11: another would not believe whom the operator named. `idp check` makes one and fetches nothing."""
    makers = {m.path for m in modules("idp") for n in ast.walk(m.tree) if isinstance(n, ast.Call) if _is_fetcher(n.func)}
    assert makers == {"idp/app/people.py", "idp/cli/check.py"}


def _is_fetcher(called: ast.expr) -> bool:
    return ast.unparse(called).rpartition(".")[2] == "Fetcher"


def test_discovery_reads_the_table_of_grants(tmp_path: Path) -> None:
    with a_provider(tmp_path, TestClock()) as provider:
        document = provider.app.test_client().get("/.well-known/openid-configuration", base_url=provider.issuer).get_json()
    assert set(document["grant_types_supported"]) == {grant.GRANT_TYPE for grant in GRANTS}


@pytest.mark.parametrize("brand", [brand.theme for brand in read_brands(load(CLIENTS_FILE)).values()])
def test_every_brand_has_its_theme(brand: str) -> None:
    folder = ROOT / "idp" / "static" / "brands" / brand
    assert {path.name for path in folder.iterdir()} >= {"theme.css", "logo.svg"}
