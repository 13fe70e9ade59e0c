"""The bot in its readers' languages: whose it speaks, and in which an article comes."""

import aiohttp

from tests.e2e.world import World, edited, labels, said

ARTICLE = "tech\n\nHarbour Toll Rises\n\nFrom May, ships pay more.\n\nThe council has decided."


async def test_a_german_reader(world: World) -> None:
    greta = (await world.client.new_person("Greta", language_code="de-AT")).private
    await greta.say("/start")
    greeting = await greta.next()
    assert greeting["text"].startswith("Nachrichten, wann du willst.")
    assert {"➕ Technik", "❔ Hilfe"} <= set(labels(greeting))
    assert (await greta.press(greeting, "➕ Technik"))["answer"]["text"] == "Abonniert: Technik"
    assert "✅ Technik" in labels(await edited(greta, greeting))
    assert "Wirtschaft" in await said(greta, "/subscribe wirtschaft")
    assert "täglich um 08:00" in await said(greta, "/schedule daily 8:00")
    assert "Meinst du" in await said(greta, "/subscribe polcy")
    assert "Ruhezeit" in await said(greta, "/quiet 22-7")
    assert "/ask" in await said(greta, "/help")
    assert "Diesen Befehl kenne ich nicht" in await said(greta, "/nonsense")


async def test_an_arabic_reader(world: World) -> None:
    person = await world.client.new_person("Amal", language_code="ar")
    amal = person.private
    await amal.say("/start")
    greeting = await amal.next()
    assert greeting["text"].startswith("الأخبار متى أردت.")
    commands = [e for e in greeting["entities"] if e["type"] == "bot_command"]
    assert commands, "the command is one although it stands between marks"
    await amal.press(greeting, "➕ تقنية")
    await world.post(ARTICLE)
    teaser = await amal.next(where=lambda message: "Harbour" in message["text"])
    assert {"📖 اقرأ هنا", "🔖 احفظ"} <= set(labels(teaser))
    assert "يوميًّا" in await said(amal, "/schedule daily 8:00")
    assert [one["description"] for one in await person.commands() if one["command"] == "help"] == ["ما أستطيع فعله"]


async def test_one_article_in_three_languages(world: World) -> None:
    readers = {code: (await world.client.new_person(code, language_code=code)).private for code in ("es", "ru", "fr")}
    for chat in readers.values():
        await said(chat, "/subscribe tech")
    await world.post(ARTICLE)
    told = {"es": "📖 Leer aquí", "ru": "📖 Читать здесь", "fr": "📖 Read here"}
    teasers = {code: await chat.next() for code, chat in readers.items()}
    assert all(told[code] in labels(teaser) for code, teaser in teasers.items())
    named = {"es": "\nTecnología · ", "ru": "\nТехнологии · ", "fr": "\nTech · "}
    assert all(named[code] in teaser["text"] for code, teaser in teasers.items())
    published = await world.services.articles.latest(count=1) if world.services else []
    await said(world.editing, f"/correct {published[0].id} From June.")
    for code, word in {"es": "Corrección", "ru": "Исправление", "fr": "Correction"}.items():
        assert word in (await edited(readers[code], teasers[code]))["text"]
        assert word in (await readers[code].next())["text"]
    await readers["es"].press(teasers["es"], "🔖 Guardar")
    assert "Tecnología · " in await said(readers["es"], "/saved")


async def test_a_group_chooses_its_language(world: World) -> None:
    group = await world.client.new_group("Leser", owner=world.editor, members=[world.reader])
    owner, member = world.editor.in_(group), world.reader.in_(group)
    await member.say("/language de")
    assert "administrators" in (await member.next())["text"]
    await owner.say("/language@demo_news_bot")
    offered = await owner.next(where=lambda message: "Choose another language" in message["text"])
    assert {"● English", "Deutsch", "العربية"} <= set(labels(offered))
    await owner.press(offered, "Deutsch")
    assert "Ab jetzt spreche ich hier Deutsch" in (await edited(owner, offered))["text"]
    await owner.say("/subscribe tech")
    assert "Abonniert: Technik" in (await owner.next(where=lambda message: "Technik" in message["text"]))["text"]
    refused = await member.press(offered, "English")
    assert "Nur wer diese Gruppe verwaltet" in refused["answer"]["text"]
    commands = await world.reader.commands(group.id)
    assert {"command": "help", "description": "Was ich kann"} in commands
    assert "What I can do" in [one["description"] for one in await world.reader.commands()]


async def test_a_language_is_chosen_by_its_code_or_name(world: World) -> None:
    assert "I do not speak “klingon”" in await said(world.reading, "/language klingon")
    assert "Español" in await said(world.reading, "/language Spanish")
    assert "русский" in (await said(world.reading, "/language русский")).casefold()
    assert "I speak English" not in await said(world.reading, "/language")
    assert "Ab jetzt" in await said(world.reading, "/language DE")


async def test_an_editor_names_a_category(world: World) -> None:
    greta = (await world.client.new_person("Greta", language_code="de")).private
    assert "tech is called Digitales in Deutsch now" in await said(world.editing, "/renamecategory tech de Digitales")
    assert "tech is called My tech now" in await said(world.editing, "/renamecategory tech My tech")
    assert "tech is called Technology now" in await said(world.editing, "/renamecategory tech Technology")
    assert "“fr” is none of the languages" in await said(world.editing, "/renamecategory tech fr Technique")
    assert "such as" in await said(world.editing, "/renamecategory nope Name")
    assert "such as" in await said(world.editing, "/renamecategory")
    assert "Digitales" in await said(greta, "/subscribe digitales")
    assert "Technology" in await said(world.reading, "/subscribe technology")


async def test_owners_are_alerted_in_their_language(world: World) -> None:
    await said(world.editing, "/language de")
    assert "Alles in Ordnung" in await said(world.editing, "/status")


async def test_a_page_is_in_the_browser_s_language(world: World) -> None:
    await world.post(ARTICLE)
    article = (await world.services.articles.latest(count=1))[0] if world.services else None
    url = f"http://127.0.0.1:{world.web_port}/a/{article.id if article else ''}"
    async with aiohttp.ClientSession() as session:
        for asked, words in (("fr, de-CH;q=0.8, en;q=0.5", "In Telegram danach fragen"), ("", "Ask about it")):
            async with session.get(url, headers={"Accept-Language": asked}) as response:
                assert words in await response.text()
                assert response.headers["Vary"] == "Accept-Language"
