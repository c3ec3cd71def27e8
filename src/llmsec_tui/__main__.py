"""The door from the shell."""

from llmsec_tui.cli.app import main

if __name__ == "__main__":
    main()
