"""A first view of a page is small, whatever stands beside it, and asks nobody but the portal."""

import pytest

pytestmark = [pytest.mark.once, pytest.mark.reads_only]

# As Chromium counts them on the wire, headers included; photos apart.
MOST_BYTES = 36 * 1024
MOST_REQUESTS = 6
ADDRESSES = [
    *("/", "/tin-tuc/", "/tin-tuc/ho-thu-cong-vu-nen-va-khong-nen/", "/su-kien/"),
    *("/van-ban/", "/van-ban/chi-thi-email/07-ct-ubnd-2014/", "/tim-kiem/?q=thu"),
    *("/ty-gia/", "/thoi-tiet/", "/thong-ke/", "/y-kien/", "/lien-he/", "/khong-co/", "/en/"),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_first_view_is_small(window, portal, address):
    page = window()
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    asked, weights = {}, {}
    wire.on("Network.requestWillBeSent", lambda told: asked.update({told["requestId"]: told}))
    wire.on(
        "Network.loadingFinished",
        lambda told: weights.update({told["requestId"]: told["encodedDataLength"]}),
    )
    page.goto(address, wait_until="networkidle")

    # Of whatever has come from a cache nothing is on the wire.
    asked = [(told["request"]["url"], weights[number]) for number, told in asked.items()]
    photos = (f"{portal.url}media/", "data:")
    own = [(url, weight) for url, weight in asked if weight and not url.startswith(photos)]
    assert all(url.startswith((portal.url, "data:")) for url, _weight in asked)
    assert own[0][0] == f"{portal.url}{address[1:]}"
    assert len(own) <= MOST_REQUESTS, own
    assert sum(weight for _url, weight in own) <= MOST_BYTES, own
