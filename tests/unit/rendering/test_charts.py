from xml.etree import ElementTree

from bot.rendering.charts import Curve, axis, clock, line, picture, window

RISING = Curve("as <it> is", "last at 09:00", [(480, 0.0), (540, 1.0)])
STEP = Curve("other", "last at 08:30", [(470, 0.0), (480, 0.25), (500, 0.25), (510, 1.0)])
SVG = "{http://www.w3.org/2000/svg}"


def test_heights_lie_between_the_corners() -> None:
    assert [RISING.height(moment) for moment in (0, 480, 510, 540, 900)] == [0, 0, 0.5, 1, 1]
    assert [STEP.height(moment) for moment in (475, 490, 505)] == [0.125, 0.25, 0.625]


def test_clock() -> None:
    assert [clock(minute) for minute in (0, 480, 480.2, 1439)] == ["00:00", "08:00", "08:01", "23:59"]
    assert (clock(1500), clock(-60)) == ("01:00 +1 d", "23:00 -1 d")


def test_the_window_is_in_full_hours() -> None:
    assert window([RISING, STEP]) == (420, 540)
    assert window([Curve("", "", [(480, 0), (480, 1)])]) == (480, 540)


def test_a_line_of_bars_over_its_hours() -> None:
    assert line(RISING, 420, 600, 12) == "    ▁▃▅▇████"
    assert axis(420, 600, 18) == "07:00 08:00 09:00"
    assert axis(420, 600, 15) == "07:00     09:00"


def test_the_picture_has_a_line_and_a_row_for_each_curve() -> None:
    root = ElementTree.fromstring(picture("Title & more", "below", [RISING, STEP], 480))  # noqa: S314
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    lines = [one.attrib["points"].split() for one in root.iter(f"{SVG}polyline")]
    assert sorted(map(len, lines)) == [2, 4]
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert {"Title & more", "below", "as <it> is", "last at 09:00", "08:00", "100 %"} <= set(words)
    for x, y in (point.split(",") for points in lines for point in points):
        assert 0 < float(x) < width
        assert 0 < float(y) < height
    assert "prefers-color-scheme: dark" in "".join(root.itertext())
