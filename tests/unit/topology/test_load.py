"""A topology file becomes values, and what it leaves out has its default."""

import json
from ipaddress import ip_network

import pytest

from emulator.model.configuration import ObjectKind
from emulator.model.topology import (
    Agent,
    AgentGroup,
    Concurrent,
    Endpoint,
    Group,
    Handover,
    OnCall,
    OverflowCandidate,
    Participation,
    Pools,
    PoolSettings,
    Queue,
    Registrations,
    Routing,
    Terminate,
    TimerSettings,
    Topology,
    ToQueue,
    ToUri,
)
from emulator.resources import resource
from emulator.rules import Kind, Pool
from emulator.topology import (
    TopologyError,
    contradictions,
    load_topology,
    parse_object,
    parse_topology,
    plain,
)

SAMPLES = ("contoso.yaml", "minimal.yaml", "phones.yaml", "queues.yaml")

EVERY_KEY = """
domain: example.org
pools:
  primary: {fqdn: one.example.org}
  backup: {fqdn: two.example.org}
agents:
  - {name: alice, home: backup, answer_after_ms: null, endpoint: none, hangup_after_ms: 70,
     concurrent: unlimited, on_call: busy, password: "1234", display_name: Alice Liddell, tel: "7"}
groups:
  - name: helpdesk
    owner: backup
    kind: anonymous
    tel: "+15550100"
    agent_groups:
      - {name: first line, routing: attendant, participation: formal, alert_seconds: 1,
         agents: [alice]}
    handover: transfer
    queued_response: 183
    queue: {timeout_seconds: 2.5, timeout_action: {queue: other}, overflow_threshold: 0,
            overflow_candidate: oldest, overflow_action: {uri: "sip:a@127.0.0.1:5090"}}
    display_name: Help desk
    description: |
      Two
      lines
  - {name: other, agents: []}
imported: true
failover_seconds: 0
failback_seconds: 1.5
registrations: lost
blackhole_seconds: 1
silent_call_seconds: 60
ringback_grace_seconds: 0
allowed_networks: [10.0.0.0/8, "fd00::/8", 192.0.2.1]
keep_calls: 10
responses: {"new/outage/not_imported": 480, agents_homed_on_primary/outage: 503}
timers: {t1_ms: 100, t2_ms: 400, t4_ms: 500}
"""

AS_VALUES = Topology(
    domain="example.org",
    pools=Pools(PoolSettings("one.example.org"), PoolSettings("two.example.org")),
    agents=(
        Agent(
            name="alice",
            home=Pool.BACKUP,
            answer_after_ms=None,
            endpoint=Endpoint.NONE,
            hangup_after_ms=70,
            concurrent=Concurrent.UNLIMITED,
            on_call=OnCall.BUSY,
            password="1234",
            display_name="Alice Liddell",
            tel="7",
        ),
    ),
    groups=(
        Group(
            name="helpdesk",
            owner=Pool.BACKUP,
            kind=Kind.ANONYMOUS,
            tel="+15550100",
            agent_groups=(
                AgentGroup("first line", ("alice",), Routing.ATTENDANT, Participation.FORMAL, 1),
            ),
            handover=Handover.TRANSFER,
            queued_response=183,
            queue=Queue(
                timeout_seconds=2.5,
                timeout_action=ToQueue("other"),
                overflow_threshold=0,
                overflow_candidate=OverflowCandidate.OLDEST,
                overflow_action=ToUri("sip:a@127.0.0.1:5090"),
            ),
            display_name="Help desk",
            description="Two\nlines\n",
        ),
        Group("other", agent_groups=(AgentGroup("other"),)),
    ),
    imported=True,
    failover_seconds=0,
    failback_seconds=1.5,
    registrations=Registrations.LOST,
    blackhole_seconds=1,
    silent_call_seconds=60,
    ringback_grace_seconds=0,
    allowed_networks=tuple(ip_network(net) for net in ("10.0.0.0/8", "fd00::/8", "192.0.2.1/32")),
    keep_calls=10,
    responses={"new/outage/not_imported": 480, "agents_homed_on_primary/outage": 503},
    timers=TimerSettings(100, 400, 500),
)


def parse(text: str | bytes) -> Topology:
    return parse_topology(text, name="mine.yaml")


def test_every_key_arrives() -> None:
    assert parse(EVERY_KEY) == AS_VALUES


def test_what_is_left_out_has_its_default() -> None:
    assert parse("{}") == Topology()
    assert parse("{agents: [{name: a}], groups: [{name: g, agents: [a]}]}") == Topology(
        agents=(Agent("a"),), groups=(Group("g", agent_groups=(AgentGroup("g", ("a",)),)),)
    )


def test_defaults_are_those_of_the_interface() -> None:
    agent = Agent("a")
    assert (agent.home, agent.answer_after_ms, agent.endpoint) == ("primary", 50, "emulated")
    assert (agent.hangup_after_ms, agent.concurrent.value, agent.on_call) == (None, 1, "answer")
    agent_group = AgentGroup("g")
    assert (agent_group.routing, agent_group.participation) == ("longest_idle", "informal")
    assert agent_group.alert_seconds == 20
    group = Group("g")
    assert (group.owner, group.kind, group.handover) == ("primary", "normal", "proxy")
    assert (group.queued_response, group.tel, group.description) == (182, None, "")
    assert group.queue == Queue(None, Terminate(), None, OverflowCandidate.NEWEST, Terminate())
    topology = Topology()
    assert topology.domain == "contoso.example"
    assert topology.pools[Pool.PRIMARY].fqdn == "pool1.contoso.example"
    assert topology.pools[Pool.BACKUP].fqdn == "pool2.contoso.example"
    assert (topology.imported, topology.registrations) == (False, "kept")
    assert (topology.failover_seconds, topology.failback_seconds) == (None, None)
    assert (topology.blackhole_seconds, topology.silent_call_seconds) == (32, 14400)
    assert (topology.ringback_grace_seconds, topology.keep_calls) == (60, 100_000)
    assert [str(net) for net in topology.allowed_networks] == ["127.0.0.0/8", "::1/128"]
    assert (topology.responses, topology.timers) == ({}, TimerSettings(500, 4000, 5000))


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_right(name: str) -> None:
    assert load_topology(resource(name)).groups


def test_contoso_has_the_groups_of_the_interface() -> None:
    contoso = load_topology(resource("contoso.yaml"))

    table = {
        group.name: (
            group.owner,
            group.kind,
            group.agent_groups[0].participation,
            group.agent_groups[0].agents,
        )
        for group in contoso.groups
    }

    four = ("alice", "bob", "carol", "dave")
    assert table == {
        "helpdesk": ("primary", "normal", "informal", four),
        "hotline": ("primary", "anonymous", "informal", four),
        "lobby": ("primary", "normal", "informal", ("erin", "frank")),
        "vault": ("primary", "anonymous", "informal", ("erin", "frank")),
        "onlyprimary": ("primary", "normal", "informal", ("alice", "bob")),
        "formal": ("primary", "normal", "formal", ("alice", "carol")),
        "billing": ("backup", "normal", "formal", ("carol", "dave")),
        "sales": ("backup", "normal", "informal", four),
        "legal": ("backup", "anonymous", "informal", four),
    }
    agent_groups = [each for group in contoso.groups for each in group.agent_groups]
    assert {(each.routing, each.alert_seconds) for each in agent_groups} == {("longest_idle", 600)}
    assert {group.queue for group in contoso.groups} == {Queue()}


def test_contoso_has_the_agents_of_the_interface() -> None:
    contoso = load_topology(resource("contoso.yaml"))

    assert [(each.name, each.home, each.answer_after_ms) for each in contoso.agents] == [
        ("alice", "primary", 50),
        ("bob", "primary", 50),
        ("carol", "backup", 50),
        ("dave", "backup", 50),
        ("erin", "primary", None),
        ("frank", "backup", None),
    ]
    assert {each.concurrent for each in contoso.agents} == {Concurrent.UNLIMITED}
    assert {each.hangup_after_ms for each in contoso.agents} == {None}


@pytest.mark.parametrize("name", SAMPLES)
def test_what_is_written_back_reads_as_it_did(name: str) -> None:
    topology = load_topology(resource(name))

    written = plain(topology)

    assert parse(str(written).replace("None", "null")) == topology


def test_a_whole_number_of_seconds_is_written_back_whole() -> None:
    written = plain(AgentGroup("g", alert_seconds=20))

    assert isinstance(written, dict)
    assert repr(written["alert_seconds"]) == "20"


def test_a_repeated_agent_has_its_own_number_without_contradiction() -> None:
    assert parse("agents: [{name: '100', tel: '100'}]").agents[0].tel == "100"


def test_aliases_may_be_used() -> None:
    topology = parse(
        "agents: [{name: a}]\n"
        "groups:\n"
        "- {name: g, agents: &everybody [a]}\n"
        "- {name: h, agents: *everybody}\n"
    )

    assert topology.groups[1].agent_groups[0].agents == ("a",)


def test_a_password_is_not_shown_by_repr() -> None:
    assert "secret" not in repr(Agent("a", password="secret"))


@pytest.mark.parametrize(
    "uri",
    [
        "sip:a@127.0.0.1:5090",
        "sip:127.0.0.1",
        "sip:a@[::1]:5060;transport=tcp",
        "sips:desk@example.org",
        "tel:+15550100",
    ],
)
def test_action_takes_uri(uri: str) -> None:
    action = f"queue: {{timeout_action: {{uri: '{uri}'}}}}"

    topology = parse(f"groups: [{{name: g, agents: [], {action}}}]")

    assert topology.groups[0].queue.timeout_action == ToUri(uri)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_group_alone_reads_as_it_was_written(name: str) -> None:
    for group in load_topology(resource(name)).groups:
        assert parse_object(ObjectKind.WORKFLOW, json.dumps(plain(group)), name="body") == group


def test_a_group_alone_is_refused_with_the_path_of_the_fault() -> None:
    with pytest.raises(TopologyError) as refused:
        parse_object(
            ObjectKind.WORKFLOW,
            b'{"name": "g", "agents": [], "queue": {"timeout_seconds": 0}}',
            name="body",
        )

    assert str(refused.value) == (
        "body:1:58: queue.timeout_seconds: found the number 0, "
        "expected a number of seconds from 0.1 to 65535"
    )


def test_a_group_that_does_not_fit_in_is_found_by_its_path() -> None:
    group = parse_object(ObjectKind.WORKFLOW, '{"name": "g", "agents": ["zoe"]}', name="body")

    [found] = contradictions(Topology(groups=(group,)))

    assert found.path == ("groups", 0, "agent_groups", 0, "agents", 0)
