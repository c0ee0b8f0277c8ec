"""What operators ask and do: how far it is, what was refused, who is held, and who is to be forgotten."""
