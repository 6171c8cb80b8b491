"""What seeing costs and how right it is: one command each."""
