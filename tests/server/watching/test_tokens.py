"""Resume tokens: what fits, and what does not."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goten.server.watching.tokens import ResumeTokens, fingerprint


class Epochs:
    """A store that is at revision 20, and began anew at 10."""

    def __init__(self, id: str = "store", later: str = "second") -> None:
        self.id = id
        self.revision = 20
        self._later = later

    def epoch_at(self, revision: int) -> str:
        return self._later if revision >= 10 else "first"

    def accepts(self, epoch: str, revision: int) -> bool:
        return epoch == self.epoch_at(revision)


QUESTION = fingerprint(["one question"])
TOKENS = ResumeTokens(Epochs())


@pytest.mark.parametrize("revision", [0, 9, 10, 20])
def test_a_token_leads_back_to_its_revision(revision: int) -> None:
    """FEED-7."""
    assert TOKENS.read(TOKENS.issue(revision, QUESTION), QUESTION) == revision


def test_a_token_can_stand_in_a_url() -> None:
    token = TOKENS.issue(7, QUESTION)
    assert token.replace("-", "").replace("_", "").isalnum()


def test_a_token_of_another_question_does_not_fit() -> None:
    """FEED-7."""
    assert TOKENS.read(TOKENS.issue(7, QUESTION), fingerprint(["another"])) is None


def test_a_token_of_another_store_does_not_fit() -> None:
    """FEED-7."""
    assert TOKENS.read(ResumeTokens(Epochs("other")).issue(7, QUESTION), QUESTION) is None


def test_a_token_of_a_history_that_was_undone_does_not_fit() -> None:
    """FEED-7: the store was set back, and had another epoch at that revision."""
    undone = ResumeTokens(Epochs(later="undone"))
    assert TOKENS.read(undone.issue(15, QUESTION), QUESTION) is None
    assert TOKENS.read(undone.issue(9, QUESTION), QUESTION) == 9


def test_a_token_of_a_revision_to_come_does_not_fit() -> None:
    """FEED-7."""
    assert TOKENS.read(TOKENS.issue(21, QUESTION), QUESTION) is None


@pytest.mark.parametrize(
    "token",
    ["", "=", "x", "5", "ö", "a" * 10_000, "////", "AAAA", base64.urlsafe_b64encode(b"1/store/first/-1/x").decode()],
)
def test_what_is_no_token_does_not_fit(token: str) -> None:
    """FEED-7: an answer, and no error."""
    assert TOKENS.read(token, QUESTION) is None


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    """FEED-7."""
    assert TOKENS.read(text, QUESTION) is None


@given(st.integers(0, 20), st.data())
def test_a_damaged_token_does_not_fit(revision: int, data: st.DataObject) -> None:
    """FEED-7: at most, damage makes another token of it."""
    token = TOKENS.issue(revision, QUESTION)
    place = data.draw(st.integers(0, len(token) - 1))
    damaged = token[:place] + data.draw(st.sampled_from("Aa0-_=/é")) + token[place + 1 :]
    found = TOKENS.read(damaged, QUESTION)
    assert found is None or 0 <= found <= 20


def test_parts_of_a_question_do_not_run_into_each_other() -> None:
    """FEED-7."""
    assert fingerprint(["ab", "c"]) != fingerprint(["a", "bc"])
    assert fingerprint(["a/b"]) != fingerprint(["a", "b"])
