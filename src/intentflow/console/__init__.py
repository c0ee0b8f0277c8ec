"""What people look at: pages drawn on the server, and the API beside them."""
