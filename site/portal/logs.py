import logging


class NotOfTasks(logging.Filter):
    """Drops what Celery tells of tasks that went well; `names`: theirs."""

    def __init__(self, names):
        super().__init__()
        self.names = names

    def filter(self, record):
        if record.levelno > logging.INFO or not record.name.startswith("celery."):
            return True
        message = record.getMessage()
        return not any(name in message for name in self.names)
