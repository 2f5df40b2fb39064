"""How the vectors of the multilingual text encoder come into the space of the English one."""
