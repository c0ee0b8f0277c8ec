"""The shop that the people of the demo go to: coffee machines and what belongs to them. URLs are as the model `retail` reads them."""

from typing import NamedTuple

SITE = "https://shop.example"


class Article(NamedTuple):
    """Something on sale."""

    sku: str
    path: str
    name: str
    price: str


ARTICLES = (
    Article("ESP-200", "/products/espresso-machine", "Espresso machine", "449.00"),
    Article("ESP-400", "/products/espresso-machine-pro", "Espresso machine Pro", "899.00"),
    Article("GRI-10", "/products/hand-grinder", "Hand grinder", "59.90"),
    Article("GRI-55", "/products/electric-grinder", "Electric grinder", "189.00"),
    Article("KET-7", "/products/gooseneck-kettle", "Gooseneck kettle", "79.50"),
    Article("SCA-1", "/products/brewing-scale", "Brewing scale", "34.95"),
    Article("BEA-1", "/products/house-blend", "House blend, 1 kg", "21.80"),
    Article("FIL-3", "/products/paper-filters", "Paper filters, 3 x 100", "9.99"),
)
POSTS = (
    "/blog/how-fine-should-you-grind",
    "/blog/water-for-coffee",
    "/blog/cleaning-an-espresso-machine",
    "/blog/a-visit-to-huila",
    "/blog/cold-brew-overnight",
    "/blog/crema-explained",
    "/blog/the-first-week-with-a-machine",
)
PAGES = ("/", "/", "/about", "/stores", "/help", "/reviews")
PRICES = ("/pricing", "/pricing/machines", "/offers")
SHIPPING = ("/shipping", "/shipping/abroad")
CAREERS = ("/careers", "/careers/barista-trainer", "/careers/warehouse")
DOWNLOADS = ("/files/espresso-machine-manual.pdf", "/files/buying-guide.pdf")
SEARCHES = ("/search?q=grinder", "/search?q=portafilter", "/search?q=descaling")
LANDINGS = ("/lp/spring", "/lp/grinder-week", "/lp/home-barista")

# name, source, medium
CAMPAIGNS = (
    ("spring_sale", "google", "cpc"),
    ("grinder_week", "newsletter", "email"),
    ("home_barista", "instagram", "social"),
    ("come_back", "newsletter", "email"),
)
NOT_FOR_US = ("a student", "works for a competitor", "outside our delivery area")  # why sales turns somebody down
NOT_NOW = ("no budget this quarter", "wants to be called in spring", "could not be reached")
LOST = ("bought elsewhere", "too expensive", "decided against it")
SEARCH_ENGINES = ("https://www.google.com/", "https://duckduckgo.com/", "https://www.bing.com/")

FIRST_NAMES = (
    "anna",
    "ben",
    "carla",
    "deniz",
    "elif",
    "finn",
    "greta",
    "hugo",
    "ines",
    "jonas",
    "kim",
    "lena",
    "malik",
    "nora",
    "omar",
    "paula",
)
LAST_NAMES = (
    "albers",
    "brandt",
    "costa",
    "dogan",
    "eriksen",
    "fischer",
    "garcia",
    "huber",
    "ivanova",
    "jansen",
    "keller",
    "lopez",
    "meyer",
)
BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/135.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/135.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:138.0) Gecko/20100101 Firefox/138.0",
)
