"""A small learned model beside the rules: how likely a text is an injection. It needs no more than this package."""
