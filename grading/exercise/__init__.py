"""An exercise as its author writes it: its folder, the notebooks that are built of it, and what students make of those."""
