"""The output for the user. These modules lay out results as text or figures; other packages compute them."""
