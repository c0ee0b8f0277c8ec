"""Times as tables have them."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from intentflow.mapping.times import checked_format, reader


def read(text: str, *formats: str, zone: str = "UTC") -> str | None:
    return reader(formats)(text, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("text", "name", "time"),
    [
        ("2021-03-03T21:27:31+02:00", "iso", "2021-03-03T19:27:31.000Z"),
        ("2021-03-03 21:27:31.5", "iso", "2021-03-03T21:27:31.500Z"),
        ("2021-03-03 21:27:31.123456 UTC", "iso", "2021-03-03T21:27:31.123Z"),
        ("2021-03-03", "iso", "2021-03-03T00:00:00.000Z"),
        ("1331923247", "epoch_s", "2012-03-16T18:40:47.000Z"),
        ("1331923247.25", "epoch_s", "2012-03-16T18:40:47.250Z"),
        ("1331923247250", "epoch_ms", "2012-03-16T18:40:47.250Z"),
        ("3.4.2021 9:05", "%d.%m.%Y %H:%M", "2021-04-03T09:05:00.000Z"),
        ("03/Mar/2021:10:00:00 +0100", "%d/%b/%Y:%H:%M:%S %z", "2021-03-03T09:00:00.000Z"),
    ],
)
def test_a_time_is_read_to_the_millisecond_in_utc(text, name, time):
    assert read(text, name) == time


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2021-01-01 12:00", "2021-01-01T11:00:00.000Z"),
        ("2021-07-01 12:00", "2021-07-01T10:00:00.000Z"),
        ("2021-07-01 12:00+00:00", "2021-07-01T12:00:00.000Z"),
        ("2021-10-31 02:30", "2021-10-31T00:30:00.000Z"),  # shown twice: the first
        ("2021-03-28 02:30", "2021-03-28T01:30:00.000Z"),  # skipped
    ],
)
def test_a_time_without_an_offset_is_that_of_the_clock_on_the_wall(text, time):
    assert read(text, "iso", zone="Europe/Berlin") == time


def test_of_several_formats_the_first_that_fits_counts():
    assert read("2021-01-07 6:49:18", "iso", "%Y-%m-%d %H:%M:%S") == "2021-01-07T06:49:18.000Z"


@pytest.mark.parametrize("text", ["", "soon", "2021-13-01", "1e400", "NaN", "99999999999999999999"])
def test_what_is_no_time_is_none(text):
    assert reader(("iso", "epoch_s", "epoch_ms", "%Y-%m-%d"))(text, UTC) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("soon", "must be iso, epoch_s, epoch_ms or like"),
        ("%d %b", "must have the year"),
        ("%Y %Q", "cannot be read back"),
    ],
)
def test_a_format_that_cannot_be_one_is_told(name, said):
    with pytest.raises(ValueError, match=said):
        checked_format(name)
