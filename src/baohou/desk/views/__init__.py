"""The pages that join rooms: my work, the first start, the rule book and how well it is kept."""
