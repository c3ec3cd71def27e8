"""What a command line would run, found by reading it as a shell would, and never running any of it."""
