from bot.bootstrap import Stores
from bot.domain.feed import Mode, mark_of
from bot.domain.subscription import Address
from bot.storage import keys
from bot.storage.offers import Offer


async def test_what_an_editor_was_asked_about_is_kept_for_a_week(stores: Stores) -> None:
    url = "https://a.example/feed"
    offer = Offer(urls=(url,), name="A", mode=Mode.REVIEW, desk=Address(-1001, 5))
    assert await stores.offers.get(mark_of(url)) is None
    await stores.offers.keep(mark_of(url), offer)
    assert await stores.offers.get(mark_of(url)) == offer
    assert 0 < await stores.redis.ttl(keys.offer(mark_of(url))) <= 7 * 86_400
