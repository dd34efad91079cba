"""A cache that may be away: readers get their page without it, a little slower."""

import fcntl
import logging
from pathlib import Path

from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def forgiving(name, answer):
    """The cache's method of that name; when Redis is away, what `answer` makes of the arguments."""
    method = getattr(RedisCache, name)

    def call(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except RedisError as error:
            logger.warning("cache=redis %s failed: %s", name, type(error).__name__)
            return answer(*args, **kwargs)

    return call


# Who asks whether they are the first is, when nobody can tell.
def be_first(*args, **kwargs):
    return True


class ForgivingRedisCache(RedisCache):
    get = forgiving("get", lambda key, default=None, version=None: default)
    get_many = forgiving("get_many", lambda keys, version=None: {})
    add = forgiving("add", lambda *args, **kwargs: False)
    set = forgiving("set", lambda *args, **kwargs: None)
    set_many = forgiving("set_many", lambda data, *args, **kwargs: list(data))
    touch = forgiving("touch", lambda *args, **kwargs: False)
    has_key = forgiving("has_key", lambda *args, **kwargs: False)
    delete = forgiving("delete", lambda *args, **kwargs: False)
    delete_many = forgiving("delete_many", lambda *args, **kwargs: None)
    clear = forgiving("clear", lambda: False)


class PagesInRedis(ForgivingRedisCache):
    add = forgiving("add", be_first)

    def clear(self):
        """Its own keys alone. Django's own empties all of Redis, where the queue and the counts of
        visits are too."""
        client = self._cache.get_client(None, write=True)
        try:
            for key in client.scan_iter(match=self.make_and_validate_key("*"), count=500):
                client.unlink(key)
        except RedisError as error:
            logger.warning("cache=redis clear failed: %s", type(error).__name__)


class PagesInFiles(FileBasedCache):
    def add(self, *args, **kwargs):
        # Django's own looks first and writes then: of two processes, both would be first.
        self._createdir()
        with Path(self._dir, "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return super().add(*args, **kwargs)
