"""The room with teams: sessions, rounds, board, memo."""
