"""A report on kept runs: one HTML page that needs nothing but itself."""
