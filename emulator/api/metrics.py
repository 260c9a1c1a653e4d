"""Metrics for Prometheus: read from what is counted anyway, when somebody scrapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from emulator import __version__
from emulator.api.figures import Figures
from emulator.api.lag import LAG_BOUNDS, LoopLag
from emulator.model.calls import CallState
from emulator.model.tally import QUEUE_BOUNDS
from emulator.operations.administration import Administration
from emulator.rules import Phase
from sip.transaction.layer import TransactionLayer
from sip.transport.traffic import Traffic

__all__ = ["render_metrics"]


def render_metrics(administration: Administration, figures: Figures, lag: LoopLag) -> bytes:
    """Every metric in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    registry.register(_Collected(administration, figures, lag))
    return generate_latest(registry)


class _Collected:
    """Turns the counts of one deployment into metrics."""

    def __init__(self, administration: Administration, figures: Figures, lag: LoopLag) -> None:
        self._administration = administration
        self._site = administration.site
        self._figures = figures
        self._lag = lag

    def collect(self) -> Iterable[Metric]:
        """Give every metric (for the registry)."""
        yield from self._state()
        yield from self._calls()
        yield from self._messages()
        yield from self._transactions()
        yield self._queue_times()
        yield from self._loop()

    def _state(self) -> Iterator[Metric]:
        entry = self._site.entry
        info = GaugeMetricFamily("rgs_info", "The emulator's version.", labels=["version"])
        info.add_metric([__version__], 1)
        yield info
        phase = GaugeMetricFamily("rgs_phase", "1 for the phase in force.", labels=["phase"])
        for each in Phase:
            phase.add_metric([each], 1 if each is entry.phase else 0)
        yield phase
        yield GaugeMetricFamily("rgs_epoch", "Grows with every phase.", value=entry.epoch)

    def _calls(self) -> Iterator[Metric]:
        tally, counted = self._site.tally, self._figures.calls
        live = GaugeMetricFamily("rgs_calls", "Live calls.", labels=["state", "group"])
        placed = CounterMetricFamily("rgs_calls", "New calls.", labels=["group"])
        ended = CounterMetricFamily("rgs_calls_ended", "Ended calls.", labels=["group", "by"])
        verdicts = CounterMetricFamily(
            "rgs_verdicts", "How often a cell of the rules was applied.", labels=["cell"]
        )
        for group in dict.fromkeys((*self._site.groups, *(name for _, name in counted))):
            for state in (CallState.PENDING, CallState.CONNECTED):
                live.add_metric([state, group], counted[state, group])
        for group, count in tally.placed.items():
            placed.add_metric([group], count)
        for (group, by), count in tally.ended.items():
            ended.add_metric([group, by], count)
        for cell, count in tally.verdicts.items():
            verdicts.add_metric([cell], count)
        yield from (live, placed, ended, verdicts)
        yield CounterMetricFamily(
            "rgs_records_lost",
            "Ended calls that never get a record.",
            value=self._administration.recorder.lost,
        )

    def _messages(self) -> Iterator[Metric]:
        messages = CounterMetricFamily(
            "rgs_sip_messages",
            "SIP messages: requests by method, responses as RESPONSE.",
            labels=["listener", "transport", "direction", "method"],
        )
        responses = CounterMetricFamily(
            "rgs_sip_responses",
            "SIP responses by status.",
            labels=["listener", "transport", "direction", "status"],
        )
        sent = CounterMetricFamily(
            "rgs_sip_sent",
            "What was handed to the network: messages of every kind, repetitions included.",
            labels=["listener", "transport"],
        )
        discarded = CounterMetricFamily(
            "rgs_sip_discarded",
            "What was thrown away, by reason.",
            labels=["listener", "transport", "reason"],
        )
        faults = CounterMetricFamily(
            "rgs_sip_faults", "Requests that the stack refused.", labels=["listener", "status"]
        )
        connections = GaugeMetricFamily(
            "rgs_sip_connections", "Connections that stand.", labels=["listener", "transport"]
        )
        for listener in self._administration.deployment.listeners:
            endpoint, name = listener.endpoint, listener.name
            for transport, traffic in (
                ("udp", endpoint.udp.traffic),
                ("tcp", endpoint.tcp.traffic),
            ):
                _add_received(messages, responses, [name, transport], traffic)
                sent.add_metric([name, transport], traffic.sent)
                for reason, count in traffic.discarded.items():
                    discarded.add_metric([name, transport, reason], count)
            _add_sent(messages, responses, name, endpoint.layer)
            for status, count in endpoint.faults.items():
                faults.add_metric([name, str(status)], count)
            connections.add_metric([name, "tcp"], endpoint.tcp.connections)
        yield from (messages, responses, sent, discarded, faults, connections)

    def _transactions(self) -> Iterator[Metric]:
        transactions = GaugeMetricFamily(
            "rgs_sip_transactions", "Transactions.", labels=["listener", "side", "state"]
        )
        for labels, count in self._figures.transactions.items():
            transactions.add_metric(labels, count)
        repeated = CounterMetricFamily(
            "rgs_sip_retransmissions",
            "Messages sent again, and requests that came again.",
            labels=["listener", "direction"],
        )
        turned_away = CounterMetricFamily(
            "rgs_sip_turned_away", "Requests refused for overload.", labels=["listener"]
        )
        for listener in self._administration.deployment.listeners:
            layer = listener.endpoint.layer
            repeated.add_metric([listener.name, "sent"], layer.retransmissions_sent)
            repeated.add_metric([listener.name, "received"], layer.retransmissions_received)
            turned_away.add_metric([listener.name], layer.turned_away)
        yield from (transactions, repeated, turned_away)

    def _queue_times(self) -> Metric:
        tally = self._site.tally
        return _histogram(
            "rgs_queue_seconds",
            "How long calls waited in a queue until an agent was rung.",
            QUEUE_BOUNDS,
            tally.queue_times,
            tally.queue_seconds,
        )

    def _loop(self) -> Iterator[Metric]:
        lag = self._lag
        yield _histogram(
            "rgs_loop_lag_seconds", "How late the event loop is.", LAG_BOUNDS, lag.counts,
            lag.seconds,
        )  # fmt: skip
        yield GaugeMetricFamily(
            "rgs_loop_lag_worst_seconds", "The longest lag of the last minute.", value=lag.worst
        )


def _add_received(
    messages: CounterMetricFamily,
    responses: CounterMetricFamily,
    labels: list[str],
    traffic: Traffic,
) -> None:
    answered = 0
    for what, count in traffic.received.items():
        if isinstance(what, int):
            answered += count
            responses.add_metric([*labels, "received", str(what)], count)
        else:
            messages.add_metric([*labels, "received", what.decode()], count)
    messages.add_metric([*labels, "received", "RESPONSE"], answered)


def _add_sent(
    messages: CounterMetricFamily,
    responses: CounterMetricFamily,
    name: str,
    layer: TransactionLayer,
) -> None:
    for (transport, method), count in layer.requests_sent.items():
        messages.add_metric([name, transport.decode().lower(), "sent", method.decode()], count)
    messages.add_metric([name, "any", "sent", "RESPONSE"], sum(layer.responses_sent.values()))
    for status, count in layer.responses_sent.items():
        responses.add_metric([name, "any", "sent", str(status)], count)


def _histogram(
    name: str, about: str, bounds: Sequence[float], counts: Sequence[int], seconds: float
) -> HistogramMetricFamily:
    edges = [*(f"{bound:g}" for bound in bounds), "+Inf"]
    buckets = list(zip(edges, map(float, accumulate(counts)), strict=True))
    return HistogramMetricFamily(name, about, buckets=buckets, sum_value=seconds)
