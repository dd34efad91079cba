"""What a web server, Python and one question to Redis cost by themselves."""

import os
import threading

import redis

client = redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=0.25)
mine = threading.local()


def by_client(environ, start_response):
    return answer(client.get("nothing"), start_response)


def by_connection(environ, start_response):
    if not hasattr(mine, "connection"):
        mine.connection = client.connection_pool.make_connection()
    mine.connection.send_command("GET", "nothing")
    return answer(mine.connection.read_response(), start_response)


def answer(found, start_response):
    body = found or b'{"visits": {}}'
    start_response(
        "200 OK",
        [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            ("Content-Length", str(len(body))),
        ],
    )
    return [body]
