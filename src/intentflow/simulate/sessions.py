"""What people do in one go: a session is a list of deeds, each with how often, and with what chance it comes to it."""

from typing import NamedTuple


class Deed(NamedTuple):
    """Something done from `least` to `most` times in a row, in `chance` of all sessions."""

    what: str  # a name in `deeds.DEEDS`
    least: int = 1
    most: int = 1
    chance: float = 1.0


SESSIONS: dict[str, tuple[Deed, ...]] = {
    # -- looking
    "bounce": (Deed("blog"),),
    "bounce off an ad": (Deed("chance_landing"),),
    "read the blog": (Deed("blog", 2, 5), Deed("page", 1, 1, 0.3), Deed("product", 1, 1, 0.15)),
    "look around": (Deed("page", 1, 2), Deed("product", 1, 4), Deed("search", 1, 1, 0.25), Deed("blog", 1, 2, 0.2)),
    "study": (
        Deed("product", 2, 4),
        Deed("price"),
        Deed("video", 1, 1, 0.3),
        Deed("download", 1, 1, 0.3),
        Deed("compare", 1, 1, 0.3),
    ),
    "look for a job": (Deed("page"), Deed("career", 1, 3)),
    # -- following a link that was meant for them
    "follow a campaign": (Deed("landing"), Deed("product", 1, 3), Deed("price", 1, 1, 0.25)),
    "ask for a sample": (Deed("landing"), Deed("product", 1, 2), Deed("sample_form")),
    "ask for a trial": (Deed("landing"), Deed("price"), Deed("trial_form")),
    # -- the newsletter
    "sign up": (Deed("page"), Deed("product", 1, 2, 0.5), Deed("sign_up")),
    "confirm": (Deed("confirm"),),
    "open a mail": (Deed("open_mail"),),
    "read a mail": (Deed("open_mail"), Deed("click_mail"), Deed("landing", 1, 1, 0.7), Deed("product", 1, 2, 0.7)),
    "unsubscribe": (Deed("open_mail", 1, 1, 0.5), Deed("unsubscribe")),
    "bounce a mail": (Deed("bounce_mail"),),
    # -- buying
    "fill a cart": (Deed("product", 1, 3), Deed("add", 1, 3), Deed("view_cart"), Deed("remove", 1, 1, 0.15)),
    "peek at shipping": (Deed("view_cart"), Deed("shipping_page", 1, 1, 0.4), Deed("quote")),
    "check out": (Deed("view_cart"), Deed("quote", 1, 1, 0.5), Deed("check_out")),
    "buy": (Deed("check_out", 1, 1, 0.6), Deed("purchase")),
    "order a sample": (Deed("product"), Deed("sample_order")),
    # -- what sales says of them
    "accepted by sales": (Deed("accept"),),
    "turned down by sales": (Deed("reject"),),
    "given back by sales": (Deed("recycle"),),
    "won by sales": (Deed("win"),),
    "lost by sales": (Deed("lose"),),
}
