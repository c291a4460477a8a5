"""From notebooks to a published pack: run, convert, check, and put in place whole or not at all."""
