"""Examining a network: are its gradients right, and what has it learned?"""
