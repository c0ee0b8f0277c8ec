"""A draft becomes approved when sales, marketing and management agree, or senior sales management decides."""

from intentflow.model.approval import approval_words
from tests.model.models import MINIMAL, mistakes, reading


def test_a_draft_may_say_who_has_agreed_so_far():
    model = reading(MINIMAL + "approved_by: {sales: Ann}\n")
    assert approval_words(model.written) == "Ann (sales)"


def test_an_approved_model_names_all_three():
    (said,) = mistakes(MINIMAL + "status: approved\napproved_by: {sales: Ann, management: Cem}\n")
    assert said.startswith(
        "8: status is approved, but approved_by has no name for marketing; where they disagree, senior"
    )


def test_where_they_disagree_senior_sales_management_decides():
    text = MINIMAL + "status: approved\napproved_by: {sales: Ann, management: Cem}\ndecided_by: Dora\n"
    model = reading(text)
    assert model.model.status == "approved"
    words = "Ann (sales), Cem (management), Dora, who decided (senior sales management)"
    assert approval_words(model.written) == words
