"""Association rules (关联规则): baskets of items, the sets of items that are frequent, and the rules they make."""
