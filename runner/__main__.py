"""`python -m zookit`."""

from zookit.cli import main

if __name__ == "__main__":
    main()
