"""Which weights are shipped. Written by training/train.py."""

VERSION = "30441e41d30d"
SHA256 = "6ca2f132938f95e67b3a9cbda4e00f8840886cd2de62ffccbd76b75d75cce9a4"
