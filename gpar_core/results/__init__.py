"""What jobs leave behind: frozen dataclasses that can be saved, loaded and shown."""
