"""What people see. Nothing here computes: it is given numbers and lays them out."""
