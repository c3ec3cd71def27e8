"""Evidence of evaluations and red-team runs. Attacks stand in it on purpose: the environment is ``evaluation``."""
