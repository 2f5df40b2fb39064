"""Recordings as the player asks for them: in parts, as copies that browsers play, as a picture."""
