"""A cache that may be away: readers get their page without it, a little slower."""

import logging

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
