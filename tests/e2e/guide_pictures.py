"""The pictures of the editors' guide, taken from a running portal while its people do the jobs
that the guide tells of.

make guide                                          all of them, into docs/huong-dan/anh
python -m tests.e2e.guide_pictures --only tra-lai   one
"""

import argparse
import io
import os
import re
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from zoneinfo import ZoneInfo

import django
from django.apps import apps
from PIL import Image, ImageDraw

# The demo's accounts are read in this process, its portal is another.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
# pytest has it ready.
if not apps.ready:
    django.setup()

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import expect

from office.guide import PICTURES, pictures_of_pages
from tests import browser as browser_of_this_machine
from tests import word
from tests.e2e.conftest import open_window
from tests.e2e.office import more_actions, submit, wait_for_autosave
from tests.e2e.running import portal_processes, take_snapshot
from tests.e2e.test_pasting import BLOCKS, paste

WIDTH, HEIGHT = 1200, 800
# To the right of the admin's menu.
MENU = 200
MARGIN = 24
MARK = "#c2410c"
LARGEST = 90 * 1024
# The next second of September: pictures that are taken within a year show the same day.
NOW = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
YEAR = NOW.year + ((NOW.month, NOW.day) >= (8, 31))

TEXT = "Khám sức khỏe miễn phí cho người cao tuổi xã Khe Sanh"
SENT_BACK = "Cắt nước để sửa đường ống tại phường Đông Hà"
REASON = "Ghi rõ giờ cắt nước và số điện thoại hỏi đáp."
CAPITALS = "THÔNG BÁO MỞ LỚP KỸ NĂNG SỐ"
WAITING = "Một năm họp không giấy: tiết kiệm được gì?"
PUBLISHED = "Hộp thư công vụ: những việc nên làm và nên tránh"

TAKEN = {}


def picture(name):
    """Makes a function the one that takes a picture."""

    def register(take):
        TAKEN[name] = take
        return take

    return register


@dataclass
class Office:
    """The portal, its people's windows, and how far the story has gone."""

    browser: object
    portal: object
    folder: Path
    windows: dict = field(default_factory=dict)

    def window(self, username=None):
        if username not in self.windows:
            window = open_window(self.browser, self.portal, username, reduced_motion="reduce")
            window.set_viewport_size({"width": WIDTH, "height": HEIGHT})
            # A panel that was opened for one picture is closed for the next.
            window.add_init_script("localStorage.clear()")
            self.windows[username] = window
        return self.windows[username]

    def close(self):
        for window in self.windows.values():
            window.context.close()

    def page(self, title):
        """The number of the page that is called so."""
        return self.portal.sql(
            f"SELECT id FROM wagtailcore_page WHERE draft_title = '{title}' ORDER BY id DESC"
        )[0][0]

    def section(self, slug):
        return self.portal.sql(f"SELECT id FROM wagtailcore_page WHERE slug = '{slug}'")[0][0]

    def editing(self, title, username="bientap"):
        window = self.window(username)
        window.goto(f"/admin/pages/{self.page(title)}/edit/")
        return window

    def start_news(self, title, summary):
        window = self.window("bientap")
        window.goto(f"/admin/pages/add/articles/newspage/{self.section('tin-tuc')}/")
        window.locator("#id_title").fill(title)
        window.locator("#id_title").press("Tab")
        window.locator("#id_summary").fill(summary)
        return window

    @cached_property
    def draft(self):
        """A text that is being written; its title."""
        window = self.start_news(
            TEXT, "Bác sĩ của tỉnh khám tại trạm y tế xã trong hai ngày; không cần đăng ký trước."
        )
        choose_picture(window, "Đồi núi Khe Sanh")
        window.get_by_label("Mô tả hình chính bằng lời").fill("Đồi núi xã Khe Sanh buổi sáng.")
        write(window, "Người từ 60 tuổi trở lên được đo huyết áp, khám mắt và nhận thuốc.")
        wait_for_autosave(window)
        return TEXT

    @cached_property
    def sent_back(self):
        """A text that a reviewer has sent back; its title."""
        window = self.start_news(SENT_BACK, "Nước tạm ngừng từ sáng mai.")
        write(window, "Nước tạm ngừng để thay đường ống chính.")
        wait_for_autosave(window)
        submit(window, SENT_BACK)
        reviewer = self.editing(SENT_BACK, "kiemduyet")
        dialog = send_back(reviewer, REASON)
        dialog.get_by_role("button", name="Trả lại để sửa").click()
        expect(dialog).to_be_hidden()
        return SENT_BACK

    def shoot(self, window, name, *seen, marks=(), menu=False):
        """What stands around these places, or all beside the menu; a frame around the marks."""
        window.wait_for_load_state("networkidle")
        clip = around(seen, 0 if menu else MENU)
        shot = window.screenshot(clip=clip, animations="disabled", caret="hide")
        image = Image.open(io.BytesIO(shot)).convert("RGB")
        for mark in marks:
            box = mark.bounding_box()
            left, top = box["x"] - clip["x"], box["y"] - clip["y"]
            frame = (left - 5, top - 5, left + box["width"] + 5, top + box["height"] + 5)
            ImageDraw.Draw(image).rounded_rectangle(frame, radius=8, outline=MARK, width=4)
        file = self.folder / f"{name}.webp"
        image.save(file, "WEBP", quality=80, method=6)
        assert file.stat().st_size <= LARGEST, f"{name}: {file.stat().st_size} bytes"


def around(seen, left):
    """The part of the window that holds all of these."""
    if not seen:
        return {"x": left, "y": 0, "width": WIDTH - left, "height": HEIGHT}
    boxes = [place.bounding_box() for place in seen]
    left = max(0, min(box["x"] for box in boxes) - MARGIN)
    top = max(0, min(box["y"] for box in boxes) - MARGIN)
    right = min(WIDTH, max(box["x"] + box["width"] for box in boxes) + MARGIN)
    bottom = min(HEIGHT, max(box["y"] + box["height"] for box in boxes) + MARGIN)
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def write(window, text):
    """Into the paragraph that a new page begins with."""
    window.locator(BLOCKS).first.get_by_role("textbox").last.click()
    window.keyboard.type(text)


def choose_picture(window, title):
    window.get_by_role("button", name="Chọn hình ảnh").first.click()
    dialog = window.get_by_role("dialog")
    dialog.get_by_role("link", name=title).first.click()
    expect(dialog).to_be_hidden()


def footer(window):
    return window.locator("footer, .footer").first


def send_back(window, reason):
    """Its dialog, with the reason filled in."""
    more_actions(window)
    window.get_by_role("button", name="Trả lại để sửa").click()
    dialog = window.get_by_role("dialog")
    dialog.get_by_label("Lý do").fill(reason)
    return dialog


def side_panel(window, name):
    window.locator(f"[data-side-panel-toggle={name}]").click()
    panel = window.locator(f"[data-side-panel={name}]")
    expect(panel).to_be_visible()
    return panel


def desk_list(window, heading):
    return window.locator("section", has=window.get_by_role("heading", name=heading))


def to_the_top(place, space=90):
    """Scroll until it stands this far below the window's edge."""
    place.evaluate(
        """(place, space) => {
            place.style.scrollMarginTop = `${space}px`;
            place.scrollIntoView({ block: "start", behavior: "instant" });
        }""",
        space,
    )


@picture("dang-nhap")
def log_in(office):
    window = office.window()
    window.goto("/admin/login/")
    window.get_by_label("Tên đăng nhập").fill("bientap")
    window.get_by_label("Mật khẩu").first.fill("mat-khau-cua-ban")
    button = window.get_by_role("button", name="Đăng nhập")
    heading = window.get_by_role("heading", name="Đăng nhập trang quản trị")
    office.shoot(
        window, "dang-nhap", heading, window.locator(".login-form"), button, marks=[button]
    )


@picture("viec-cua-toi")
def my_work(office):
    _ = office.sent_back, office.draft
    window = office.window("bientap")
    window.goto("/admin/")
    to_the_top(window.get_by_role("heading", name="Viết bài mới"), 30)
    office.shoot(window, "viec-cua-toi", menu=True)


@picture("viet-tin")
def news(office):
    window = office.editing(office.draft)
    office.shoot(window, "viet-tin")


@picture("chon-khoi")
def choose_a_block(office):
    window = office.editing(office.draft)
    button = window.get_by_role("button", name="Chèn một khối").last
    to_the_top(button, 120)
    button.click()
    row = window.locator(".w-combobox__option-row", has_text="Khung nhấn mạnh")
    eye = row.locator(".w-combobox__option-preview")
    eye.click()
    drawn = window.locator(".w-combobox-preview__iframe")
    expect(drawn.content_frame.locator("body")).not_to_be_empty()
    office.shoot(window, "chon-khoi", marks=[eye])
    window.keyboard.press("Escape")


@picture("soan-van-ban")
def directive(office):
    window = office.editing("Tăng cường sử dụng văn bản điện tử tại các cơ quan nhà nước")
    to_the_top(window.get_by_role("heading", name="Thông tin văn bản").first)
    office.shoot(window, "soan-van-ban")


@picture("dan-tu-word")
def pasted(office):
    window = office.start_news("Báo cáo kết quả quý II", "Hồ sơ đúng hạn tăng hai điểm.")
    block = window.locator(BLOCKS).first
    paste(block.locator("[contenteditable=true]"), word.clipboard(word.report()))
    said = window.locator(".pasting-said")
    undo = said.get_by_role("button", name="Hoàn tác")
    expect(undo).to_be_visible()
    wait_for_autosave(window)
    # With the last of what was pasted above it.
    to_the_top(said, 560)
    office.shoot(window, "dan-tu-word", marks=[undo])


@picture("kho-anh")
def pictures(office):
    window = office.window("bientap")
    window.goto("/admin/images/")
    add = window.get_by_role("link", name="Thêm hình ảnh").first
    office.shoot(window, "kho-anh", marks=[add], menu=True)


@picture("san-sang")
def readiness(office):
    window = office.start_news(CAPITALS, "")
    wait_for_autosave(window)
    panel = side_panel(window, "readiness")
    expect(panel).to_contain_text("Chưa có tóm tắt")
    office.shoot(window, "san-sang", marks=[window.locator("[data-side-panel-toggle=readiness]")])


@picture("xem-truoc")
def preview(office):
    window = office.editing(office.draft)
    panel = side_panel(window, "preview")
    frame = panel.locator("iframe").first
    expect(frame.content_frame.get_by_role("heading", name=TEXT)).to_be_visible(timeout=20_000)
    office.shoot(window, "xem-truoc")


@picture("chia-se")
def share(office):
    window = office.window("bientap")
    window.goto(f"/admin/chia-se/{office.page(office.draft)}/")
    window.get_by_label("Cho ai").fill("Trạm y tế xã Khe Sanh")
    window.get_by_role("button", name="Tạo liên kết").click()
    address = window.locator(".office-links input[type=text]").first
    # The scratch portal's port and key are nobody's to copy.
    address.evaluate("field => { field.value = 'https://cong.tinh.example/xem-truoc/MzE6MQ/' }")
    office.shoot(window, "chia-se", marks=[window.get_by_role("button", name="Sao chép").first])


@picture("gui-duyet")
def hand_in(office):
    window = office.editing(office.draft)
    more_actions(window)
    button = window.get_by_role("button", name=re.compile("^Gửi duyệt"))
    expect(button).to_be_visible()
    office.shoot(window, "gui-duyet", marks=[button])


@picture("bi-tra-lai")
def came_back(office):
    window = office.editing(office.sent_back)
    expect(window.locator(".messages")).to_contain_text(REASON)
    more_actions(window)
    button = window.get_by_role("button", name="Gửi duyệt lại tới Kiểm duyệt")
    expect(button).to_be_visible()
    office.shoot(window, "bi-tra-lai", marks=[button])


@picture("duyet-bai")
def waiting(office):
    _ = office.sent_back
    window = office.window("kiemduyet")
    window.goto("/admin/")
    section = desk_list(window, "Chờ tôi duyệt")
    to_the_top(window.get_by_role("heading", name="Việc của tôi"), 60)
    item = section.locator("#desk-waiting + ul > li", has_text=WAITING)
    office.shoot(window, "duyet-bai", marks=[item])


@picture("tra-lai")
def sending_back(office):
    window = office.editing(WAITING, "kiemduyet")
    dialog = send_back(window, "Bảng chưa ghi số liệu của năm nào. Thêm nguồn ở dưới bảng.")
    button = dialog.get_by_role("button", name="Trả lại để sửa")
    title = dialog.get_by_role("heading", name="Trả lại để sửa")
    office.shoot(window, "tra-lai", title, dialog.get_by_label("Lý do"), button, marks=[button])


@picture("dat-lich")
def set_times(office):
    window = office.editing(office.draft)
    side_panel(window, "status")
    window.get_by_role("button", name="Đặt lịch").click()
    dialog = window.get_by_role("dialog")
    dialog.locator("#id_go_live_at").fill(f"02/09/{YEAR} 07:00")
    dialog.locator("#id_expire_at").fill(f"04/09/{YEAR} 17:00")
    # Closes the calendar.
    dialog.get_by_role("heading", name="Đặt lịch xuất bản").click()
    office.shoot(window, "dat-lich", marks=[dialog.get_by_role("button", name="Lưu lịch")])


@picture("go-trang")
def take_down(office):
    window = office.window("banbientap")
    window.goto(f"/admin/pages/{office.page(PUBLISHED)}/unpublish/")
    window.get_by_label("thông báo có lý do").check()
    window.get_by_role("textbox", name="Lý do").fill(
        "Đã hết hạn đăng ký; kết quả sẽ công bố trong tháng 6."
    )
    office.shoot(window, "go-trang")


@picture("thong-bao-khan")
def urgent_notice(office):
    window = office.window("banbientap")
    window.goto("/admin/snippets/home/urgentnotice/add/")
    window.get_by_role("textbox", name="Điều bạn đọc cần biết").fill(
        "Cấm cầu Hiền Lương từ 20 giờ ngày 1/9 đến 5 giờ ngày 2/9"
    )
    window.get_by_role("combobox", name="Mức độ").select_option(label="Khẩn cấp")
    window.locator("[name=starts_at]").fill(f"01/09/{YEAR} 20:00")
    window.locator("[name=ends_at]").fill(f"02/09/{YEAR} 05:00")
    window.locator("#header-title").click()  # closes the calendars
    office.shoot(window, "thong-bao-khan")


@picture("dang-khan")
def emergency(office):
    window = office.window("banbientap")
    window.goto(f"/admin/dang-khan/{office.page(WAITING)}/")
    window.get_by_label("Vì sao không thể chờ").fill(
        "Nước sông đang lên nhanh, người dân cần biết đường sơ tán ngay trong đêm."
    )
    office.shoot(window, "dang-khan", marks=[window.get_by_role("button", name="Đăng ngay")])


@picture("noi-bat")
def featured(office):
    window = office.window("banbientap")
    window.goto("/admin/snippets/home/featuredpage/")
    handle = window.locator("tbody [data-w-orderable-target=handle]").nth(1)
    office.shoot(window, "noi-bat", marks=[handle], menu=True)


@picture("danh-muc")
def menus(office):
    window = office.window("banbientap")
    window.goto("/admin/settings/home/navigationsettings/")
    office.shoot(window, "danh-muc", menu=True)


@picture("lay-y-kien")
def poll(office):
    window = office.window("bientap")
    window.goto("/admin/snippets/polls/poll/add/")
    window.locator("#id_question").fill("Cần thêm tuyến xe buýt nào?")
    window.locator("#id_choices-0-text").fill("Đông Hà – Lao Bảo")
    window.locator("#id_choices-1-text").fill("Đông Hà – Cửa Việt")
    to_the_top(window.get_by_role("heading", name="Cuộc thăm dò").first)
    office.shoot(window, "lay-y-kien")


@picture("bao-cao")
def report(office):
    window = office.window("banbientap")
    window.goto("/admin/")
    window.get_by_role("button", name="Báo cáo").first.click()
    window.get_by_role("link", name="Nội dung đã đăng").click()
    expect(window.get_by_role("button", name="Xem", exact=True)).to_be_visible()
    office.shoot(window, "bao-cao")


@picture("vai-tro")
def roles(office):
    window = office.window("bientap")
    window.goto("/admin/vai-tro/")
    office.shoot(window, "vai-tro")


def take(browser, portal, folder, names, tell):
    """Take these pictures; {name: why it failed}."""
    folder.mkdir(parents=True, exist_ok=True)
    office = Office(browser, portal, folder)
    failed = {}
    for number, name in enumerate(names, start=1):
        begun = time.monotonic()
        try:
            TAKEN[name](office)
        except (BrowserError, AssertionError) as error:
            failed[name] = str(error)
        result = "FAILED" if name in failed else "ok"
        tell(f"{number:2}/{len(names)}  {name:16} {result}, {time.monotonic() - begun:.1f} s")
    office.close()
    return failed


def astray():
    """What is wrong between the guide's pages and this file, in words."""
    named = pictures_of_pages()
    return [f"no page shows {name}" for name in TAKEN if name not in named] + [
        f"{slug}.md shows {name}, which nobody takes"
        for name, slug in named.items()
        if name not in TAKEN
    ]


def main():
    parser = argparse.ArgumentParser(
        prog="tests.e2e.guide_pictures", description=__doc__.split("\n\n")[0]
    )
    parser.add_argument("--only", metavar="NAME", action="append", choices=TAKEN, help="this one")
    parser.add_argument("--folder", type=Path, default=PICTURES, help="where to put them")
    options = parser.parse_args()
    tell = partial(print, flush=True)
    if wrong := astray():
        tell("\n".join(wrong))
        return 1
    path = browser_of_this_machine.installed()
    if path is None:
        tell(browser_of_this_machine.MISSING)
        return 1
    # A machine may be busy with other things.
    expect.set_options(timeout=20_000)
    with tempfile.TemporaryDirectory() as scratch:
        tell("Setting up a portal with the demo content…")
        snapshot = take_snapshot(Path(scratch))
        with (
            portal_processes(Path(scratch) / "portal", snapshot=snapshot) as portal,
            browser_of_this_machine.launched(path) as browser,
        ):
            failed = take(browser, portal, options.folder, options.only or list(TAKEN), tell)
    for name, why in failed.items():
        tell(f"\n{name}\n{why}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
