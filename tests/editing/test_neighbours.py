from __future__ import annotations

from graduand.index.people_list import ListedPerson
from graduand.index.uniqueness_candidates import neighbours
from graduand.records.record import Record

RECORD = Record(
    "records/a/1.yaml",
    {
        "username": "ab1",
        "email_address": "A@valmont.example",
        "first_name": "Léa",
        "last_name": "Roy",
        "transition:previous_username": "old",
        "additional_email_addresses": ("more@valmont.example",),
        "card_id": "C1",
        "auth_identifier": "lroy",
    },
)


def entry(path: str, username: str, address: str = "", name: tuple[str, str] = ("", "")) -> ListedPerson:
    return ListedPerson(path, username, name[1], name[0], address, "", "returned", "", "", "")


def test_who_may_have_the_same_is_found_without_minding_capitals() -> None:
    near = [
        entry("records/b/2.yaml", "AB1"),
        entry("records/b/3.yaml", "OLD"),
        entry("records/b/4.yaml", "4", "a@VALMONT.example"),
        entry("records/b/5.yaml", "5", "More@valmont.example"),
        entry("records/b/6.yaml", "6")._replace(card="c1"),
        entry("records/b/7.yaml", "7")._replace(login="LROY"),
        entry("records/b/8.yaml", "8", "", ("LÉA", "ROY")),
    ]
    far = [entry("records/b/9.yaml", "9", "b@valmont.example", ("Léa", "Royer")), entry("records/b/10.yaml", "")]

    found = neighbours([*far, *near], RECORD)

    assert [one.path for one in found] == [one.path for one in near]
    assert (found[-3].text("card_id"), found[-2].text("auth_identifier")) == ("c1", "LROY")
    assert found[-1].values == {
        "username": "8",
        "first_name": "LÉA",
        "last_name": "ROY",
        "transition:kind": "returned",
    }
