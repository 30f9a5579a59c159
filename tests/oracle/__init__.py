"""A slow, plain oracle of the rules, written from their text alone, and random worlds to try it on."""
