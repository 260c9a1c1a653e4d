"""A topology file that is not right is refused whole, and every fault is told with its place."""

from pathlib import Path

import pytest

from emulator.model.topology import Topology
from emulator.topology import TopologyError, load_topology, parse_topology


def parse(text: str | bytes) -> Topology:
    return parse_topology(text, name="mine.yaml")


def fault(text: str | bytes) -> TopologyError:
    with pytest.raises(TopologyError) as refused:
        parse(text)
    return refused.value


def test_a_file_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(TopologyError, match=r"none\.yaml: cannot be read: No such file"):
        load_topology(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1:1: the file is empty: expected a mapping"),
        ("[]", "1:1: found an empty list, expected a mapping with domain, pools, agents, groups"),
        ("domian: x", '1:1: unknown key "domian", expected one of domain, pools'),
        ("domian: x", 'timers; nearest is "domain"'),
        ("Domain: x", 'nearest is "domain"'),
        ("domain: -x.org", '1:9: domain: found "-x.org", expected a host name'),
        ("domain: 12", "domain: found the number 12, expected a host name"),
        ("domain: 12", "; put it in quotes to make it text"),
        ("domain: {a: b}", "domain: found a mapping, expected a host name"),
        ("pools: {primary: {}}", "1:18: pools.primary: expected the key fqdn, found none"),
        (
            "pools: {third: {fqdn: x}}",
            'pools: unknown key "third", expected one of primary, backup',
        ),
        ("imported: yes", '1:11: imported: found "yes", expected true or false'),
        ("imported: 1", "imported: found the number 1, expected true or false"),
        ("profile: lync", '1:1: the key "profile" is not built yet'),
        ("workers: 2", 'the key "workers" is not built yet'),
        (
            "groups: [{name: g, agents: [], menu: {prompt: {}}}]",
            "found agents and menu, expected exactly one of the keys",
        ),
        ("groups: [{name: g, menu: {prompt: {}}}]", "groups[0].menu.answers: found none"),
        (
            "groups: [{name: g, menu: {prompt: {}, answers: [{action: {terminate: {}}}]}}]",
            "groups[0].menu.answers[0]: expected dtmf or voice, found neither",
        ),
        (
            "groups: [{name: g, menu: {prompt: {}, answers: [{dtmf: '1', action: {queue: h}}]}}]",
            'groups[0].menu.answers[0].action.queue: unknown queue "h"',
        ),
        (
            "groups: [{name: g, menu: {prompt: {}, answers: [{dtmf: '11', action: {}}]}}]",
            'answers[0].dtmf: found "11", expected a key of the telephone',
        ),
        ("groups: [{name: g, shared_queue: q}]", 'groups[0].shared_queue: unknown queue "q"'),
        (
            "groups: [{name: g, shared_queue: q}]\nqueues: [{name: q, owner: backup}]",
            'found "q", which belongs to the backup pool: expected one of the primary pool',
        ),
        ("queues: [{name: q, agent_groups: [a]}]", 'agent_groups[0]: unknown agent group "a"'),
        ("groups: [{name: q, agents: []}]\nqueues: [{name: q}]", "another's name too"),
        (
            "groups: [{name: q, agents: []}]\nagent_groups: [{name: q}]",
            'which is an agent group of "q" too',
        ),
        ("groups: [{name: g, agents: [], hours: h}]", 'unknown hours of business "h"'),
        ("groups: [{name: g, agents: [], holidays: [h]}]", 'unknown holiday set "h"'),
        ("groups: [{name: g, agents: [], time_zone: Mars}]", "expected a time zone such as"),
        (
            "hours: [{name: h, monday: [{open: '09:00', close: '08:00'}]}]",
            'hours[0].monday[0].close: found "08:00", expected later than "09:00"',
        ),
        (
            (
                "hours: [{name: h, friday: [{open: '09:00', close: '12:00'},"
                " {open: '11:00', close: '13:00'}]}]"
            ),
            'hours[0].friday[1].open: found "11:00", expected no earlier than "12:00"',
        ),
        (
            "holiday_sets: [{name: h, holidays: [{start: 2026-02-30, end: 2026-03-01}]}]",
            "expected a day such as 2026-12-24",
        ),
        (
            "holiday_sets: [{name: h, holidays: [{start: 2026-02-03, end: 2026-02-03}]}]",
            'holidays[0].end: found "2026-02-03", expected later than "2026-02-03"',
        ),
        (
            "tokens: [{token: abcdefgh, role: CsViewOnlyAdministrator, manages: [x]}]",
            "tokens[0].manages: expected none: a CsViewOnlyAdministrator manages none",
        ),
        ("tokens: [{token: abc, role: CsViewOnlyAdministrator}]", "a token of 8 characters"),
        ("registrations: lose", 'found "lose", expected one of kept, lost; nearest is "lost"'),
        (
            "failover_seconds: -1",
            "found the number -1, expected a number of seconds from 0 to 86400",
        ),
        ("failover_seconds: .nan", "failover_seconds: found the number .nan"),
        ("failback_seconds: soon", 'failback_seconds: found "soon", expected a number of seconds'),
        ("blackhole_seconds: 0", "blackhole_seconds: found the number 0, expected a number"),
        ("blackhole_seconds: null", "blackhole_seconds: found null, expected a number of seconds"),
        ("blackhole_seconds:", "blackhole_seconds: found nothing, expected a number of seconds"),
        ("silent_call_seconds: true", "silent_call_seconds: found true, expected a number"),
        ("keep_calls: 1.5", "keep_calls: found the number 1.5, expected a whole number of calls"),
        ("keep_calls: -1", "keep_calls: found the number -1, expected a whole number of calls"),
        ("timers: {t1_ms: 0}", "timers.t1_ms: found the number 0, expected a whole number of"),
        ("timers: {t3_ms: 1}", 'timers: unknown key "t3_ms", expected one of t1_ms, t2_ms, t4_ms'),
        (
            "timers: {t1_ms: 900, t2_ms: 800}",
            "1:29: timers.t2_ms: found 800, expected no less than",
        ),
        ("agents: alice", 'agents: found "alice", expected a list of agents'),
        ("agents: [alice]", 'agents[0]: found "alice", expected a mapping with name, home'),
        ("agents: [{home: primary}]", "1:10: agents[0]: expected the key name, found none"),
        ("agents: [{name: a b}]", 'agents[0].name: found "a b", expected a name of letters'),
        ('agents: [{name: ""}]', 'agents[0].name: found "", expected a name of letters'),
        ("agents: [{name: 1001}]", "found the number 1001, expected a name"),
        ("agents: [{name: a, tel: +15550100}]", "agents[0].tel: found the number +15550100"),
        ("agents: [{name: a, tel: '555-0100'}]", 'agents[0].tel: found "555-0100", expected a'),
        (
            "agents: [{name: a, home: secondary}]",
            'home: found "secondary", expected one of primary',
        ),
        ("agents: [{name: a, concurrent: 2}]", "concurrent: found the number 2, expected one of 1"),
        ("agents: [{name: a, concurrent: true}]", "concurrent: found true, expected one of 1"),
        ("agents: [{name: a, on_call: [busy]}]", "on_call: found a list, expected one of answer"),
        ("agents: [{name: a, answer_after_ms: -1}]", "answer_after_ms: found the number -1"),
        (
            'agents: [{name: a, display_name: "a\\nb"}]',
            'display_name: found "a\\nb", expected text on',
        ),
        ("agents: [{name: a, password: ''}]", 'password: found "", expected text on one line'),
        ("groups: [{name: g}]", "groups[0]: found none, expected exactly one of the keys agent_gr"),
        (
            "groups: [{name: g, agents: [], agent_groups: []}]",
            "groups[0]: found agent_groups and agents, expected exactly one of the keys",
        ),
        ("groups: [{name: g, kind: anonym, agents: []}]", 'nearest is "anonymous"'),
        ("groups: [{name: g, agents: [], queued_response: 181}]", "expected one of 180, 182, 183"),
        (
            "groups: [{name: g, agents: [], queue: 1}]",
            "queue: found the number 1, expected a mapping",
        ),
        (
            "groups: [{name: g, agent_groups: [{name: g, alert_seconds: 601}]}]",
            "alert_seconds: found the number 601, expected a number of seconds from 0.1 to 600",
        ),
        (
            "groups: [{name: g, agent_groups: [{name: g, routing: longest}]}]",
            'routing: found "longest", expected one of longest_idle, round_robin, serial, parallel',
        ),
        (
            "groups: [{name: g, agents: [], queue: {timeout_action: terminate}}]",
            'timeout_action: found "terminate", expected a mapping with terminate, queue, uri',
        ),
        (
            "groups: [{name: g, agents: [], queue: {timeout_action: {}}}]",
            "timeout_action: found none, expected exactly one of the keys terminate, queue, uri",
        ),
        (
            "groups: [{name: g, agents: [], queue: {timeout_action: {terminate: {now: 1}}}}]",
            'timeout_action.terminate: unknown key "now", expected none',
        ),
        (
            "groups: [{name: g, agents: [], queue: {timeout_action: {uri: 'http://x'}}}]",
            'timeout_action.uri: found "http://x", expected a sip, sips or tel URI',
        ),
        (
            "groups: [{name: g, agents: [], queue: {timeout_action: {uri: 'sip:a@b:70000'}}}]",
            'uri: found "sip:a@b:70000"',
        ),
        (
            "groups: [{name: g, agents: [], queue: {timeout_action: {voicemail: x}}}]",
            'timeout_action.voicemail: found "x", expected a sip, sips or tel URI',
        ),
        (
            "groups: [{name: g, agents: [], queue: {overflow_threshold: 1001}}]",
            "overflow_threshold: found the number 1001, expected a whole number of calls from 0",
        ),
        ("allowed_networks: [10.0.0.1/8]", "10.0.0.1/8 has host bits set"),
        (
            "allowed_networks: [10]",
            "allowed_networks[0]: found the number 10, expected an IP network",
        ),
        ("allowed_networks: ['10.0.0.0/255.0.0.0']", "expected an IP network"),
        ("allowed_networks: [example.org]", 'found "example.org", expected an IP network'),
        (
            "responses: {new/outage/not_importd: 480}",
            'nearest is "new/outage/not_imported"',
        ),
        ("responses: {console/outage/primary: 480}", "expected a cell that calls are refused by"),
        ("responses: {new/outage/imported: 200}", "found the number 200, expected a whole number"),
        ("responses: {new/outage/imported: 700}", "from 300 to 699"),
        ("responses: [480]", "responses: found a list, expected a mapping from a cell"),
        (b"domain: caf\xe9", "1:12: not UTF-8: found byte 0xe9"),
        ("domain: a\ndomain: b", '2:1: the key "domain" is there twice: first in line 1'),
        ("domain: [", "1:10: not YAML"),
    ],
)
def test_fault_is_told(text: str | bytes, told: str) -> None:
    assert told in str(fault(text))
    assert str(fault(text)).startswith("mine.yaml:")


AGENTS = "agents: [{name: alice}, {name: bob}]\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("agents: [{name: a}, {name: a}]", '1:28: agents[1].name: found "a", which is the name of'),
        (
            "groups:\n- {name: a, agents: []}\n- {name: a, agents: []}",
            '3:10: groups[1].name: found "a", which is the name of a group too',
        ),
        (
            "agents: [{name: a}]\ngroups: [{name: a, agents: []}]",
            '2:17: groups[0].name: found "a", which is the name of an agent too',
        ),
        (
            "agents: [{name: a, tel: '1'}]\ngroups: [{name: b, tel: '1', agents: []}]",
            '2:25: groups[0].tel: found "1", which is the number of "a" too',
        ),
        (
            "agents: [{name: '100'}, {name: a, tel: '100'}]",
            '1:40: agents[1].tel: found "100", which is somebody else\'s name',
        ),
        (
            AGENTS + "groups: [{name: g, agents: [alice, alize]}]",
            '2:36: groups[0].agent_groups[0].agents[1]: unknown agent "alize", expected one of',
        ),
        (
            AGENTS + "groups: [{name: g, agents: [alice, alize]}]",
            'those under agents; nearest is "alice"',
        ),
        (
            AGENTS + "groups: [{name: g, agent_groups: [{name: x, agents: [bob, bob]}]}]",
            '2:59: groups[0].agent_groups[0].agents[1]: found "bob" twice in "x"',
        ),
        (
            "groups:\n- {name: a, agents: []}\n- {name: b, agent_groups: [{name: a}]}",
            '3:35: groups[1].agent_groups[0].name: found "a", which is an agent group of "a" too',
        ),
        (
            "groups: [{name: a, agent_groups: [{name: x}, {name: x}]}]",
            '1:53: groups[0].agent_groups[1].name: found "x", which is an agent group of "a" too',
        ),
        (
            "groups: [{name: sales, agents: [], queue: {overflow_action: {queue: sale}}}]",
            'unknown queue "sale", expected the name of a group or a queue; nearest is "sales"',
        ),
        (
            "groups: [{name: sales, agents: [], queue: {timeout_action: {queue: sales}}}]",
            'timeout_action.queue: found "sales", which is the same queue: expected another',
        ),
        (
            "pools: {backup: {fqdn: Pool1.contoso.example}}",
            '1:24: pools.backup.fqdn: found "Pool1.contoso.example", which is the primary',
        ),
    ],
)
def test_contradiction_is_told(text: str, told: str) -> None:
    found = fault(text)

    assert told in str(found)
    assert len(found.problems) == 1


def circle(threshold: str) -> str:
    steps = {"a": "b", "b": "c", "c": "a", "d": "a"}
    return "groups:\n" + "".join(
        f"- {{name: {name}, agents: [], queue: {{overflow_threshold: {threshold}, "
        f"overflow_action: {{queue: {following}}}}}}}\n"
        for name, following in steps.items()
    )


def test_overflow_that_goes_round_in_a_circle_is_told_once() -> None:
    found = fault(circle("10"))

    [problem] = found.problems
    assert problem.text == (
        "groups[0].queue.overflow_action.queue: "
        "the overflow of full queues goes round in a circle: a, b, c, a"
    )


def test_queues_without_a_limit_make_no_circle() -> None:
    assert len(parse(circle("null")).groups) == 4


def test_all_faults_are_told_in_order_of_place() -> None:
    found = fault("keep_calls: x\ndomian: y\nagents: [{nam: a}]\nimported: 3\n")

    assert [(each.line, each.column) for each in found.problems] == [
        (1, 13),
        (2, 1),
        (3, 10),
        (3, 11),
        (4, 11),
    ]
    assert (found.file, found.line, found.column) == ("mine.yaml", 1, 13)
