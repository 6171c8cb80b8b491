"""What a page is: measures of its pixels, the rule that reads them."""
