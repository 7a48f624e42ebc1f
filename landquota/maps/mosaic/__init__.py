"""Large layers in one page: shared boundaries stored once, attributes by column, deflated."""
