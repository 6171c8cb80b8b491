"""``python -m strokebook``."""

from strokebook.cli.main import main

if __name__ == "__main__":
    main()
