"""What exists in the province and how it is made."""
