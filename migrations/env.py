"""Runs the migrations on the connection that `idp.core.migrations` hands in."""

from alembic import context

from idp.app import metadata  # importing the application defines every table

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
