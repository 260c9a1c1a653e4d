"""Records of calls."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "call_records",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("call_id", sa.Text, nullable=False),
        sa.Column("agent_call_id", sa.Text),
        sa.Column("workflow", sa.String(128)),
        sa.Column("queue", sa.String(128)),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("owner", sa.String(16)),
        sa.Column("host", sa.String(16), nullable=False),
        sa.Column("imported", sa.Boolean, nullable=False),
        sa.Column("on_behalf_of", sa.String(128)),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("agent", sa.String(64)),
        sa.Column("agent_home", sa.String(16)),
        sa.Column("started", sa.BigInteger, nullable=False, index=True),
        sa.Column("queued_seconds", sa.BigInteger, nullable=False),
        sa.Column("offers", sa.Integer, nullable=False),
        sa.Column("picked_up", sa.Boolean, nullable=False),
        sa.Column("answered", sa.BigInteger),
        sa.Column("answered_by", sa.String(16)),
        sa.Column("ended", sa.BigInteger, nullable=False),
        sa.Column("ended_by", sa.String(16), nullable=False),
        sa.Column("transferred", sa.String(16), nullable=False),
        sa.Column("response_code", sa.Integer),
        sa.Column("diagnostic_id", sa.Integer),
        sa.Column("cell", sa.String(128)),
        sa.Column("caller_user", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("call_records")
