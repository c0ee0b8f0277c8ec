"""What each example call of Segment's spec is to us, in the order of the file: its page, its event or call, and what came of it."""

OUTCOMES = """
alias.md; alias; link
alias.md; alias; link, link
b2b-saas.md; Account Created; refused unknown_family
b2b-saas.md; Account Deleted; refused unknown_family
b2b-saas.md; Signed Up; landing_page.submit, profile
b2b-saas.md; Signed In; refused unknown_family
b2b-saas.md; Signed Out; refused unknown_family
b2b-saas.md; Invite Sent; refused unknown_family
b2b-saas.md; Account Added User; refused unknown_family
b2b-saas.md; Account Removed User; refused unknown_family
b2b-saas.md; Trial Started; landing_page.submit
b2b-saas.md; Trial Ended; refused unknown_family
best-practices-identify.md; page; website_visit.view
best-practices-identify.md; identify; link, profile
best-practices-identify.md; identify; link, profile
best-practices-identify.md; identify; link, link, profile, profile
best-practices-identify.md; Signed Up; landing_page.submit, profile
common.md; Report Submitted; refused unknown_family
common.md; (nothing); refused unknown_family
copilot.md; Conversation Started; refused unknown_family
copilot.md; Message Sent; refused unknown_family
copilot.md; Message Received; refused unknown_family
copilot.md; Conversation Ended; refused unknown_family
copilot.md; Action Invoked; refused unknown_family
copilot.md; Media Generated; refused unknown_family
copilot.md; Component Loaded; refused unknown_family
copilot.md; Feedback Submitted; refused unknown_family
copilot.md; Item Purchased; cart.purchase
ecommerce-tracking-plan.md; identify; link, profile
ecommerce-tracking-plan.md; Order Completed; cart.purchase
ecommerce/index.md; Viewed Product Category; website_visit.view
ecommerce/index.md; Viewed Product; website_visit.view
ecommerce/index.md; Added Product; cart.add
ecommerce/index.md; Removed Product; cart.remove
ecommerce/index.md; Order Completed; cart.purchase
ecommerce/v2.md; Products Searched; website_visit.search
ecommerce/v2.md; Product List Viewed; website_visit.view
ecommerce/v2.md; Product List Filtered; passed over
ecommerce/v2.md; Promotion Viewed; passed over
ecommerce/v2.md; Promotion Clicked; passed over
ecommerce/v2.md; Product Clicked; passed over
ecommerce/v2.md; Product Viewed; website_visit.view
ecommerce/v2.md; Product Added; cart.add
ecommerce/v2.md; Product Removed; cart.remove
ecommerce/v2.md; Cart Viewed; cart.view
ecommerce/v2.md; Checkout Started; cart.checkout
ecommerce/v2.md; Checkout Step Viewed; cart.checkout
ecommerce/v2.md; Checkout Step Completed; cart.checkout
ecommerce/v2.md; Payment Info Entered; cart.checkout
ecommerce/v2.md; Order Updated; refused unknown_family
ecommerce/v2.md; Order Completed; cart.purchase
ecommerce/v2.md; Order Refunded; refused unknown_family
ecommerce/v2.md; Order Cancelled; refused unknown_family
ecommerce/v2.md; Coupon Entered; cart.view
ecommerce/v2.md; Product Added to Wishlist; website_visit.view
ecommerce/v2.md; Product Removed from Wishlist; passed over
ecommerce/v2.md; Wishlist Product Added to Cart; cart.add
ecommerce/v2.md; Product Shared; website_visit.view
ecommerce/v2.md; Cart Shared; cart.view
ecommerce/v2.md; Product Reviewed; website_visit.view
email.md; Email Bounced; newsletter_signup.bounce
email.md; Email Delivered; passed over
email.md; Email Link Clicked; newsletter_signup.click
email.md; Email Marked as Spam; newsletter_signup.unsubscribe
email.md; Email Opened; newsletter_signup.open
email.md; Unsubscribed; newsletter_signup.unsubscribe
group.md; group; refused no_identity
group.md; group; profile
group.md; group; profile
identify.md; identify; link, profile, profile
identify.md; identify; link, link, profile, profile
identify.md; identify; link, link, profile, profile
identify.md; identify; profile
live-chat.md; Live Chat Conversation Started; refused unknown_family
live-chat.md; Live Chat Conversation Ended; refused unknown_family
live-chat.md; Live Chat Message Sent; refused unknown_family
live-chat.md; Live Chat Message Received; refused unknown_family
mobile.md; Application Installed; passed over
mobile.md; Application Opened; passed over
mobile.md; Application Backgrounded; passed over
mobile.md; Application Foregrounded; passed over
mobile.md; Application Updated; passed over
mobile.md; Application Uninstalled; passed over
mobile.md; Application Crashed; passed over
mobile.md; Install Attributed; landing_page.land
mobile.md; Push Notification Received; passed over
mobile.md; Push Notification Tapped; landing_page.land
mobile.md; Push Notification Bounced; passed over
mobile.md; Deep Link Opened; landing_page.land
mobile.md; Deep Link Clicked; passed over
page.md; page; refused no_identity
page.md; page; website_visit.view
screen.md; screen; refused no_identity
screen.md; screen; website_visit.view
track.md; User Registered; refused no_identity
track.md; User Registered; landing_page.submit
track.md; Course Clicked; refused unknown_family
track.md; Button Clicked; refused unknown_family
video.md; Video Playback Started; refused no_identity
video.md; Video Playback Paused; passed over
video.md; Video Playback Interrupted; passed over
video.md; Video Playback Buffer Started; passed over
video.md; Video Playback Buffer Completed; passed over
video.md; Video Playback Seek Started; passed over
video.md; Video Playback Seek Completed; passed over
video.md; Video Playback Resumed; passed over
video.md; Video Playback Completed; passed over
video.md; Video Playback Exited; passed over
video.md; Video Content Started; passed over
video.md; Video Content Playing; passed over
video.md; Video Content Completed; passed over
video.md; Video Ad Started; passed over
video.md; Video Ad Playing; passed over
video.md; Video Ad Completed; passed over
video.md; Video Playback Started; website_visit.video
video.md; Video Content Started; passed over
video.md; Video Content Playing; passed over
video.md; Video Content Playing; passed over
video.md; Video Playback Paused; passed over
video.md; Video Playback Resumed; passed over
video.md; Video Ad Started; passed over
video.md; Video Ad Playing; passed over
video.md; Video Ad Playing; passed over
video.md; Video Ad Completed; passed over
video.md; Video Content Playing; passed over
video.md; Video Content Completed; passed over
video.md; Video Ad Started; passed over
video.md; Video Ad Playing; passed over
video.md; Video Ad Completed; passed over
video.md; Video Playback Completed; passed over
"""
