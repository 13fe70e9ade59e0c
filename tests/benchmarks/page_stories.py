"""Made-up stories, in several scripts, for pages that are made of them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone


@dataclass(frozen=True)
class Story:
    """`when`: in its site's own time zone."""

    language: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    author: str
    site: str
    host: str
    when: datetime

    @property
    def day(self) -> str:
        return self.when.date().isoformat()


STORIES = (
    Story(
        "en",
        "Harbour toll to rise in May – and again in June, council says",
        "From May, ships will pay by their length. The council's vote was 7 to 2, and fishermen are not amused.",
        (
            "The harbour of Linde will charge ships by their length from the first of May, the council decided on "
            "Friday after a debate of six hours that nobody had expected to be so heated.",
            "Under the new rule a ferry of eighty metres pays 240 crowns each time that it moors, three times as "
            "much as it does today; boats below eight metres stay free.",
            "“We have looked at what other harbours take, and we are still the cheapest of the coast,” said Mara "
            "Quill, who heads the council. The toll has not been raised for eleven years.",
            "The association of fishermen has announced that it will go to court. Its speaker called the decision “a "
            "wave that sinks the small ones first”.",
        ),
        "Ann Author", "The Linden Courier", "www.linden-courier.example",
        datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
    ),
    Story(
        "en-GB",
        "R&D at Veronde: “Lake-cooled” foundry opens",
        "The first foundry that is cooled with lake water alone has opened & employs 140 people.",
        (
            "It took nine years and three owners, but on Tuesday the foundry of Veronde poured its first bell. No "
            "other foundry in the world is cooled with nothing but the water of a lake.",
            "Its pumps lift four tonnes a second from a depth of sixty metres, where the water has five degrees in "
            "every season, and return it two degrees warmer.",
            "Biologists of the university have looked at the lake for two years before the opening and will go on "
            "for ten. So far, they say, char and whitefish do not mind.",
        ),
        "J. P. O'Neill", "Veronde Today", "verondetoday.example",
        datetime(2026, 11, 18, 17, 5, tzinfo=timezone(timedelta(hours=-5))),
    ),
    Story(
        "de",
        "Über die Brücke in Köllnitz dürfen ab Montag nur noch Fußgänger",
        "Die alte Steinbrücke wird für Autos gesperrt. Größere Schäden an zwei Pfeilern machen das nötig.",
        (
            "Ab Montag dürfen nur noch Fußgänger und Radfahrer über die alte Steinbrücke in Köllnitz gehen. Das hat "
            "die Stadt am Freitagabend mitgeteilt, nachdem Taucher zwei Pfeiler untersucht hatten.",
            "Die Umleitung führt über die neue Brücke im Norden und dauert etwa zwölf Minuten länger. Für Busse gilt "
            "ein eigener Fahrplan, der an allen Haltestellen aushängt.",
            "Wie lange die Sperrung dauert, ist offen. Die Bürgermeisterin rechnet mit zwei Jahren, ein Gutachten "
            "soll im März vorliegen.",
        ),
        "Jürgen Groß", "Köllnitzer Bote", "koellnitzer-bote.example",
        datetime(2026, 11, 19, 6, 0, tzinfo=timezone(timedelta(hours=1))),
    ),
    Story(
        "ru",
        "Старый мост в Верхнеозёрске снова открыт для движения",
        "После девяти лет ремонта по мосту снова ходят трамваи. Первый рейс был бесплатным.",
        (
            "Движение по старому мосту в Верхнеозёрске открыли в пятницу утром. Ремонт продолжался девять лет и "
            "обошёлся городу почти вдвое дороже, чем планировали.",
            "Первый трамвай проехал по мосту в шесть часов утра, и пассажиры в нём не платили за проезд. Среди них "
            "были рабочие, которые восстанавливали опоры.",
            "Мэр города сообщил, что следующей весной начнётся ремонт набережной, а пешеходная часть моста будет "
            "закончена до конца года.",
        ),
        "Анна Ветрова", "Озёрские вести", "ozvesti.example",
        datetime(2026, 11, 20, 9, 15, tzinfo=timezone(timedelta(hours=3))),
    ),
    Story(
        "zh",
        "老石桥时隔九年重新开放 市民可免费乘坐首班电车",
        "经过九年的修缮，老石桥于周五上午重新开放，首班电车免费。",
        (
            "经过九年的修缮，位于市中心的老石桥于周五上午六时重新开放。首班电车免费搭载市民过桥，车上还有参与修复桥墩的工人。",
            "据市政府介绍，修缮费用几乎是原计划的两倍。桥面的人行道部分将于年底前完工，届时行人可以从河的两岸进入。",
            "市长表示，明年春天将开始整修河堤，预计需要两年时间。附近的居民说，他们等这一天已经等了很久。",
        ),
        "李明", "河畔新闻网", "news.hepan.example",
        datetime(2026, 11, 20, 10, 40, tzinfo=timezone(timedelta(hours=8))),
    ),
    Story(
        "ja",
        "古い石橋が九年ぶりに再開、始発の路面電車は無料に",
        "九年の修理を終え、石橋が金曜日の朝に再び開通した。始発は無料で運行された。",
        (
            "市の中心部にある古い石橋が、九年の修理を終えて金曜日の朝六時に再び開通した。始発の路面電車は無料で運行され、橋脚の修復に携わった作業員も乗車した。",
            "市によると、修理の費用は当初の計画のほぼ二倍になった。歩道の部分は年末までに完成する予定である。",
            "市長は、来年の春から川岸の整備を始めると述べた。近くに住む人たちは、この日を長く待っていたと話している。",
        ),
        "田中花子", "川辺新聞", "kawabe.example",
        datetime(2026, 11, 20, 11, 0, tzinfo=timezone(timedelta(hours=9))),
    ),
    Story(
        "ar",
        "عودة الجسر الحجري القديم بعد تسع سنوات من الترميم",
        "افتتحت المدينة الجسر الحجري يوم الجمعة، وكانت أول رحلة للترام مجانية.",
        (
            "افتتحت المدينة صباح يوم الجمعة الجسر الحجري القديم بعد تسع سنوات من أعمال الترميم "
            "التي كلفت ضعف ما كان مقررا لها.",
            "وعبر أول ترام الجسر في الساعة السادسة صباحا، وكان الركوب مجانيا للجميع، "
            "وبينهم عمال شاركوا في إصلاح الدعامات.",
            "وقال رئيس البلدية إن أعمال ترميم ضفة النهر ستبدأ في الربيع المقبل وتستمر سنتين.",
        ),
        "ليلى حداد", "صحيفة الوادي", "alwadi.example",
        datetime(2026, 11, 20, 7, 20, tzinfo=timezone(timedelta(hours=2))),
    ),
)  # fmt: skip
