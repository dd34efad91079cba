import pytest
from django.core.cache import caches

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
