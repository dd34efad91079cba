"""What the admin mails to people, sent as it is sent, and read word by word."""

import pytest
from django.core import mail
from django.urls import reverse
from wagtail.models import Comment, Page, PageSubscription

from home.offices import BOARD, EDITORS, REVIEWERS
from tests.factories import make_home, make_news, make_user
from tests.foreign_words import foreign_words
from tests.test_moderation import comment_form, form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    make_home()
    return {
        "lan": make_user("lan", EDITORS),
        "hoa": make_user("hoa", EDITORS),
        "minh": make_user("minh", REVIEWERS),
        "binh": make_user("binh", BOARD),
    }


@pytest.fixture
def submitted(office):
    page = make_news("Bản thảo", live=False, owner=office["lan"])
    page.save_revision(user=office["lan"])
    page.get_workflow().start(page, office["lan"])
    return page


def act(client, user, page, action, comment=""):
    client.force_login(user)
    state = Page.objects.get(pk=page.pk).current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, state.pk])
    assert client.post(address, {"comment": comment}).status_code == 302


def read_mails():
    """All that was sent since the last time; each one Vietnamese."""
    sent, mail.outbox[:] = list(mail.outbox), []
    assert sent
    for message in sent:
        for text in (
            message.subject,
            message.body,
            *(body for body, _kind in alternatives(message)),
        ):
            assert foreign_words(text) == [], text
    return sent


def alternatives(message):
    return getattr(message, "alternatives", [])


def test_a_submission(submitted):
    assert any("gửi duyệt" in message.body for message in read_mails())


def test_a_submission_sent_back(client, office, submitted):
    read_mails()
    act(client, office["minh"], submitted, "reject", "Thiếu ngày ban hành.")
    assert any("Thiếu ngày ban hành." in message.body for message in read_mails())


def test_an_approval(client, office, submitted):
    read_mails()
    act(client, office["minh"], submitted, "approve")
    read_mails()
    act(client, office["binh"], submitted, "approve")
    assert any("Đã duyệt" in message.subject for message in read_mails())


def test_a_comment(client, office, submitted):
    read_mails()
    PageSubscription.objects.create(page=submitted, user=office["lan"], comment_notifications=True)
    comment = Comment.objects.create(
        page=submitted, user=office["lan"], contentpath="title", text="Tiêu đề hơi dài"
    )
    client.force_login(office["minh"])
    address = reverse("wagtailadmin_pages:edit", args=[submitted.pk])
    reply = {"replies-TOTAL_FORMS": 1, "replies-0-id": "", "replies-0-text": "Đã rút gọn"}
    row = comment_form(0, initial=1, id=comment.pk, text=comment.text, **reply)
    answer = client.post(address, form_of(submitted, **row))
    assert answer.status_code in {200, 302}
    assert any("Tiêu đề hơi dài" in message.body for message in read_mails())


def test_a_forgotten_password(client, office):
    client.post(reverse("wagtailadmin_password_reset"), {"email": office["lan"].email})
    [message] = read_mails()
    assert "đặt lại mật khẩu" in message.body
