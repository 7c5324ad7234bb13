"""Files in a real browser: chosen, dropped, sent, submitted, and seen by the next person in the page."""

from io import BytesIO

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests import sample_files as samples
from tests.browser.conftest import PHONE, Portal, Visit
from tests.builders import PROACTIVE_DRAFT, decide_all, launch_case, scalars, todo_of
from tests.waiting import wait_until

PICTURE = {"name": "现场.png", "mimeType": "image/png", "buffer": samples.image("PNG", (400, 300))}
WORD = {"name": "正文.docx", "mimeType": "", "buffer": samples.docx()}
BROKEN = {"name": "名单.pdf", "mimeType": "application/pdf", "buffer": b"MZ" * 50}


def red_share(element: Locator) -> float:
    """How much of what an element shows is red."""
    shot = Image.open(BytesIO(element.screenshot())).convert("RGB").resize((50, 50)).tobytes()
    pixels = zip(shot[::3], shot[1::3], shot[2::3], strict=True)
    return sum(r > 150 and g < 90 and b < 90 for r, g, b in pixels) / 2500


def require_shown(page: Page) -> None:
    """The red image of the samples, 400 wide, and their PDF stand in the page and can be seen."""
    image, frame = page.locator("img.shown"), page.locator("iframe.shown")
    image.scroll_into_view_if_needed()
    expect(image).to_have_js_property("naturalWidth", 400)
    assert red_share(image) > 0.9
    frame.scroll_into_view_if_needed()
    wait_until(lambda: red_share(frame) > 0.3, seconds=30, what="the PDF in its frame")


def test_a_drafter_brings_files_and_the_reviewer_sees_pdf_and_image_in_the_page(
    portal: Portal, visit: Visit
) -> None:
    number = launch_case(portal.service, draft={}).number
    todo = todo_of(portal.service, number).id
    drafter = visit().sign_in("drafter", then=f"/todo/{todo}")
    page = drafter.page
    page.get_by_label("提交", exact=True).check()
    pdf = {"name": "名单.pdf", "mimeType": "application/pdf", "buffer": samples.pdf(padding=3_000_000)}
    page.get_by_label("选择文件，或拖到这里").set_input_files([WORD, PICTURE, BROKEN])
    expect(page.locator(".chosen .refused .why")).to_contain_text("与文件名不符")
    expect(page.locator(".chosen li[data-way=upload]")).to_have_count(2)
    page.locator(".chosen .refused").get_by_role("button").click()
    page.locator(".chosen li", has_text=PICTURE["name"]).get_by_role("button", name="移除").click()
    expect(page.locator(".chosen li[data-way=upload]")).to_have_count(1)
    wait_until(lambda: scalars(portal.service, "SELECT count(*) FROM upload") == [1])
    page.get_by_label("选择文件，或拖到这里").set_input_files([PICTURE, pdf])
    expect(page.locator(".chosen li[data-way=upload]")).to_have_count(3)
    page.locator(".chosen li", has_text=WORD["name"]).get_by_label("用作").select_option(label="正文")
    page.get_by_label("标题").fill(PROACTIVE_DRAFT["title"])
    page.get_by_label("主动公开", exact=True).check()
    drafter.require_accessible()
    drafter.picture("drafter-files", whole=True)
    page.get_by_role("button", name="提交办理结果").click()
    expect(page.get_by_text("该待办已办理，意见已记录。")).to_be_visible()

    reviewer = visit().sign_in("section_head", then=f"/todo/{todo_of(portal.service, number).id}")
    page = reviewer.page
    expect(page.locator(".text")).to_contain_text(samples.WORDS)
    require_shown(page)
    reviewer.require_accessible()
    reviewer.picture("reviewer-files", whole=True)


def test_a_file_is_dropped_on_a_phone_sized_page_and_sent_before_the_page_can_be(
    portal: Portal, visit: Visit
) -> None:
    number = launch_case(portal.service, draft=PROACTIVE_DRAFT).number
    drafter = visit(PHONE).sign_in("drafter", then=f"/todo/{todo_of(portal.service, number).id}")
    page = drafter.page
    page.get_by_label("提交", exact=True).check()
    transfer = page.evaluate_handle(
        """bytes => { const made = new DataTransfer();
        made.items.add(new File([new Uint8Array(bytes)], '现场.png', {type: 'image/png'})); return made; }""",
        list(samples.image("PNG")),
    )
    page.locator(".drop").dispatch_event("drop", {"dataTransfer": transfer})
    expect(page.locator(".chosen li[data-way=upload] .name")).to_have_text("现场.png")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"the page is {width} px wide"
    drafter.require_accessible()
    page.route("**/uploads?*", lambda _route: None)  # the next one never ends
    page.get_by_label("选择文件，或拖到这里").set_input_files([WORD])
    expect(page.locator(".chosen progress")).to_be_visible()
    page.get_by_role("button", name="提交办理结果").click()
    expect(page.locator(".uploads .said")).to_have_text("文件还在上传，请稍候")
    page.get_by_role("button", name="停止").click()
    expect(page.locator(".chosen progress")).to_have_count(0)
    page.get_by_role("button", name="提交办理结果").click()
    expect(page.get_by_text("该待办已办理，意见已记录。")).to_be_visible()
    assert scalars(portal.service, "SELECT count(*) FROM attachment") == [1]


def test_what_is_hidden_in_a_file_is_said_as_soon_as_it_is_there_and_to_the_confidentiality_review(
    portal: Portal, visit: Visit
) -> None:
    number = launch_case(portal.service, draft=PROACTIVE_DRAFT).number
    drafter = visit().sign_in("drafter", then=f"/todo/{todo_of(portal.service, number).id}")
    page = drafter.page
    page.get_by_label("提交", exact=True).check()
    traced = {"name": "送审稿.docx", "mimeType": "", "buffer": samples.docx_with_traces()}
    page.get_by_label("选择文件，或拖到这里").set_input_files([WORD, traced])
    told = page.locator(".chosen li[data-way=upload] .hides")
    expect(told).to_have_count(2)
    expect(told.first).to_be_hidden()
    expect(told.last).to_be_visible()
    expect(told.last).to_contain_text("修订痕迹 3 处、批注 2 条")
    expect(page.locator(".uploads .said")).to_contain_text("批注 2 条")  # read out too
    drafter.require_accessible()
    page.get_by_role("button", name="提交办理结果").click()
    expect(page.get_by_text("该待办已办理，意见已记录。")).to_be_visible()
    decide_all(portal.service, number, until="confidentiality-review")

    reviewer = visit().sign_in("openness_office", then=f"/todo/{todo_of(portal.service, number).id}")
    page = reviewer.page
    expect(page.locator(".decide .hides")).to_contain_text("送审稿.docx：含修订痕迹 3 处、批注 2 条")
    reviewer.require_accessible()
    reviewer.picture("reviewer-hidden-content")
    page.get_by_label("同意", exact=True).check()
    page.get_by_label("不涉密，适宜公开").check()
    page.get_by_label("意见", exact=False).last.fill("适宜公开。")
    page.get_by_role("button", name="提交办理结果").click()
    expect(page.get_by_role("alert")).to_contain_text("请退回拟稿人")
