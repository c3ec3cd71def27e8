"""The append-only journal of every act."""
