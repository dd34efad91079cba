"""The embedded default that `make run` starts: one box, demo content, no secrets to set."""

from . import env
from .base import *

DEBUG = env.flag("DEBUG")
DEMO = True
# Known to everybody who can read this file: production.py refuses it.
SECRET_KEY = "insecure-key-of-the-embedded-default-never-for-the-public"
