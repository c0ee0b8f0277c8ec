"""The names of all topics: each is said here once."""

from msgspec import Struct

FAMILY_TOPICS = {
    "website_visit": "website-visits",
    "newsletter_signup": "newsletter-signups",
    "cart": "carts",
    "landing_page": "landing-pages",
}


class TopicNames(Struct, frozen=True):
    """The topics of one app; `prefix` begins the shared ones, `app_id` the app's own."""

    prefix: str = "intentflow"
    app_id: str = "intentflow"

    @property
    def events(self) -> str:
        """All four families and links, in the order in which they happened to a lead."""
        return f"{self.prefix}.events"

    @property
    def families(self) -> dict[str, str]:
        """Family → its own topic, for producers that already have one each."""
        return {family: f"{self.prefix}.{name}" for family, name in FAMILY_TOPICS.items()}

    @property
    def control(self) -> str:
        """Clock records and model changes, to each partition."""
        return f"{self.prefix}.control"

    @property
    def changes(self) -> str:
        """Qualification changes: the output."""
        return f"{self.prefix}.qualification-changes"

    @property
    def rejections(self) -> str:
        """What was refused: the original bytes, and why."""
        return f"{self.prefix}.rejections"

    @property
    def changelog(self) -> str:
        """The state of every lead, compacted."""
        return f"{self.app_id}-leads-changelog"
