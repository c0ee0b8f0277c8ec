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
        """Events of every family, and links, in the order in which they happened to a lead."""
        return f"{self.prefix}.events"

    @property
    def families(self) -> dict[str, str]:
        """Family of behaviour → its own topic, for producers that already have one each."""
        return {family: f"{self.prefix}.{name}" for family, name in FAMILY_TOPICS.items()}

    @property
    def outcomes(self) -> str:
        """What sales says of leads, for a CRM that writes to a topic of its own."""
        return f"{self.prefix}.outcomes"

    @property
    def profiles(self) -> str:
        """What becomes known of leads, for a CRM or a service that writes to a topic of its own."""
        return f"{self.prefix}.profiles"

    @property
    def control(self) -> str:
        """Clock records and model changes, to each partition."""
        return f"{self.prefix}.control"

    @property
    def identities(self) -> str:
        """What leads tell each other, when several ids are one person."""
        return f"{self.prefix}.identities"

    @property
    def changes(self) -> str:
        """Qualification changes: the output."""
        return f"{self.prefix}.qualification-changes"

    @property
    def cart_notices(self) -> str:
        """Carts that were abandoned, and those that are bought after all."""
        return f"{self.prefix}.cart-notices"

    @property
    def rejections(self) -> str:
        """What was refused: the original bytes, and why."""
        return f"{self.prefix}.rejections"

    @property
    def deliveries(self) -> str:
        """What waits to be delivered, by endpoint and lead, compacted."""
        return f"{self.prefix}.deliveries"

    @property
    def delivery_requests(self) -> str:
        """What operators ask of those who deliver: to send something again, to go on."""
        return f"{self.prefix}.delivery-requests"

    @property
    def dead_letters(self) -> str:
        """What an endpoint did not get, and why."""
        return f"{self.prefix}.dead-letters"

    @property
    def changelog(self) -> str:
        """The state of every lead, compacted."""
        return f"{self.app_id}-leads-changelog"
