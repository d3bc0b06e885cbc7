"""The role-fit quiz: open scoring, editions that never change, and a result that explains itself."""
