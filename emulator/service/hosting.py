"""Which groups each pool hosts, made of its configuration; a change acts on the next call."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from emulator.model.agent_groups import AgentGroup, Turns
from emulator.model.agents import Agent
from emulator.model.calls import EndedBy
from emulator.model.configuration import ConfigObject, Configuration, ObjectKind
from emulator.model.groups import HostedGroup, Shared
from emulator.model.hours import HolidaySet, Hours
from emulator.model.needs import needed_by
from emulator.model.opening import Opening, opening_of
from emulator.model.topology import AgentGroup as Settings
from emulator.model.topology import Group, Participation, PoolSettings
from emulator.rules import Pool
from emulator.service.pending import PendingCall

if TYPE_CHECKING:
    from emulator.service.site import Site

__all__ = ["Hosting"]


class Hosting:
    """The configuration of both pools, and the groups that they host by it.

    `groups` are the originals by name, `copies` the imported ones on the backup pool.
    """

    __slots__ = (
        "_derived",
        "_retired",
        "_shared",
        "_site",
        "_version",
        "configuration",
        "copies",
        "groups",
    )

    def __init__(self, site: Site, configuration: Mapping[Pool, Configuration]) -> None:
        self._site = site
        self.configuration = dict(configuration)
        self.groups: dict[str, HostedGroup] = {}
        self.copies: dict[str, HostedGroup] = {}
        self._shared = {pool: Shared() for pool in Pool}
        self._derived: dict[tuple[Pool, str, str], HostedGroup] = {}
        self._retired: list[HostedGroup] = []
        self._version = 0
        for pool in Pool:
            self._host_all(pool, ())

    def next_version(self) -> int:
        """A version that no object has had."""
        self._version += 1
        return self._version

    def heed_version(self, version: int) -> None:
        """Some object has had `version`, though perhaps none has it now."""
        self._version = max(self._version, version)

    def grace_seconds(self, pool: Pool) -> float:
        """How long a call of `pool` stays away from an agent who declined it."""
        found = self.configuration[pool].find(ObjectKind.SETTINGS, "")
        if found is not None and isinstance(found.value, PoolSettings):
            seconds = found.value.ringback_grace_seconds
            if seconds is not None:
                return seconds
        return self._site.topology.ringback_grace_seconds

    def adopt(self, configuration: Configuration, afresh: Collection[str] = ()) -> None:
        """Host by `configuration`, its pool's, from the next call on.

        Calls that seek an agent of a group go on with what it has become; those of one that is
        gone are refused, talks go on. Sign-ins stay, but for groups named in `afresh`.
        """
        pool = configuration.parent
        self._retire_idle()
        self.configuration[pool] = configuration
        for name in afresh:
            self._clear_sign_ins(pool, name)
        present = self._host_all(pool, afresh)
        for name in [each for each in self.groups if self.groups[each].host is pool]:
            if name not in present:
                self._remove(name)
        for name in [each for each in self.copies if self.copies[each].host is pool]:
            if name not in present:
                self._retired.append(self.copies.pop(name))
        self._derive_again(pool)
        self._forget_turns(pool)
        self._retire_idle()
        self._site.forget_placements()
        self._site.when_rehosted()

    def in_queue(self, group: HostedGroup, name: str) -> HostedGroup | None:
        """What hosts a call of `group` in the queue `name` of the same pool, if there is one.

        A queue that is some group's own is that group's; another goes on with the call's group.
        """
        configuration = self.configuration[group.host]
        own = self.hosted_on(group.host, name)
        if own is not None and own.has_queue(name):
            return own
        if configuration.queue(name) is None:
            return None
        key = (group.host, group.name, name)
        found = self._derived.get(key)
        if found is None:
            found = self._derive(group, name)
            if found is not None:
                self._derived[key] = found
        return found

    def hosted_on(self, pool: Pool, name: str) -> HostedGroup | None:
        """The group `name`, or its copy, on `pool`."""
        for each in (self.groups.get(name), self.copies.get(name)):
            if each is not None and each.host is pool:
                return each
        return None

    def agent_groups_of(self, group: HostedGroup) -> list[AgentGroup]:
        """The agent groups that calls of `group` may come to, by its queue, menus and actions."""
        configuration = self.configuration[group.host]
        found = {each.name: each for each in group.agent_groups}
        if configuration.find(ObjectKind.WORKFLOW, group.name) is not None:
            for kind, name in needed_by(configuration, [group.name]):
                behind = self.in_queue(group, name) if kind is ObjectKind.QUEUE else None
                if behind is not None and behind.name == group.name:
                    for each in behind.agent_groups:
                        found.setdefault(each.name, each)
        return list(found.values())

    def serves(self, agent: Agent, group: HostedGroup) -> bool:
        """Whether calls of `group` may come to `agent`."""
        if agent in group.agents:
            return True
        return any(agent in each.members for each in self.agent_groups_of(group))

    def sign_in(self, pool: Pool, agent_group: str, agent: Agent) -> None:
        """Let `agent` be in an agent group of `pool` from the beginning, if it is one of its."""
        found = self.configuration[pool].find(ObjectKind.AGENT_GROUP, agent_group)
        if found is None or not isinstance(found.value, Settings):
            return
        is_formal = found.value.participation is Participation.FORMAL
        if is_formal and agent.name in found.value.agents:
            turns = self._shared[pool].turns.setdefault(agent_group, Turns())
            turns.signed_in.add(agent)
            for each in agent.groups:
                if each.signed_in is turns.signed_in:
                    each.enter(agent)

    # -- making groups ----------------------------------------------------------------------------

    def _host_all(self, pool: Pool, afresh: Collection[str]) -> set[str]:
        """Host every workflow of the configuration of `pool`; gives their names."""
        configuration = self.configuration[pool]
        self.heed_version(max((each.version for each in configuration), default=0))
        present = set()
        for each in configuration.of_kind(ObjectKind.WORKFLOW):
            workflow = each.value
            assert isinstance(workflow, Group)
            present.add(each.name)
            shelf = self.groups if each.owner is pool else self.copies
            earlier = shelf.get(each.name)
            settings = configuration.resolved(workflow)
            opening = self._opening(configuration, workflow)
            version = self._version_of(configuration, workflow, each)
            if (
                earlier is not None
                and each.name not in afresh
                and (earlier.settings, earlier.opening) == (settings, opening)
            ):
                earlier.version = version
                continue
            group = self._hosted(settings, pool, version, opening)
            if earlier is not None:
                self._replace(earlier, group)
            shelf[each.name] = group
        return present

    def _hosted(
        self, settings: Group, pool: Pool, version: int, opening: Opening | None
    ) -> HostedGroup:
        return HostedGroup(
            settings,
            pool,
            self._site.agents,
            version,
            opening=opening,
            shared=self._shared[pool],
        )

    def _opening(self, configuration: Configuration, workflow: Group) -> Opening | None:
        found = configuration.find(ObjectKind.HOURS, workflow.hours or "")
        hours = found.value if found is not None and isinstance(found.value, Hours) else None
        sets = (configuration.find(ObjectKind.HOLIDAY_SET, name) for name in workflow.holidays)
        holidays = tuple(
            each.value for each in sets if each is not None and isinstance(each.value, HolidaySet)
        )
        return opening_of(workflow, hours, holidays)

    def _version_of(
        self, configuration: Configuration, workflow: Group, found: ConfigObject
    ) -> int:
        parts = (configuration.find(*key) for key in configuration.keys_of_group(workflow))
        return max((each.version for each in parts if each is not None), default=found.version)

    def _derive(self, group: HostedGroup, name: str) -> HostedGroup | None:
        configuration = self.configuration[group.host]
        workflow = configuration.find(ObjectKind.WORKFLOW, group.name)
        if workflow is None or not isinstance(workflow.value, Group):
            return None
        settings = configuration.resolved(workflow.value, name)
        return self._hosted(settings, group.host, workflow.version, None)

    def _derive_again(self, pool: Pool) -> None:
        """Let calls that have come into a queue by an action go on with what it is now.

        Where it or their group is gone they are refused, but for those of a copy, which go on.
        """
        for key in [each for each in self._derived if each[0] is pool]:
            queue_name = key[2]
            earlier = self._derived.pop(key)
            is_there = self.configuration[pool].queue(queue_name) is not None
            group = self._derive(earlier, queue_name) if is_there else None
            if group is not None:
                self._derived[key] = group
                self._replace(earlier, group)
            elif earlier.is_copy:
                self._retired.append(earlier)
            else:
                self._refuse(earlier)
                earlier.retire()

    # -- letting go of groups ---------------------------------------------------------------------

    def _replace(self, earlier: HostedGroup, group: HostedGroup) -> None:
        """Let the calls that seek an agent of a group go on with its new configuration."""
        earlier.retire()
        site = self._site
        for call in list(site.calls.pending_calls()):
            carrier = call.carrier
            is_seeking = isinstance(carrier, PendingCall) and carrier.group is earlier
            if call.group is not earlier and not is_seeking:
                continue
            if call.on_behalf_of is None:
                site.calls.move(call, group)
            call.group = group
            if isinstance(carrier, PendingCall):
                carrier.follow(group)

    def _remove(self, name: str) -> None:
        """Take away a group; whoever waits in it is refused, talks go on."""
        group = self.groups.pop(name)
        self._site.forget_placements()
        self._refuse(group)
        group.retire()

    def _refuse(self, group: HostedGroup) -> None:
        for call in list(self._site.calls.pending_calls()):
            if call.group is group and call.carrier is not None:
                call.carrier.refuse(480, EndedBy.ADMIN, (), None)

    def _retire_idle(self) -> None:
        """Let copies that were removed go once no call seeks an agent of theirs any more."""
        sought = set(self._sought())
        for group in self._retired:
            if id(group) not in sought:
                group.retire()
        self._retired = [group for group in self._retired if id(group) in sought]

    def _sought(self) -> Iterable[int]:
        for call in self._site.calls.pending_calls():
            yield id(call.group)
            if isinstance(call.carrier, PendingCall):
                yield id(call.carrier.group)

    def _clear_sign_ins(self, pool: Pool, name: str) -> None:
        """Begin with nobody in the agent groups of a group, for whatever else has them too."""
        group = self.hosted_on(pool, name)
        turns = self._shared[pool].turns
        for each in () if group is None else group.agent_groups:
            turns[each.name].clear()

    def _forget_turns(self, pool: Pool) -> None:
        """Let sign-ins and turns of agent groups go that the pool doesn't have any more."""
        configuration, turns = self.configuration[pool], self._shared[pool].turns
        kept = {each.name for each in configuration.of_kind(ObjectKind.AGENT_GROUP)}
        for name in turns.keys() - kept:
            del turns[name]
