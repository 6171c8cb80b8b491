"""What is written on pages: numbers and dates in corners, dates on covers' notes."""
