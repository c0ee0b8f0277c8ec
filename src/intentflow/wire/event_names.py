"""What the names of events mean: one table for all trackers, which a site adds its own names to.

A name is compared in lower case, with spaces for `_`, `-`, `.` and the humps of camelCase, so that `Product Added`, `product_added` and
`productAdded` are one. The table has the names of Segment's e-commerce, e-mail, B2B and video specs (old ones included), of GA4 and of
Shopify's pixels, of Snowplow's e-commerce, and the usual ones for newsletters, forms and downloads, since no tracker has any for these.

What no name of the table is, nobody can guess: it is refused with the name and the remedy. What trackers send by themselves and what comes
beside something that already counts is `NOTHING`: passed over without a word, since a rejection per heartbeat would bury those that matter.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal, get_args

from msgspec import Struct

from intentflow.domain.event import Cart, LandingPage, NewsletterSignup, WebsiteVisit
from intentflow.errors import ConfigError

Family = Literal["website_visit", "newsletter_signup", "cart", "landing_page"]
_BEHAVIOUR = {
    "website_visit": WebsiteVisit,
    "newsletter_signup": NewsletterSignup,
    "cart": Cart,
    "landing_page": LandingPage,
}
PASS = "pass"  # noqa: S105 - a word for people to write, no secret
PAGE = "page"


class Meaning(Struct, frozen=True):
    """What a name means: the family and action of the event, and of a form which one it is."""

    family: str
    action: str
    form: str | None = None


NOTHING = Meaning("", "")  # known, and nothing to us
PAGE_VIEW = Meaning("", "view")  # a landing page or a visit: the page and its campaign say which
_WORDS = {PASS: NOTHING, PAGE: PAGE_VIEW}

TABLE: Mapping[str, str] = {
    "cart.add": """
        Product Added; Added Product; Wishlist Product Added to Cart; Product Added to Cart; Add to Cart; Added to Cart; Add to Basket""",
    "cart.remove": """
        Product Removed; Removed Product; Product Removed from Cart; Remove from Cart; Removed from Cart; Remove from Basket""",
    "cart.view": """
        Cart Viewed; Viewed Cart; View Cart; Cart Shared; Coupon Entered; Coupon Applied; Coupon Denied; Coupon Removed""",
    "cart.shipping_quote": """
        Shipping Quoted; Shipping Quote Requested; Shipping Estimated; Shipping Calculated; Shipping Info Entered; Add Shipping Info;
        Checkout Shipping Info Submitted""",
    "cart.checkout": """
        Checkout Started; Started Checkout; Begin Checkout; Initiate Checkout; Checkout Step Viewed; Viewed Checkout Step;
        Checkout Step Completed; Completed Checkout Step; Checkout Step; Payment Info Entered; Add Payment Info; Payment Info Submitted;
        Checkout Contact Info Submitted; Checkout Address Info Submitted""",
    "cart.purchase": """
        Order Completed; Completed Order; Purchase; Purchased; Item Purchased; Order Placed; Order Paid; Checkout Completed; Transaction""",
    "website_visit.view": """
        Product Viewed; Viewed Product; Product View; View Item; Product List Viewed; Viewed Product Category; List View; View Item List;
        Collection Viewed; Product Added to Wishlist; Add to Wishlist; Product Shared; Product Reviewed""",
    "website_visit.search": """
        Products Searched; Searched Products; Search; Searched; Site Searched; Site Search; Search Submitted; View Search Results""",
    "website_visit.video": """
        Video Playback Started; Video Started; Video Start; Video Played; Video Watched; Play Event; Webinar Watched""",
    "website_visit.download": """
        File Downloaded; File Download; Document Downloaded; Whitepaper Downloaded; Asset Downloaded; Brochure Downloaded""",
    "website_visit.demo": "Demo Viewed; Demo Watched; Demo Started; Product Tour Started",
    "website_visit.competitor_compare": "Products Compared; Product Compared; Comparison Viewed; Competitor Compared; Alternatives Viewed",
    "newsletter_signup.signup": """
        Newsletter Signed Up; Newsletter Signup; Newsletter Sign Up; Signed Up for Newsletter; Newsletter Subscribed; Subscribed to
        Newsletter; Newsletter Subscription; Newsletter Registration; Email Signup; Email Subscribed""",
    "newsletter_signup.confirm": """
        Newsletter Confirmed; Newsletter Signup Confirmed; Newsletter Subscription Confirmed; Subscription Confirmed; Opt In Confirmed;
        Double Opt In Confirmed""",
    "newsletter_signup.open": "Email Opened; Newsletter Opened",
    "newsletter_signup.click": "Email Link Clicked; Email Clicked; Newsletter Clicked; Newsletter Link Clicked",
    "newsletter_signup.unsubscribe": "Unsubscribed; Newsletter Unsubscribed; Email Unsubscribed; Email Marked as Spam; Spam Reported",
    "newsletter_signup.bounce": "Email Bounced; Newsletter Bounced",
    "landing_page.land": """
        Landing Page Viewed; Landing Page Visited; Landed; Landing; Install Attributed; Deep Link Opened; Push Notification Tapped""",
    "landing_page.submit": "Form Submitted; Form Submit; Submitted Form; Submit Form; Form Sent; Lead Generated; Generate Lead",
    "landing_page.submit form=sign_up": "Signed Up; Sign Up; User Signed Up; User Registered; Registered; Complete Registration",
    "landing_page.submit form=trial": "Trial Started; Start Trial; Free Trial Started; Trial Requested",
    "landing_page.submit form=demo": "Demo Requested; Demo Booked; Request Demo; Schedule Demo",
    "landing_page.submit form=sample": "Sample Requested; Sample Ordered; Request Sample",
    "landing_page.submit form=contact_sales": "Contact Sales; Sales Contacted; Contacted Sales; Quote Requested; Request Quote",
    "landing_page.submit form=webinar": "Webinar Registered; Registered for Webinar; Webinar Signed Up",
    PAGE: "Page Viewed; Viewed Page; Page View; Pageview; Screen Viewed; Screen View",
    # What trackers send by themselves, and what is seen on a page whose view counts already.
    PASS: """
        Promotion Viewed; Promotion Clicked; View Promotion; Select Promotion; Promo View; Promo Click; List Click; Product Clicked;
        Select Item; Product List Filtered; Filtered Product List; Email Delivered; Push Notification Received; Push Notification Bounced;
        Deep Link Clicked; Application Installed; Application Opened; Application Backgrounded; Application Foregrounded; Application
        Updated; Application Uninstalled; Application Crashed; Video Playback Paused; Video Playback Interrupted; Video Playback Buffer
        Started; Video Playback Buffer Completed; Video Playback Seek Started; Video Playback Seek Completed; Video Playback Resumed;
        Video Playback Completed; Video Playback Exited; Video Content Started; Video Content Playing; Video Content Completed; Video Ad
        Started; Video Ad Playing; Video Ad Completed; Video Progress; Video Complete; Page Ping; Link Click; Change Form; Focus Form; Web
        Vitals; Application Error; Timing; Cmp Visible; Screen End; Trns Error; Scroll; Session Start; First Visit; User Engagement;
        Product Removed from Wishlist""",
}

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BETWEEN = re.compile(r"[\s_.\-/:]+")
_WRITTEN = re.compile(r"([a-z_]+)\.([a-z_]+)(?: form=(\S{1,128}))?")
REMEMBERED = 4096  # names as they were sent; then it starts afresh


def plain(name: str) -> str:
    """A name as it is compared."""
    return _BETWEEN.sub(" ", _HUMP.sub(" ", name)).strip().lower()


def meaning_of(written: str) -> Meaning | None:
    """What `family.action`, `family.action form=name`, `page` or `pass` means; None if it is none of them."""
    if written in _WORDS:
        return _WORDS[written]
    found = _WRITTEN.fullmatch(written)
    if found is None or found[1] not in _BEHAVIOUR or found[2] not in actions(found[1]):
        return None
    return Meaning(found[1], found[2], found[3])


def actions(family: str) -> tuple[str, ...]:
    """The actions of one of the four families."""
    return get_args(_BEHAVIOUR[family].__annotations__["action"])


class EventNames:
    """The table, with a site's own names before it."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        """`own` has `family.action`, `family.action form=name`, `page` or `pass` by name. Raises ConfigError that names the name and what
        may be said."""
        self._known = dict(_shipped())
        for name, written in (own or {}).items():
            meaning = meaning_of(written)
            if meaning is None or not plain(name):
                families = ", ".join(f"{family}.{'|'.join(actions(family))}" for family in _BEHAVIOUR)
                raise ConfigError(
                    f"event_names: {name!r}: {written!r} is no meaning: write one of {families}, after landing_page.submit "
                    f"if you like form=NAME, {PAGE} or {PASS}"
                )
            self._known[plain(name)] = meaning
        self._sent: dict[str, Meaning | None] = {}

    def meaning(self, name: str) -> Meaning | None:
        """What an event of this name is to us: `NOTHING` if it is passed over, None if nobody knows."""
        if name in self._sent:
            return self._sent[name]
        if len(self._sent) >= REMEMBERED:
            self._sent.clear()
        found = self._sent[name] = self._known.get(plain(name[:200]))
        return found

    def known(self) -> Mapping[str, Meaning]:
        """Every name that means something, as names are compared."""
        return dict(self._known)


@cache
def _shipped() -> dict[str, Meaning]:
    found: dict[str, Meaning] = {}
    for written, names in TABLE.items():
        meaning = meaning_of(written)
        assert meaning is not None, written
        found |= dict.fromkeys(map(plain, names.split(";")), meaning)
    return found
