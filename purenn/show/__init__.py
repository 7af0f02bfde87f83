"""Things for people's eyes. Nothing here computes; it is handed numbers and lays them out."""
