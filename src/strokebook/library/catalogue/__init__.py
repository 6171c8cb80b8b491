"""What is known of the pages, in SQLite: schema, migrations, and the rows of each table."""
