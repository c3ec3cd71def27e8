"""Texts of our own making: grammars of attacks and of their benign twins, in English and in other languages."""
