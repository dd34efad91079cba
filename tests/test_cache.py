import pytest
import redis
from django.core.cache import caches

from portal.cache import PagesInFiles, PagesInRedis
from tests.factories import make_home
from tests.servers import free_port

REDIS = {"BACKEND": "portal.cache.ForgivingRedisCache", "TIMEOUT": 60}


@pytest.mark.django_db
def test_a_page_is_answered_while_redis_is_away(client, settings):
    make_home()
    settings.CACHES = {"default": REDIS | {"LOCATION": f"redis://127.0.0.1:{free_port()}/0"}}
    for address in ("/", "/van-ban/", "/tim-kiem/?q=a", "/y-kien/", "/live/"):
        assert client.get(address).status_code == 200, address


def test_a_cache_that_is_away_forgets_everything_and_complains_of_nothing(settings, caplog):
    settings.CACHES = {"default": REDIS | {"LOCATION": f"redis://127.0.0.1:{free_port()}/0"}}
    cache = caches["default"]
    cache.set("a", 1)
    assert cache.get("a", "nothing") == "nothing"
    assert cache.get_many(["a"]) == {}
    assert cache.set_many({"a": 1}) == ["a"]
    assert not cache.add("a", 1)
    assert not cache.has_key("a")
    assert not cache.touch("a")
    assert not cache.delete("a")
    cache.delete_many(["a"])
    cache.clear()
    assert "127.0.0.1" not in caplog.text


def test_a_cache_that_is_there_remembers(settings, redis_url):
    settings.CACHES = {"default": REDIS | {"LOCATION": redis_url}}
    cache = caches["default"]
    cache.set("a", 1)
    assert cache.get("a") == 1
    assert cache.get_many(["a", "b"]) == {"a": 1}


def test_forgetting_pages_leaves_everything_else_in_redis(redis_url):
    pages = PagesInRedis(redis_url, {"KEY_PREFIX": "pages"})
    with redis.Redis.from_url(redis_url) as client:
        client.set("visits:day", 7)
        pages.set("page:a", "x")
        pages.clear()
        assert pages.get("page:a") is None
        assert client.keys("*") == [b"visits:day"]


def test_who_asks_whether_they_are_first_is_so_while_redis_is_away():
    nowhere = PagesInRedis("redis://127.0.0.1:9", {"KEY_PREFIX": "pages"})
    assert nowhere.add("page:a", True, 20) is True
    nowhere.clear()


def test_of_two_processes_one_is_first(tmp_path):
    # Each as another process would have it.
    first, second = (PagesInFiles(tmp_path / "pages", {}) for _ in range(2))
    assert first.add("page:a", True, 20) is True
    assert second.add("page:a", True, 20) is False
    first.clear()
    assert second.add("page:a", True, 20) is True
