"""The fictional tips of the demo. No person, class or event in here is real."""

from dataclasses import dataclass

from tips.models import Adult, AdultRole, Details, Kind, Place, When

NEW, READ, HELD, CLOSED = range(4)
THANKS = "Thank you for telling us. You are not in trouble. A real person is reading this."
DONE = "Thank you. We have taken care of it. If it starts again, please write to us here."
NOTHING_MORE = Details()


@dataclass(frozen=True)
class Story:
    """One tip: how many hours ago, what about, in which words, and how far the team has come.

    talk: the thread; the team's messages and the sender's by turns, the team first
    elsewhere: which other school than the one where the demo's principal works; 0 is that one,
        None where the sender is unsure
    """

    hours: int
    kind: Kind
    words: str
    state: int = NEW
    talk: tuple[str, ...] = ()
    elsewhere: int | None = 0
    details: Details = NOTHING_MORE


STORIES = (
    Story(
        1,
        Kind.LIFE,
        "A boy in my grade showed a video of a gun in his backpack. He said “wait for"
        " Monday”. I don’t know if it is real.",
        details=Details(who="plays bass in band", place=Place.SCHOOL, when=When.SOON),
    ),
    Story(
        2,
        Kind.BULLY,
        "They made a group chat only to laugh at one girl. She eats lunch in the bathroom now.",
        details=Details(place=Place.ONLINE, when=When.THIS_WEEK),
    ),
    Story(
        4,
        Kind.SELF,
        "My friend says nobody would notice if she was gone. She gave me her favorite bracelet.",
        HELD,
        (THANKS, "ok. please be nice to her", "We will. Is she at school today?"),
        details=Details(who="she sits alone at lunch", when=When.NOW),
    ),
    Story(
        5,
        Kind.DRUGS,
        "Kids vape in the second floor bathroom every day after lunch.",
        READ,
        details=Details(place=Place.SCHOOL, when=When.THIS_WEEK),
    ),
    Story(
        7,
        Kind.FIGHT,
        "There is going to be a fight behind the gym Friday after the last bell. "
        "People plan to film it.",
        HELD,
        ("Thank you. Do you know about what time?", "right after the bell"),
        details=Details(place=Place.SCHOOL, when=When.SOON),
    ),
    Story(
        9,
        Kind.ADULT,
        "The new driver yells and drives too fast when he is mad.",
        elsewhere=1,
        details=Details(
            place=Place.BUS,
            when=When.THIS_WEEK,
            adult=Adult.YES,
            adult_roles=(AdultRole.OTHER,),
            adult_name="the driver of the blue bus",
        ),
    ),
    Story(
        11,
        Kind.OTHER,
        "The back door by the shop room never closes all the way. Anybody can walk in.",
        elsewhere=2,
    ),
    Story(
        20,
        Kind.ABUSE,
        "My friend has marks on his arm and does not want to go home on weekends.",
        HELD,
        (THANKS, "he doesn’t know I wrote this", "We will be careful. He won’t hear it from us."),
        details=Details(place=Place.HOME),
    ),
    Story(
        26,
        Kind.BULLY,
        "Se burlan de mi hermano porque no habla bien inglés. Ya no quiere ir a la escuela.",
        READ,
        details=Details(place=Place.SCHOOL, language="es"),
    ),
    Story(
        30,
        Kind.OTHER,
        "Somebody is selling answers to the science test.",
        READ,
        elsewhere=3,
    ),
    Story(
        33,
        Kind.DRUGS,
        "A kid sells gummies at the bus stop. My little sister thought they were candy.",
        HELD,
        (THANKS,),
        elsewhere=4,
        details=Details(place=Place.BUS),
    ),
    Story(
        49,
        Kind.SELF,
        "I found a note in a library book that says I can’t do this anymore.",
        CLOSED,
        (
            THANKS,
            "is the person ok?",
            "We found who wrote it, and they have help now. You did a good thing.",
        ),
        details=Details(place=Place.SCHOOL),
    ),
    Story(
        52,
        Kind.FIGHT,
        "Two groups are mad about a game. They said they will settle it at the park.",
        CLOSED,
        (DONE,),
        elsewhere=5,
    ),
    Story(
        70,
        Kind.BULLY,
        "They trip the same kid on the stairs each morning and laugh.",
        CLOSED,
        (THANKS, "it stopped. thank you", DONE),
        details=Details(place=Place.SCHOOL),
    ),
    Story(
        77,
        Kind.ADULT,
        "The assistant principal lets his friends’ kids skip detention.",
        READ,
        details=Details(adult=Adult.YES, adult_roles=(AdultRole.PRINCIPAL,)),
    ),
    Story(
        95,
        Kind.OTHER,
        "The crossing light by the school is broken. Cars do not stop.",
        CLOSED,
        (DONE,),
        elsewhere=6,
    ),
    Story(
        119,
        Kind.BULLY,
        "A mean page posts pictures of people from our school without asking.",
        HELD,
        ("Thank you. Can you tell us the name of the page?",),
        details=Details(place=Place.ONLINE),
    ),
    Story(
        140,
        Kind.LIFE,
        "Someone wrote on the wall that there will be a bomb. I think it is a joke "
        "but I am scared.",
        CLOSED,
        (THANKS, DONE),
        details=Details(place=Place.SCHOOL, when=When.EARLIER),
    ),
    Story(
        167,
        Kind.DRUGS,
        "There is a party every Saturday where older people bring alcohol.",
        CLOSED,
        (DONE,),
        elsewhere=None,
    ),
    Story(
        200,
        Kind.ABUSE,
        "There is never food at their house. The little one asks for my lunch.",
        CLOSED,
        (THANKS, "do I have to say my name", "No. Never. The family has help now."),
        elsewhere=7,
    ),
    Story(
        260,
        Kind.BULLY,
        "Someone takes his glasses every day in PE.",
        CLOSED,
        (DONE,),
    ),
    Story(
        310,
        Kind.OTHER,
        "A drone flies over the playground at recess.",
        CLOSED,
        (DONE,),
        elsewhere=8,
    ),
    Story(
        370,
        Kind.FIGHT,
        "They pushed each other in the parking lot and said it is not over.",
        CLOSED,
        (THANKS, DONE),
    ),
    Story(
        430,
        Kind.SELF,
        "He posts sad things at night and then deletes them.",
        CLOSED,
        (THANKS, DONE),
        elsewhere=9,
    ),
    Story(
        500,
        Kind.OTHER,
        "I don’t feel safe on the bus because nobody sits in their seat.",
        CLOSED,
        (DONE,),
        details=Details(place=Place.BUS),
    ),
    Story(
        560,
        Kind.BULLY,
        "They call her names in the hall. Teachers hear it.",
        CLOSED,
        (DONE,),
        elsewhere=10,
    ),
)
