"""Names in other scripts are measured as they are drawn: neither cut where there is room, nor wider than thought."""

import pytest

from nbgrad.display import measure

# px at 15 px in DejaVu Sans Bold, as Chromium sets them: letters joined, marks above and below them
DRAWN = {
    "الخسارة": 60.0,
    "مصفوفة_الأوزان": 122.9,
    "معدل_التعلم_الأولي": 144.1,
    "شششش": 66.5,
    "خَسَارَة": 49.2,
    "שיעור_למידה": 90.9,
    "אובדן": 39.2,
    "הֶפְסֵד": 39.2,
}


@pytest.mark.parametrize("name", DRAWN)
def test_no_name_is_wider_than_it_is_measured_and_none_much_narrower(name):
    assert DRAWN[name] <= measure.width(name, 15) <= 1.4 * DRAWN[name]


def test_marks_and_joiners_take_no_room():
    assert measure.width("خَسَارَة", 15) == measure.width("خسارة", 15)
    assert measure.width("הֶפְסֵד", 15) == measure.width("הפסד", 15)
    assert measure.width("👨\u200d👩", 15) == measure.width("👨👩", 15)


def test_a_name_for_which_there_is_room_is_whole():
    assert measure.fit_name("مصفوفة_الأوزان", 15, 170) == "مصفوفة_الأوزان"
    assert measure.fit_name("معدل_التعلم_الأولي_للطبقة", 15, 170).endswith("…")
