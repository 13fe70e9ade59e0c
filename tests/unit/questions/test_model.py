import pytest

from bot.questions import encoder
from bot.questions.encoder import Encoder, available

TEXTS = [
    "The council closes the old bridge in March.",
    "When does the work on the bridge begin?",
    "Tomatoes want sun, water, and patience.",
]

pytestmark = pytest.mark.skipif(not available(), reason="the packages for it are not installed")


def test_a_compact_model_means_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    compact = Encoder().encode(TEXTS)
    monkeypatch.setattr(encoder, "compact", lambda path: path)  # the file as it is
    for one, other in zip(compact, Encoder().encode(TEXTS), strict=True):
        assert float(one.whole @ other.whole) > 0.998
        assert (one.parts * other.parts).sum(1).min() > 0.998
    near, far = (float(compact[0].whole @ other.whole) for other in compact[1:])
    assert near > far + 0.3
