"""What the page shows, a module a panel: `Panel(view)` draws it."""
