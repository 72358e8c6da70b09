"""how often an office's key has been used of late"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("office_token", sa.Column("window_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("office_token", sa.Column("window_n", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("office_token", "window_n")
    op.drop_column("office_token", "window_at")
