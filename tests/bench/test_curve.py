from itertools import pairwise
from xml.etree import ElementTree as ET

from bench.curve import Line, drawn, x_of

SVG = "{http://www.w3.org/2000/svg}"


def read(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314 - our own picture


def test_each_further_nine_is_as_far_again():
    steps = [x_of(share) for share in (0.0, 0.9, 0.99, 0.999)]
    apart = [round(b - a, 3) for a, b in pairwise(steps)]
    assert len(set(apart)) == 1


def test_the_picture_is_xml_with_a_line_and_a_name_for_each_rate_and_colors_for_light_and_dark():
    text = drawn(
        [Line("1 000/s", [(0.0, 2.0), (0.5, 4.0), (0.999, 20.0)]), Line("<fast>", [(0.0, 0.5), (0.999, 900.0)])]
    )
    picture = read(text)
    assert len(picture.findall(f"{SVG}polyline")) == 2
    assert {"1 000/s", "<fast>"} <= {each.text for each in picture.findall(f"{SVG}text")}
    assert "prefers-color-scheme: dark" in text


def test_what_waits_longer_is_drawn_higher():
    picture = read(drawn([Line("slow", [(0.0, 100.0), (0.999, 900.0)]), Line("quick", [(0.0, 1.0), (0.999, 9.0)])]))
    heights = [float(line.attrib["points"].split()[-1].split(",")[1]) for line in picture.findall(f"{SVG}polyline")]
    names = [each.text for each in picture.findall(f"{SVG}text") if each.text in ("slow", "quick")]
    assert names == ["quick", "slow"]
    assert heights[0] > heights[1]
