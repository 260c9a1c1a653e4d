"""The rules: what becomes of calls, sign-ins and configuration in each phase."""

from emulator.rules.book import Rules
from emulator.rules.cells import (
    AGENTS_HOMED_ON_PRIMARY,
    LITERAL_CELLS,
    Kind,
    Outcome,
    Pool,
    Row,
    agents_cell,
    cell_id,
    every_cell,
    outcomes_of,
)
from emulator.rules.errors import RulesError, TransitionRefused
from emulator.rules.load import load_rules, parse_rules
from emulator.rules.phases import Cause, Phase, Reading, Style
from emulator.rules.situation import Situation, Verdict, every_situation
from emulator.rules.statements import Statement, load_statements, parse_statements
from emulator.rules.verdict import agent_reachable, is_agent_reachable, transition, verdict

__all__ = [
    "AGENTS_HOMED_ON_PRIMARY",
    "LITERAL_CELLS",
    "Cause",
    "Kind",
    "Outcome",
    "Phase",
    "Pool",
    "Reading",
    "Row",
    "Rules",
    "RulesError",
    "Situation",
    "Statement",
    "Style",
    "TransitionRefused",
    "Verdict",
    "agent_reachable",
    "agents_cell",
    "cell_id",
    "every_cell",
    "every_situation",
    "is_agent_reachable",
    "load_rules",
    "load_statements",
    "outcomes_of",
    "parse_rules",
    "parse_statements",
    "transition",
    "verdict",
]
