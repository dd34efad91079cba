from wagtail.log_actions import LogFormatter


def register(actions, action, label, told):
    """An act for Wagtail's log, which says told(data) of it. (Wagtail itself takes fixed words.)"""

    class Formatter(LogFormatter):
        def format_message(self, log_entry):
            return told(log_entry.data)

    Formatter.label = label
    actions.register_action(action)(Formatter)
