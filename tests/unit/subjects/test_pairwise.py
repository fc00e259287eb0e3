from idp.subjects.pairwise import Pairwise

ids = Pairwise(b"k" * 32)


def test_one_subject_has_one_sub_in_a_sector_and_others_elsewhere() -> None:
    at_stellantis = ids.sub("s_ana", "brand:stellantis", "pairwise")
    assert at_stellantis == Pairwise(b"k" * 32).sub("s_ana", "brand:stellantis", "pairwise")
    assert at_stellantis != ids.sub("s_ana", "brand:alphera", "pairwise")
    assert at_stellantis != ids.sub("s_ben", "brand:stellantis", "pairwise")
    assert at_stellantis != Pairwise(b"x" * 32).sub("s_ana", "brand:stellantis", "pairwise")
    assert "s_ana" not in at_stellantis
    assert len(at_stellantis) == 43


def test_public_sub_is_the_same_everywhere_and_no_sectors_own() -> None:
    public = ids.sub("s_ana", "brand:stellantis", "public")
    assert public == ids.sub("s_ana", "host:shop.example", "public")
    assert public != ids.sub("s_ana", "public", "pairwise")
    assert public != "s_ana"


def test_sid_is_by_session_and_sector_and_never_a_sub() -> None:
    assert ids.sid("e_1", "brand:stellantis") == ids.sid("e_1", "brand:stellantis")
    assert ids.sid("bc", "a") != ids.sid("c", "ab")
    assert len({ids.sid("e_1", "a"), ids.sid("e_1", "b"), ids.sid("e_2", "a"), ids.sub("e_1", "a", "pairwise")}) == 4
