import re, pytest, logging
from home.demo import load
from django.utils.html import strip_tags
from articles.models import DirectivePage
def show(client, url):
    r = client.get(url); t = r.content.decode()
    m = re.search(r"<main.*?</main>", t, re.S); t = m.group(0) if m else t
    t = re.sub(r"<(script|style|svg).*?</\1>", "", t, flags=re.S)
    print("=====", r.status_code, url); print(re.sub(r"\s*\n\s*", "\n", strip_tags(t))[:2600])
@pytest.mark.django_db
def test_t(client):
    logging.disable(logging.INFO)
    load(report=lambda l: None)
    b = "/van-ban/chi-thi-email/07-ct-ubnd-2014/"
    for u in [b+"lich-su/", b+"so-sanh/?tu=1&den=2", "/van-ban/1406-hd-syt-2023/", "/van-ban/2605-qd-ubnd-2025/", "/van-ban/97-2025-qd-ubnd/", "/van-ban/so/06-KH-UBND-2025/", "/tin-tuc/"]:
        show(client, u)
    for p in DirectivePage.objects.live(): print(p.reference, p.signed_on, p.effect, p.issuer)
