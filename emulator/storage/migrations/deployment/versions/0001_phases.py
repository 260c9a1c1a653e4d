"""Phases and sign-ins."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "phases",
        sa.Column("epoch", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("time", sa.Float, nullable=False),
        sa.Column("style", sa.String(16), nullable=False),
    )
    op.create_table(
        "sign_ins",
        sa.Column("host", sa.String(16), primary_key=True),
        sa.Column("agent_group", sa.String(128), primary_key=True),
        sa.Column("agent", sa.String(64), primary_key=True),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("sign_ins")
    op.drop_table("phases")
