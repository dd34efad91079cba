"""Sessions in the database, asked for by names that a session can have."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions


class SessionStore(DatabaseSessions):
    def _validate_session_key(self, key):
        # A cookie is whatever a client sends; PostgreSQL answers a NUL in it with an error.
        return super()._validate_session_key(key) and key.isalnum()

    @classmethod
    def get_model_class(cls):
        return DatabaseSessions.get_model_class()
