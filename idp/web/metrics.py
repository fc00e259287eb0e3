"""`/metrics` in the text format of Prometheus (version 0.0.4), for those alone who may look at it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from idp.core.meter import REST, SUM, Meter
from idp.core.meter_file import Name
from idp.core.metrics import FAMILIES, Family, Sample
from idp.web.call import Answer, Call, json_answer
from idp.web.direct import DirectRoute
from idp.web.routes import Guard

TEXT = "text/plain; version=0.0.4; charset=utf-8"
# Ways to say for whom one speaks, beside X-Forwarded-For, which is looked at: who uses them is not the scraper.
RELAYED = ("FORWARDED", "X_REAL_IP", "VIA")
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", '"': '\\"'})


class Watchers:
    """Who may look: this host, and the networks that an operator named (IDP_METRICS_ALLOW)."""

    def __init__(self, networks: tuple[str, ...]) -> None:
        self._networks = tuple(ip_network(network, strict=False) for network in networks)

    def may_look(self, call: Call) -> bool:
        """Whether the peer, and everybody it says it speaks for, may. So a proxy on this host opens nothing to strangers,
        whether it is trusted or not, and who forges the header only adds somebody who must be allowed too."""
        said = call.header("X_FORWARDED_FOR")
        hops = [] if said is None else said.split(",")
        if any(call.header(name) is not None for name in RELAYED):
            return False
        return all(self._allows(address.strip()) for address in (str(call.environ.get("REMOTE_ADDR", "")), *hops))

    def _allows(self, text: str) -> bool:
        try:
            parsed = ip_address(text)
        except ValueError:
            return False
        # A server that listens for both families sees IPv4 peers inside IPv6.
        address = (isinstance(parsed, IPv6Address) and parsed.ipv4_mapped) or parsed
        return address.is_loopback or any(address in network for network in self._networks)


@dataclass(frozen=True, slots=True)
class Metrics:
    """`state` reads what is not counted but stands in the stores; it leaves out what a store that is away would tell."""

    meter: Meter
    watchers: Watchers
    state: Callable[[], Iterable[Sample]]

    def routes(self) -> tuple[DirectRoute, ...]:
        """Its address. It answers under any Host, as scrapers use bare addresses."""
        return (DirectRoute("/metrics", self.show, ("GET",), Guard.HEALTH),)

    def show(self, call: Call) -> Answer:
        """Every family, or 404 for whoever may not look."""
        if not self.watchers.may_look(call):
            return json_answer({"error": "not_found"}, 404)
        text = "\n".join(exposition(self.meter.sums(), self.state()))
        return Answer(f"{text}\n".encode(), TEXT)


def exposition(sums: dict[Name, float], state: Iterable[Sample]) -> Iterator[str]:
    """The lines of every family that has values, in the order in which families are declared."""
    values: dict[str, dict[Name, float]] = defaultdict(dict)
    for name, value in sums.items():
        values[name[0]][name[1:]] = value
    for sample in state:
        values[sample.family.name][sample.labels] = sample.value
    for family in FAMILIES:
        if found := values.get(family.name):
            yield f"# HELP {family.name} {family.about}"
            yield f"# TYPE {family.name} {family.kind}"
            yield from _histogram(family, found) if family.kind == "histogram" else _plain(family, found)


def _plain(family: Family, found: dict[Name, float]) -> Iterator[str]:
    for labels, value in sorted(found.items()):
        yield f"{family.name}{_labels(family.labels, labels)} {_number(value)}"


def _histogram(family: Family, found: dict[Name, float]) -> Iterator[str]:
    names = (*family.labels, "le")
    for labels in sorted({name[:-1] for name in found}):
        total = 0.0
        for bound in (*map(str, family.buckets), REST):
            total += found.get((*labels, bound), 0.0)
            yield f"{family.name}_bucket{_labels(names, (*labels, bound))} {_number(total)}"
        yield f"{family.name}_sum{_labels(family.labels, labels)} {_number(found.get((*labels, SUM), 0.0))}"
        yield f"{family.name}_count{_labels(family.labels, labels)} {_number(total)}"


def _labels(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    pairs = ",".join(f'{name}="{value.translate(_ESCAPED)}"' for name, value in zip(names, values, strict=True))
    return f"{{{pairs}}}" if pairs else ""


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
