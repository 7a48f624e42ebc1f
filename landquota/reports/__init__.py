"""Views for people and programs; they decide nothing."""
