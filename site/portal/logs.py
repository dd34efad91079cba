import logging


class NotOfTask(logging.Filter):
    """Drops what Celery tells of a task that went well."""

    def filter(self, record):
        if record.levelno > logging.INFO or not record.name.startswith("celery."):
            return True
        return self.name not in record.getMessage()
